import type { JsonObject } from '../kernel.ts';
import type { Plan, PlannedStage, PlannedStep, Timings } from '../case/plan.ts';
import type { LeaverTerms } from '../case/terms.ts';
import type { Policy } from '../policy/policy.ts';

/** Where what the leaver had goes, as Dialpad knows it. */
export type Heir = { readonly kind: 'pool' } | { readonly kind: 'user' | 'department' | 'callcenter' | 'office'; readonly id: string };

/** What was read about the leaver before the plan: the before-images, as far as they are no personal value. */
export interface LeaverSnapshot {
  readonly userId: string;
  readonly officeId: string;
  readonly isCompanyAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
  readonly forwards: boolean;
  readonly deskPhoneIds: readonly string[];
  readonly numbers: readonly string[];
  readonly groups: readonly { readonly type: string; readonly id: string; readonly role: string; readonly removable: boolean }[];
  readonly routing: readonly { readonly reference: JsonObject; readonly repairable: boolean }[];
  readonly heir: Heir;
}

export const timingsOf = (policy: Policy): Timings => ({
  hold: policy.hold,
  purgeAfter: policy.purge.after,
  purgeCheckEvery: policy.purge.checkEvery,
  acceptanceDeadline: policy.acceptance.deadline,
  remindEvery: policy.acceptance.remindEvery,
  lead: policy.lead,
  approvalDeadline: policy.approvals.deadline,
  seatCheckEvery: policy.acceptance.pollEvery,
  releaseSeat: policy.releaseSeat,
});

/**
 * The steps in the order in which they may be done without leaving a dead line: access first, then what rings, then the
 * numbers, and all of it before anything is deleted, because a delete takes the numbers along for 72 hours.
 */
export const planLeaver = (terms: LeaverTerms, seen: LeaverSnapshot, policy: Policy): Omit<Plan, 'hash'> => ({
  policyVersion: policy.version,
  timings: timingsOf(policy),
  stages: stagesFor(terms, seen, policy),
  steps: [...cutAccess(seen), ...handOver(seen, policy), ...remove()],
});

const step = (id: string, kind: PlannedStep['kind'], phase: PlannedStep['phase'], target: JsonObject = {}): PlannedStep => ({
  id,
  kind,
  phase,
  reversible: true,
  gate: null,
  target,
});

const cutAccess = (seen: LeaverSnapshot): PlannedStep[] => [
  step('check', 'checkLeaver', 'cutting-access', { heir: seen.heir }),
  step('suspend', 'suspendUser', 'cutting-access'),
  ...(seen.isCompanyAdmin ? [step('admin-company', 'revokeCompanyAdmin', 'cutting-access')] : []),
  ...(seen.adminOfficeIds.length > 0 ? [step('admin-offices', 'revokeOfficeAdmin', 'cutting-access', { officeIds: seen.adminOfficeIds })] : []),
];

const handOver = (seen: LeaverSnapshot, policy: Policy): PlannedStep[] => {
  const phase = 'handing-over';
  const losesNumber = !policy.reservePool && seen.heir.kind === 'pool';

  return [
    ...(seen.forwards ? [step('forwarding', 'clearForwarding', phase)] : []),
    ...seen.deskPhoneIds.map((id, n) => step(`desk-phone-${n + 1}`, 'removeDeskPhone', phase, { deskPhoneId: id })),
    ...seen.routing.map(({ reference, repairable }, n) =>
      step(`routing-${n + 1}`, repairable ? 'repointRouting' : 'taskByHand', phase, {
        reference,
        heir: seen.heir,
        ...(repairable ? {} : { task: 'repoint-main-line' }),
      }),
    ),
    ...seen.groups.map(({ removable, ...group }, n) =>
      step(`group-${n + 1}`, removable ? 'leaveGroup' : 'taskByHand', phase, { group, heir: seen.heir, ...(removable ? {} : { task: 'leave-group' }) }),
    ),
    ...seen.numbers.map((number, n): PlannedStep => ({
      ...step(`number-${n + 1}`, 'moveNumber', phase, { number, heir: seen.heir }),
      ...(losesNumber ? { reversible: false, gate: 'number-loss' as const } : {}),
    })),
    ...(seen.routing.length + seen.groups.length > 0 ? [step('calls', 'verifyCalls', phase, { heir: seen.heir })] : []),
    ...(policy.releaseSeat === 'suspend' ? [step('seat', 'releaseSeat', phase, { officeId: seen.officeId })] : []),
  ];
};

const remove = (): PlannedStep[] => {
  const final = (id: string, kind: PlannedStep['kind'], phase: PlannedStep['phase']): PlannedStep => ({
    id,
    kind,
    phase,
    reversible: false,
    gate: 'leaver-delete',
    target: {},
  });

  return [
    final('delete', 'deleteUser', 'deleting'),
    { ...final('purge', 'confirmPurge', 'awaiting-purge'), reversible: true, gate: null },
    final('anonymize', 'anonymize', 'anonymizing'),
  ];
};

const stagesFor = (terms: LeaverTerms, seen: LeaverSnapshot, policy: Policy): PlannedStage[] => {
  const of = (gate: PlannedStage['gate'], stages: Policy['approvals']['leaver']): PlannedStage[] => stages.map((stage) => ({ ...stage, gate }));
  const deleters = policy.approvals['leaver-delete'];
  const losesNumbers = !policy.reservePool && seen.heir.kind === 'pool' && seen.numbers.length > 0;
  // An immediate leaver is acted on first and looked at afterwards, by somebody else than who asked for it.
  const before =
    terms.urgency === 'immediate' ? of('review', [{ stage: 'review', needed: 1, by: deleters[0]?.by ?? ['approver'] }]) : of('leaver', policy.approvals.leaver);

  return [
    ...before,
    ...(losesNumbers ? of('number-loss', [{ stage: 'number-loss', needed: 1, by: deleters[0]?.by ?? ['approver'] }]) : []),
    ...of('leaver-delete', deleters),
  ];
};
