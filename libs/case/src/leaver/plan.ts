import type { JsonObject } from '../kernel.ts';
import type { Plan, PlannedStage, PlannedStep, Timings } from '../case/plan.ts';
import { step } from '../case/planned-step.ts';
import type { LeaverTerms } from '../case/terms.ts';
import type { Policy } from '../policy/policy.ts';
import { heirOfNumber, oneHeir, type Heir, type Heirs } from './heirs.ts';

/** What was read about the leaver before the plan: the before-images, as far as they are no personal value. */
export interface LeaverSnapshot {
  readonly userId: string;
  readonly officeId: string;
  readonly isCompanyAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
  readonly forwards: boolean;
  readonly deskPhoneIds: readonly string[];
  readonly numbers: readonly string[];
  readonly groups: readonly SeenGroup[];
  readonly routing: readonly { readonly reference: JsonObject; readonly repairable: boolean }[];
  /** Recordings of the leaver's own voicemail. */
  readonly greetings?: readonly { readonly ivrType: string; readonly id: string; readonly selected: boolean }[];
  /** Others who show one of the leaver's numbers when they call. */
  readonly shownBy?: readonly { readonly userId: string; readonly number: string }[];
  /** Lines whose voicemail notification mails go to the leaver. */
  readonly mailLines?: readonly { readonly type: string; readonly id: string }[];
  /** One successor for everything; `heirs` says it finer. */
  readonly heir: Heir;
  readonly heirs?: Heirs;
}

