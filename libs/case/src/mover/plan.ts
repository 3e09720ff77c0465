import type { Plan, PlannedStage, PlannedStep } from '../case/plan.ts';
import type { MoverTerms } from '../case/terms.ts';
import { timingsOf } from '../leaver/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { extraNumbers, isCallCenterLicense, seatTarget, type SeatNeed } from '../seats.ts';
import { adminSteps, grants } from './admin.ts';
import { groupSteps, joinsCallCenter } from './groups.ts';
import { step, type MoverSnapshot } from './snapshot.ts';

/**
 * Who the person is first, because it touches nothing else; then the office, because it decides numbers and seats; the
 * licence next; then groups that either may have dropped; power last.
 */
export const planMover = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): Omit<Plan, 'hash'> => {
  const officeId = seen.to?.officeId ?? seen.officeId;
  const license = licenseOf(terms, seen);
  const drops = dropsNumbers(terms, seen, policy);
  const profile = (seen.corrections ?? []).filter((each) => each !== 'e911');

  return {
    policyVersion: policy.version,
    timings: timingsOf(policy),
    stages: stagesFor(terms, seen, policy),
    steps: [
      step('check', 'checkMover', { officeId, seat: seen.seat, seats: seatsFor(terms, seen, policy).map(seatTarget) }),
      ...(profile.length > 0 ? [step('profile', 'correctProfile', { fields: profile })] : []),
      ...(seen.to ? [moveStep(seen, seen.to)] : []),
      ...(seen.e911 ? [step('e911', 'setEmergencyAddress', { from: seen.e911, officeId })] : []),
      ...(license ? [licenseStep(license, officeId, seen, drops)] : []),
      ...groupSteps(seen, policy, license),
      ...adminSteps(terms, seen, officeId),
      step('verify', 'verifyMover', { officeId, license: license ?? seen.license }),
    ],
  };
};

/** The licence to change to; null: it stays. */
const licenseOf = ({ license }: MoverTerms, seen: MoverSnapshot): string | null => (license !== null && license !== seen.license ? license : null);

const losesNumbers = (seen: MoverSnapshot): boolean => seen.to?.losesNumbers === true && seen.numbers.length > 0;

const moveStep = (seen: MoverSnapshot, to: NonNullable<MoverSnapshot['to']>): PlannedStep => ({
  ...step('office', 'moveOffice', { officeId: to.officeId, from: seen.officeId, numbers: seen.numbers, losesNumbers: losesNumbers(seen) }),
  ...(losesNumbers(seen) ? { reversible: false, gate: 'number-loss' as const } : {}),
});

/** Numbers the person holds once they are in the office: abroad there is a new one, if the licence brings one. */
const numbersThere = (seen: MoverSnapshot, policy: Policy): number =>
  losesNumbers(seen) ? (policy.numberIncluded.includes(seen.license) ? 1 : 0) : seen.numbers.length;

/** Licences for kept numbers that the change needs beside those the person has already. */
const additionalNeeded = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): number => {
  const license = licenseOf(terms, seen) ?? seen.license;
  const needed = extraNumbers(numbersThere(seen, policy), license, policy.numberIncluded);
  const has = seen.to ? 0 : extraNumbers(seen.numbers.length, seen.license, policy.numberIncluded);
  return Math.max(0, needed - has);
};

/** Policy lets numbers go for which the office has no licence; somebody has to agree to it all the same. */
const dropsNumbers = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): boolean =>
  policy.unlicensedNumbers === 'drop' && licenseOf(terms, seen) !== null && additionalNeeded(terms, seen, policy) > (seen.freeAdditional ?? 0);

const seatsFor = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): readonly SeatNeed[] => {
  const officeId = seen.to?.officeId ?? seen.officeId;
  const additional = dropsNumbers(terms, seen, policy) ? 0 : additionalNeeded(terms, seen, policy);
  const license = licenseOf(terms, seen) ?? seen.license;
  const callCenter = joinsCallCenter(seen) && !isCallCenterLicense(license);
  const need = (seat: string | null, count: number): SeatNeed[] => (seat === null || count === 0 ? [] : [{ officeId, seat, count }]);

  return [
    ...need(seen.seat, 1),
    ...need(seen.moveSeat === seen.seat ? null : (seen.moveSeat ?? null), 1),
    ...need('additionalNumber', additional),
    ...need(callCenter ? (seen.callCenterSeat ?? 'sell') : null, 1),
  ];
};

const licenseStep = (license: string, officeId: string, seen: MoverSnapshot, drops: boolean): PlannedStep => ({
  ...step('license', 'changeLicense', { license, officeId, ...(drops ? { keepNumbers: false, numbers: seen.numbers } : {}) }),
  ...(drops ? { reversible: false, gate: 'number-loss' as const } : {}),
});

/** Asked: what the policy names; else for power that is given. The loss of numbers always has a stage of its own. */
const stagesFor = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): PlannedStage[] => {
  const named = policy.approvals.mover;
  const stages = named.length === 0 && grants(terms, seen) ? [{ stage: 'mover', needed: 1, by: ['approver'] }] : named;
  const deleters = policy.approvals['leaver-delete'][0]?.by ?? ['approver'];
  const loses = losesNumbers(seen) || dropsNumbers(terms, seen, policy);

  return [
    ...stages.map((each): PlannedStage => ({ ...each, gate: 'mover' })),
    ...(loses ? [{ stage: 'number-loss', needed: 1, by: deleters, gate: 'number-loss' as const }] : []),
  ];
};
