import type { JsonObject } from '../kernel.ts';
import type { Plan, PlannedStage, PlannedStep } from '../case/plan.ts';
import type { MoverTerms } from '../case/terms.ts';
import { timingsOf } from '../leaver/plan.ts';
import type { Policy } from '../policy/policy.ts';

export interface MoverGroup {
  readonly type: string;
  readonly id: string;
  readonly role: string;
}

/** What was read before the plan, and what HR's names mean in Dialpad. */
export interface MoverSnapshot {
  readonly officeId: string;
  readonly license: string;
  readonly numbers: readonly string[];
  readonly groups: readonly MoverGroup[];
  readonly isCompanyAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
  /** Null: stays. `losesNumbers`: another country, where the numbers cannot go along. */
  readonly to: { readonly officeId: string; readonly losesNumbers: boolean } | null;
  /** The groups HR names; null: none are named. */
  readonly wanted: readonly MoverGroup[] | null;
  /** Counter of the office's licences that the change takes from; null: it takes none. */
  readonly seat: string | null;
}

const step = (id: string, kind: PlannedStep['kind'], target: JsonObject = {}): PlannedStep => ({
  id,
  kind,
  phase: 'changing',
  reversible: true,
  gate: null,
  target,
});

/** The office first, because it decides numbers and seats; the licence next; then groups that either may have dropped; power last. */
export const planMover = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): Omit<Plan, 'hash'> => {
  const officeId = seen.to?.officeId ?? seen.officeId;
  const license = terms.license !== null && terms.license !== seen.license ? terms.license : null;

  return {
    policyVersion: policy.version,
    timings: timingsOf(policy),
    stages: stagesFor(terms, seen, policy),
    steps: [
      step('check', 'checkMover', { officeId, seat: seen.seat }),
      ...(seen.to ? [moveStep(seen, seen.to)] : []),
      ...(license ? [step('license', 'changeLicense', { license, officeId })] : []),
      ...groupSteps(seen, policy, seen.to !== null || license !== null),
      ...adminSteps(terms, seen, officeId),
      step('verify', 'verifyMover', { officeId, license: license ?? seen.license }),
    ],
  };
};

const losesNumbers = (seen: MoverSnapshot): boolean => seen.to?.losesNumbers === true && seen.numbers.length > 0;

const moveStep = (seen: MoverSnapshot, to: NonNullable<MoverSnapshot['to']>): PlannedStep => ({
  ...step('office', 'moveOffice', { officeId: to.officeId, from: seen.officeId, numbers: seen.numbers, losesNumbers: losesNumbers(seen) }),
  ...(losesNumbers(seen) ? { reversible: false, gate: 'number-loss' as const } : {}),
});

const same = (left: MoverGroup, right: MoverGroup): boolean => left.type === right.type && left.id === right.id;

/** Dialpad drops groups at a change of licence without a word: each one the person should keep is looked at, and put back. */
const groupSteps = (seen: MoverSnapshot, policy: Policy, mayDrop: boolean): PlannedStep[] => {
  const wanted = seen.wanted ?? [];
  const replaces = seen.wanted !== null && policy.changedGroups === 'replace';
  const leaves = replaces ? seen.groups.filter((group) => REPLACEABLE.includes(group.type) && !wanted.some((each) => same(each, group))) : [];
  const keeps = mayDrop ? seen.groups.filter((group) => !leaves.includes(group) && !wanted.some((each) => same(each, group))) : [];
  const target = (group: MoverGroup): JsonObject => ({ group: { ...group } });

  return [
    ...keeps.map((group, n) => step(`keep-group-${n + 1}`, 'joinGroup', target(group))),
    ...wanted.map((group, n) => step(`group-${n + 1}`, 'joinGroup', target(group))),
    ...leaves.map((group, n) => step(`leave-group-${n + 1}`, 'leaveGroup', { ...target(group), heir: { kind: 'pool' } })),
  ];
};

/** HR names departments and call centers; the main line and coaching teams are Dialpad's own business. */
const REPLACEABLE = ['department', 'callcenter'];

const grants = ({ adminRole }: MoverTerms, seen: MoverSnapshot, officeId: string): boolean =>
  (adminRole === 'company' && !seen.isCompanyAdmin) || (adminRole === 'office' && !seen.adminOfficeIds.includes(officeId));

const adminSteps = (terms: MoverTerms, seen: MoverSnapshot, officeId: string): PlannedStep[] => {
  const { adminRole } = terms;
  if (adminRole === null) return [];
  const noCompany = adminRole !== 'company' && seen.isCompanyAdmin;
  const noOffice = adminRole === 'none' && seen.adminOfficeIds.length > 0;

  return [
    ...(grants(terms, seen, officeId) ? [step('admin', 'grantAdmin', { role: adminRole, officeId })] : []),
    ...(noCompany ? [step('admin-company', 'revokeCompanyAdmin')] : []),
    ...(noOffice ? [step('admin-offices', 'revokeOfficeAdmin', { officeIds: seen.adminOfficeIds })] : []),
  ];
};

/** Asked: what the policy names; else for power that is given. The loss of numbers always has a stage of its own. */
const stagesFor = (terms: MoverTerms, seen: MoverSnapshot, policy: Policy): PlannedStage[] => {
  const named = policy.approvals.mover;
  const grantsPower = grants(terms, seen, seen.to?.officeId ?? seen.officeId);
  const stages = named.length === 0 && grantsPower ? [{ stage: 'mover', needed: 1, by: ['approver'] }] : named;
  const deleters = policy.approvals['leaver-delete'][0]?.by ?? ['approver'];

  return [
    ...stages.map((each): PlannedStage => ({ ...each, gate: 'mover' })),
    ...(losesNumbers(seen) ? [{ stage: 'number-loss', needed: 1, by: deleters, gate: 'number-loss' as const }] : []),
  ];
};
