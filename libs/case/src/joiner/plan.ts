import type { JsonObject } from '../kernel.ts';
import { isAmong, isPower, type Membership, type UserReading } from '../case/reading.ts';
import type { Plan, PlannedStage, PlannedStep } from '../case/plan.ts';
import { step } from '../case/planned-step.ts';
import type { JoinerTerms } from '../case/terms.ts';
import { timingsOf } from '../leaver/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { extraNumbers, isCallCenterLicense, seatTarget, type SeatNeed } from '../seats.ts';

/** A user with the person's mail address that is there already, and how we know that it is theirs. */
export interface ExistingUser extends UserReading {
  readonly id: string;
  readonly state: 'active' | 'pending' | 'suspended';
  /** `stored`: the id we kept; `earlier`: of the same employee before they left; `email`: mail and name; `by-hand`: a person said so. */
  readonly how: 'stored' | 'earlier' | 'email' | 'by-hand';
}

/** What the preflight found: names of the fact as ids of Dialpad. */
export interface JoinerPreflight {
  readonly officeId: string;
  /** Counter of the office's licences that the invitation takes from, e.g. `talk`. */
  readonly seat: string;
  readonly groups: readonly Membership[];
  /** Null: nobody is there yet, and the person is invited. */
  readonly user?: ExistingUser | null;
  /** Counter that an operator of a call center takes from who has no such licence of their own. */
  readonly callCenterSeat?: string;
  /** The offices to administer; empty: the person's own. */
  readonly adminOfficeIds?: readonly string[];
  /** Where the emergency address comes from; null: none is set (other countries, or the policy says so). */
  readonly e911?: 'fact' | 'office' | null;
}

/** Power is given last, after the person has accepted: an invitation that is never taken up must carry none. */
export const planJoiner = (terms: JoinerTerms, seen: JoinerPreflight, policy: Policy): Omit<Plan, 'hash'> => {
  const missing = seen.groups.filter((group) => !isAmong(seen.user?.groups ?? [], group));
  const groups = missing.filter((group) => !isPower(group));
  const power = missing.filter(isPower);
  const wantsNumber = terms.number !== null && (seen.user?.numbers.length ?? 0) === 0;

  return {
    policyVersion: policy.version,
    timings: timingsOf(policy),
    stages: stagesFor(terms, seen, policy),
    steps: [
      ...seatSteps(terms, seen, policy),
      ...beginSteps(terms, seen),
      ...(wantsNumber && terms.number ? [step('number', 'assignNumber', 'inviting', { wish: { ...terms.number }, officeId: seen.officeId })] : []),
      ...groups.map((group, n) => step(`group-${n + 1}`, 'joinGroup', 'inviting', groupTarget(group, terms, policy))),
      ...(seen.e911 ? [step('e911', 'setEmergencyAddress', 'inviting', { from: seen.e911, officeId: seen.officeId })] : []),
      ...power.map((group, n) => step(`role-${n + 1}`, 'joinGroup', 'completing', groupTarget(group, terms, policy))),
      ...adminStep(terms, seen),
      step('verify', 'verifyJoiner', 'completing', { officeId: seen.officeId, license: terms.license }),
    ],
  };
};

const groupTarget = (group: Membership, { license }: JoinerTerms, policy: Policy): JsonObject => ({
  group: { ...group },
  ...(group.type === 'callcenter' ? { license: isCallCenterLicense(license) ? license : policy.callCenterLicense } : {}),
});

/** Every licence the joiner will take is claimed before anything is sent: a seat that is missing later is a bill or a dead end. */
const seatSteps = (terms: JoinerTerms, seen: JoinerPreflight, policy: Policy): PlannedStep[] => {
  const { user = null, officeId } = seen;
  const holdsSeat = user !== null && user.state !== 'suspended' && user.license === terms.license && user.officeId === officeId;
  const numbers = Math.max(user?.numbers.length ?? 0, terms.number ? 1 : 0);
  const before = user && user.state !== 'suspended' && user.officeId === officeId ? extraNumbers(user.numbers.length, user.license, policy.numberIncluded) : 0;
  const extra = extraNumbers(numbers, terms.license, policy.numberIncluded) - before;
  const inCallCenter = user !== null && user.state !== 'suspended' && user.groups.some((group) => group.type === 'callcenter');
  const needsCallCenter = seen.groups.some((group) => group.type === 'callcenter') && !isCallCenterLicense(terms.license) && !inCallCenter;
  const claim = (id: string, need: SeatNeed): PlannedStep => step(id, 'claimSeat', 'planned', seatTarget(need));

  return [
    ...(holdsSeat ? [] : [claim('seat', { officeId, seat: seen.seat, count: 1 })]),
    ...(extra > 0 ? [claim('seat-number', { officeId, seat: 'additionalNumber', count: extra })] : []),
    ...(needsCallCenter ? [claim('seat-callcenter', { officeId, seat: seen.callCenterSeat ?? 'sell', count: 1 })] : []),
  ];
};

/**
 * Nobody there: invited. Somebody there who is provably theirs: taken over as they are. Suspended: given access again, and
 * only after office and licence are right, because a suspended user takes no seat of either.
 */
const beginSteps = (terms: JoinerTerms, { officeId, user = null }: JoinerPreflight): PlannedStep[] => {
  if (user === null) return [step('invite', 'inviteUser', 'inviting', { officeId, license: terms.license })];
  const adopts = step('adopt', 'adoptUser', 'inviting', { userId: user.id, state: user.state, how: user.how });

  return [
    adopts,
    ...(user.officeId === officeId
      ? []
      : [step('office', 'moveOffice', 'inviting', { officeId, from: user.officeId, numbers: user.numbers, losesNumbers: false })]),
    ...(user.license === terms.license ? [] : [step('license', 'changeLicense', 'inviting', { license: terms.license, officeId })]),
    ...(user.state === 'suspended' ? [step('reactivate', 'reactivateUser', 'inviting', { officeId, license: terms.license })] : []),
  ];
};

const adminStep = ({ adminRole }: JoinerTerms, { officeId, adminOfficeIds = [], user = null }: JoinerPreflight): PlannedStep[] => {
  if (adminRole === null || (adminRole === 'company' && user?.isCompanyAdmin === true)) return [];
  const officeIds = adminOfficeIds.length > 0 ? adminOfficeIds : [officeId];
  if (adminRole === 'office' && officeIds.every((id) => user?.adminOfficeIds.includes(id))) return [];

  return [step('admin', 'grantAdmin', 'completing', { role: adminRole, officeId, ...(adminOfficeIds.length > 0 ? { officeIds } : {}) })];
};

/** Nobody is asked for an ordinary joiner; for power, and for access that somebody once took away, somebody always is. */
const stagesFor = (terms: JoinerTerms, seen: JoinerPreflight, policy: Policy): PlannedStage[] => {
  const named = policy.approvals.joiner;
  const asks = terms.adminRole !== null || seen.groups.some(isPower) || seen.user?.state === 'suspended';
  const stages = named.length === 0 && asks ? [{ stage: 'joiner', needed: 1, by: ['approver'] }] : named;

  return stages.map((stage) => ({ ...stage, gate: 'joiner' }));
};
