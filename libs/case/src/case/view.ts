import { gateStatus, openStage, type GateStatus } from './gates.ts';
import { taskBehind, taskNameOf } from '../tasks/task-of.ts';
import type { Gate, PlannedStep, StepKind, Timings } from './plan.ts';
import type { Terms } from './terms.ts';
import { isSettled, isStuck, stepOf, type OpenCase, type StepStatus } from './state.ts';

/** Who or what the case waits for, in words that name nobody. `on` is a role, `dialpad`, `clock` or `operator`. */
export interface WaitsFor {
  readonly on: string;
  readonly what: string;
  readonly until: string | null;
}

export interface ViewStep {
  readonly id: string;
  readonly kind: StepKind;
  readonly phase: string;
  readonly status: StepStatus;
  readonly round: number;
  /** The name of the console task that the step is. */
  readonly task?: string;
  /** Tried before access is cut, and not waited for until its phase. */
  readonly early?: boolean;
  /** Whose approval the step waits for, where it has one of its own. */
  readonly gate?: Gate;
}

/** What a workflow may know of its case: ids, states and instants. It travels in signals and results, so nothing personal. */
export interface CaseView {
  readonly version: number;
  readonly kind: string;
  readonly phase: string;
  readonly closed: boolean;
  readonly planned: boolean;
  readonly steps: readonly ViewStep[];
  readonly gates: Readonly<Partial<Record<Gate, GateStatus>>>;
  readonly stage: { readonly name: string; readonly gate: Gate; readonly deadline: string | null; readonly escalated: boolean } | null;
  readonly cutOff: string | null;
  readonly immediate: boolean;
  readonly cutOffReached: boolean;
  readonly holdUntil: string | null;
  readonly holdEnded: boolean;
  /** ISO instant at which a joiner is invited: the start of the first day less the policy's lead. */
  readonly inviteAt: string | null;
  /** ISO instant from which a mover's change may be made. */
  readonly changeAt: string | null;
  readonly rescinding: boolean;
  readonly withdrawing: boolean;
  readonly seatAwaited: boolean;
  readonly acceptance: { readonly deadline: string; readonly accepted: boolean; readonly reminders: number } | null;
  readonly timings: Timings | null;
  readonly waitsFor: readonly WaitsFor[];
  readonly attention: { readonly step: string; readonly code: string } | null;
  readonly due: string | null;
  /** Persons that the terms name beside the case's own, by reference: whoever leaves must know who counts on them. */
  readonly mentions?: readonly string[];
}

const GATES: readonly Gate[] = ['leaver', 'number-loss', 'leaver-delete', 'joiner', 'mover', 'number', 'number-release', 'review'];

export const viewOf = (state: OpenCase, version: number): CaseView => {
  const waitsFor = whatItWaitsFor(state);
  const gates = Object.fromEntries(GATES.map((gate) => [gate, gateStatus(state, gate)]).filter(([, status]) => status !== 'none'));
  const stage = GATES.filter((gate) => gate !== 'review')
    .map((gate) => openStage(state, gate))
    .find((each) => each !== undefined);

  return {
    version,
    kind: state.kind,
    phase: state.phase,
    closed: state.status === 'closed',
    planned: state.plan !== null,
    steps: state.steps.map((step) => ({
      id: step.id,
      kind: step.kind,
      phase: step.phase,
      status: stepOf(state, step.id).status,
      round: stepOf(state, step.id).round,
      ...namedTask(step, stepOf(state, step.id).code),
      ...(step.early ? { early: true } : {}),
      ...(step.gate === null ? {} : { gate: step.gate }),
    })),
    gates,
    stage: stage ? { name: stage.stage, gate: stage.gate, deadline: stage.deadline, escalated: stage.escalated } : null,
    cutOff: state.terms.kind === 'leaver' ? state.terms.cutOff : null,
    immediate: state.terms.kind === 'leaver' && state.terms.urgency === 'immediate',
    cutOffReached: state.cutOffReached,
    holdUntil: state.holdUntil,
    holdEnded: state.holdEnded,
    inviteAt: inviteAt(state),
    changeAt: state.terms.kind === 'mover' ? state.terms.effectiveAt : null,
    rescinding: state.rescinding,
    withdrawing: state.withdrawing !== null,
    seatAwaited: state.seatAwaited !== null,
    acceptance: state.acceptance,
    timings: state.plan?.timings ?? null,
    waitsFor,
    attention: attentionOf(state),
    due:
      waitsFor
        .map((each) => each.until)
        .filter((until) => until !== null)
        .sort()[0] ?? null,
    ...mentionsOf(state.terms),
  };
};

const mentionsOf = (terms: Terms): { mentions?: readonly string[] } => {
  const persons =
    terms.kind === 'leaver'
      ? [terms.successor, ...(terms.successors ?? []).map(({ to }) => to)].flatMap((each) => (each.kind === 'person' ? [each.personRef] : []))
      : terms.kind === 'joiner' && terms.number?.kind === 'leaver' && terms.number.personRef !== null
        ? [terms.number.personRef]
        : [];

  return persons.length === 0 ? {} : { mentions: [...new Set(persons)] };
};