export interface SeenGroup {
  readonly type: string;
  readonly id: string;
  readonly role: string;
  readonly removable: boolean;
  /** Nobody else would be rung: whoever steps in does so before access is cut. */
  readonly isLast?: boolean;
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
 * The steps in the order in which they may be done without leaving a dead line: what rings at the leaver for others, then
 * access, then the leaver's own numbers, and all of it before anything is deleted, because a delete takes the numbers along
 * for 72 hours.
 */
export const planLeaver = (terms: LeaverTerms, seen: LeaverSnapshot, policy: Policy): Omit<Plan, 'hash'> => {
  const heirs = seen.heirs ?? oneHeir(seen.heir);
  const handedOver = handOver(seen, heirs, policy, terms.urgency);
  // A main line has no API: its task comes before access is cut, unless access must not wait for anybody.
  const first = (step: PlannedStep): boolean => step.phase === 'cutting-access';
  const early = (step: PlannedStep): boolean => step.early === true;
  const later = handedOver.filter((step) => !first(step) && !early(step));

  return {
    policyVersion: policy.version,
    timings: timingsOf(policy),
    stages: stagesFor(terms, seen, heirs, policy),
    steps: [
      check(seen, heirs),
      ...handedOver.filter(first),
      ...handedOver.filter(early),
      ...cutAccess(seen),
      ...later,
      ...tasksOfTheHold(seen, policy),
      ...remove(),
    ],
  };
};

const check = (seen: LeaverSnapshot, heirs: Heirs): PlannedStep =>
  step('check', 'checkLeaver', 'cutting-access', { heir: seen.heir, ...(seen.heirs ? { heirs: asJson(heirs) } : {}) });

const cutAccess = (seen: LeaverSnapshot): PlannedStep[] => [
  step('suspend', 'suspendUser', 'cutting-access'),
  ...(seen.isCompanyAdmin ? [step('admin-company', 'revokeCompanyAdmin', 'cutting-access')] : []),
  ...(seen.adminOfficeIds.length > 0 ? [step('admin-offices', 'revokeOfficeAdmin', 'cutting-access', { officeIds: seen.adminOfficeIds })] : []),
];

const handOver = (seen: LeaverSnapshot, heirs: Heirs, policy: Policy, urgency: LeaverTerms['urgency']): PlannedStep[] => {
  const phase = 'handing-over';
  const atOnce = urgency === 'immediate';
  const early = (is: boolean): { early?: true } => (is && !atOnce ? { early: true } : {});
  const touches = seen.routing.length + seen.groups.length > 0 || seen.numbers.some((number) => heirOfNumber(heirs, number).kind !== 'pool');

  return [
    ...adminHandOver(seen, heirs).map((each) => ({ ...each, ...early(true) })),
    ...seen.routing.map(({ reference, repairable }, n): PlannedStep =>
      repairable
        ? { ...step(`routing-${n + 1}`, 'repointRouting', phase, { reference, heir: heirs.routing }), ...early(true) }
        : step(`routing-${n + 1}`, 'taskByHand', atOnce ? phase : 'cutting-access', { reference, heir: heirs.routing, task: 'repoint-main-line' }),
    ),
    ...(seen.forwards ? [step('forwarding', 'clearForwarding', phase)] : []),
    ...seen.deskPhoneIds.map((id, n) => step(`desk-phone-${n + 1}`, 'removeDeskPhone', phase, { deskPhoneId: id })),
    ...greetingSteps(seen, policy),
    ...seen.groups.map(({ removable, isLast, ...group }, n): PlannedStep => ({
      ...step(`group-${n + 1}`, removable ? 'leaveGroup' : 'taskByHand', phase, {
        group,
        heir: heirs.groups,
        ...(removable ? {} : { task: 'leave-group' }),
      }),
      ...early(removable && isLast === true && heirs.groups.kind === 'user'),
    })),
    ...(seen.shownBy ?? []).map(({ userId, number }, n) => step(`caller-id-${n + 1}`, 'changeCallerId', phase, { userId, number })),
    ...seen.numbers.map((number, n): PlannedStep => {
      const heir = heirOfNumber(heirs, number);
      return {
        ...step(`number-${n + 1}`, 'moveNumber', phase, { number, heir }),
        ...(loses(heir, policy) ? { reversible: false, gate: 'number-loss' as const } : {}),
      };
    }),
    ...(touches ? [step('calls', 'verifyCalls', phase, { heir: seen.heir })] : []),
    ...(policy.releaseSeat === 'suspend' ? [step('seat', 'releaseSeat', phase, { officeId: seen.officeId })] : []),
  ];
};

const loses = (heir: Heir, policy: Policy): boolean => !policy.reservePool && heir.kind === 'pool';

/** Granted before they are revoked, so that somebody has them at every moment; only what was approved is granted. */
const adminHandOver = (seen: LeaverSnapshot, { admin: heir }: Heirs): PlannedStep[] => {
  if (heir?.kind !== 'user') return [];
  const grant = (id: string, scope: JsonObject): PlannedStep => step(id, 'handOverAdmin', 'handing-over', { ...scope, heir });

  return [
    ...(seen.isCompanyAdmin ? [grant('grant-company-admin', { scope: 'company' })] : []),
    ...(seen.adminOfficeIds.length > 0 ? [grant('grant-office-admin', { scope: 'offices', officeIds: seen.adminOfficeIds })] : []),
    ...seen.groups
      .filter(({ removable, role, type }) => removable && type !== 'channel' && role !== 'operator')
      .map(({ type, id, role }, n) => grant(`grant-group-${n + 1}`, { scope: 'group', group: { type, id, role } })),
  ];
};

/** The recordings that are played; what was recorded and is not played goes with the user. */
const greetingSteps = ({ greetings = [] }: LeaverSnapshot, policy: Policy): PlannedStep[] =>
  policy.greetings === 'keep'
    ? []
    : greetings
        .filter((each) => each.selected)
        .map(({ ivrType, id }, n) =>
          step(`greeting-${n + 1}`, policy.greetings === 'replace' ? 'replaceGreeting' : 'removeGreeting', 'handing-over', { ivrType, ivrId: id }),
        );

/** Nothing hangs on them but the delete, and it takes a person some time: there are three days. */
const tasksOfTheHold = ({ mailLines = [] }: LeaverSnapshot, policy: Policy): PlannedStep[] =>
  mailLines.map(({ type, id }, n) =>
    step(`mails-${n + 1}`, 'taskByHand', policy.releaseSeat === 'suspend' ? 'holding' : 'handing-over', { task: 'voicemail-mails', line: { type, id } }),
  );

const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const remove = (): PlannedStep[] => {
  const final: typeof step = (...of) => ({ ...step(...of), reversible: false, gate: 'leaver-delete' });

  return [final('delete', 'deleteUser', 'deleting'), step('purge', 'confirmPurge', 'awaiting-purge'), final('anonymize', 'anonymize', 'anonymizing')];
};

const stagesFor = (terms: LeaverTerms, seen: LeaverSnapshot, heirs: Heirs, policy: Policy): PlannedStage[] => {
  const of = (gate: PlannedStage['gate'], stages: Policy['approvals']['leaver']): PlannedStage[] => stages.map((stage) => ({ ...stage, gate }));
  const deleters = policy.approvals['leaver-delete'];
  const losesNumbers = seen.numbers.some((number) => loses(heirOfNumber(heirs, number), policy));
  // An immediate leaver is acted on first and looked at afterwards, by somebody else than who asked for it.
  const before =
    terms.urgency === 'immediate' ? of('review', [{ stage: 'review', needed: 1, by: deleters[0]?.by ?? ['approver'] }]) : of('leaver', policy.approvals.leaver);

  return [
    ...before,
    ...(losesNumbers ? of('number-loss', [{ stage: 'number-loss', needed: 1, by: deleters[0]?.by ?? ['approver'] }]) : []),
    ...of('leaver-delete', deleters),
  ];
};