const namedTask = (step: PlannedStep, code: string | null): { task?: string } => {
  const task = taskNameOf(step) ?? taskBehind(code);
  return task === null ? {} : { task };
};

export const inviteAt = (state: OpenCase): string | null =>
  state.terms.kind === 'joiner' && state.plan ? new Date(Date.parse(state.terms.startsAt) - state.plan.timings.lead).toISOString() : null;

const stuckSteps = (state: OpenCase) => state.steps.filter((step) => isStuck(stepOf(state, step.id).status));

/** Findings that stop nothing, and that somebody must see all the same: they cost money. */
const LOOKED_AT: readonly string[] = ['seat.bought'];

export const attentionOf = (state: OpenCase): { step: string; code: string } | null => {
  if (state.status === 'closed') return null;
  const stuck = stuckSteps(state)[0];
  if (stuck) return { step: stuck.id, code: stepOf(state, stuck.id).code ?? 'step.blocked' };
  const found = state.steps.find((step) => stepOf(state, step.id).status === 'verified' && LOOKED_AT.includes(stepOf(state, step.id).detail ?? ''));

  return found ? { step: found.id, code: stepOf(state, found.id).detail ?? '' } : null;
};

/** Everything the case waits for right now, the most pressing first; empty while it works or is closed. */
export const whatItWaitsFor = (state: OpenCase): readonly WaitsFor[] => {
  if (state.status === 'closed') return [];
  const blocked = stuckSteps(state).map((step): WaitsFor => {
    const { status, code, detail } = stepOf(state, step.id);
    return {
      on: 'operator',
      what: `step ${step.id} is ${status} (${code}): ${detail ?? 'look at its reason'}. Then retry, waive, or say that it was done by hand`,
      until: null,
    };
  });
  const stages = state.stages
    .filter((stage) => stage.status === 'open')
    .map((stage): WaitsFor => ({
      on: stage.by.join(' or '),
      what: `${stage.needed} approval${stage.needed === 1 ? '' : 's'} of stage ${stage.stage}`,
      until: stage.deadline,
    }));

  const held: readonly WaitsFor[] =
    state.legalHold === null
      ? []
      : [
          {
            on: 'legal',
            what: holdInWords(state.legalHold, state.phase === 'awaiting-purge'),
            until: null,
          },
        ];

  return [...blocked, ...stages, ...clocks(state), ...held];
};

/** ISO instant from which a purge that is still waited for is a person's matter; null before the first look at it. */
export const purgeOverdueAt = (state: OpenCase): string | null => {
  const { before } = state.stepStates['purge'] ?? { before: null };
  return typeof before === 'object' && before !== null && 'overdueAt' in before && typeof before.overdueAt === 'string' ? before.overdueAt : null;
};

/** Dialpad purges a deleted user by its own clock: no hold of ours stops that, only a restore in its console does. */
const holdInWords = ({ by, scope, confirmUntil, confirmedBy, liftAskedBy }: NonNullable<OpenCase['legalHold']>, isDeleted: boolean): string =>
  [
    `a legal hold${scope === 'person' ? ' on the person' : ''}, placed by ${by}: nothing is deleted or erased`,
    ...(confirmUntil !== null && confirmedBy === null ? [`somebody else has to confirm it by ${confirmUntil}`] : []),
    ...(liftAskedBy === null ? [] : [`${liftAskedBy} asks to lift it, somebody else has to agree`]),
    ...(isDeleted ? ['the user is deleted in Dialpad, which purges it after 72 h: restore it in the Dialpad console to keep it'] : []),
  ].join('; ');

const clocks = (state: OpenCase): readonly WaitsFor[] => {
  const clock = (what: string, until: string | null): WaitsFor => ({ on: 'clock', what, until });
  const current = state.steps.find((step) => !isSettled(stepOf(state, step.id).status));
  if (state.rescinding || state.withdrawing) return [];
  if (state.phase === 'scheduled' && state.terms.kind === 'leaver' && !state.cutOffReached) return [clock('the cut-off', state.terms.cutOff)];
  if (state.phase === 'scheduled' && state.terms.kind === 'joiner' && current !== undefined && ['inviteUser', 'adoptUser'].includes(current.kind))
    return [clock('the day of the invitation', inviteAt(state))];
  if (state.phase === 'scheduled' && state.terms.kind === 'mover') return [clock('the day of the change', state.terms.effectiveAt)];
  if (state.phase === 'awaiting-seat') return [{ on: 'seat', what: 'a free seat in the office', until: null }];
  if (state.phase === 'holding') return [clock('the end of the hold', state.holdUntil)];
  if (state.phase === 'awaiting-acceptance') return [{ on: 'person', what: 'the person to accept the invitation', until: state.acceptance?.deadline ?? null }];
  if (state.phase === 'awaiting-purge')
    return [{ on: 'dialpad', what: 'Dialpad to purge the deleted user; after that time a person is asked to look', until: purgeOverdueAt(state) }];

  return [];
};
