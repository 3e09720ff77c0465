import { RuleViolation, happened, nothingNew, type Decided } from '../kernel.ts';
import { touchedDialpad } from '../leaver/undo.ts';
import { openGate } from './decide-approval.ts';
import type { CaseEvent } from './events.ts';
import { gateStatus, isRefused, keepsNumbers, openStage } from './gates.ts';
import type { Phase } from './plan.ts';
import { isSettled, stepOf, type CaseState, type OpenCase } from './state.ts';
import type { Terms } from './terms.ts';

export interface OpenCaseCommand {
  readonly personRef: string | null;
  readonly source: string;
  readonly requester: string;
  /** Whom the requester says they act for: no more a neutral eye on the case than they are. */
  readonly requestedFor?: string;
  readonly office: string | null;
  readonly terms: Terms;
  readonly factId: string | null;
  readonly reason: string | null;
}

export const openCase = (state: CaseState, command: OpenCaseCommand): Decided<CaseEvent> => {
  if (state.status !== 'none') return nothingNew;
  const { reason, ...data } = command;

  return happened({ type: 'CaseOpened', data: { ...data, kind: command.terms.kind }, ...(reason === null ? {} : { personal: { reason } }) });
};

export const reachCutOff = (state: OpenCase, now: string): Decided<CaseEvent> => {
  if (state.terms.kind !== 'leaver' || state.cutOffReached || state.rescinding || state.status === 'closed') return nothingNew;
  if (Date.parse(now) < Date.parse(state.terms.cutOff)) return nothingNew;
  const stage = openStage(state, 'leaver');
  // A stage that was opened after the cut-off keeps its deadline; one that was open before it ends with it.
  const ends = stage?.deadline != null && Date.parse(stage.deadline) <= Date.parse(now);

  return happened<CaseEvent>(
    ...(stage && ends && !stage.escalated ? [{ type: 'StageEscalated', data: { stage: stage.stage, at: now } } as const] : []),
    ...(stage && ends ? [{ type: 'StageExpired', data: { stage: stage.stage } } as const] : []),
    { type: 'CutOffReached', data: { cutOff: state.terms.cutOff } },
  );
};

const allSettled = (state: OpenCase, phases: readonly Phase[]): boolean =>
  state.steps.every((step) => !phases.includes(step.phase) || isSettled(stepOf(state, step.id).status) || isRefused(state, step));

export const beginHold = (state: OpenCase, now: string): Decided<CaseEvent> => {
  if (state.holdUntil !== null || state.rescinding || state.status === 'closed' || !state.plan) return nothingNew;
  if (!allSettled(state, ['cutting-access', 'handing-over'])) throw new RuleViolation('hold.too_early', 'steps before the hold are not done');

  return happened({ type: 'HoldBegan', data: { until: new Date(Date.parse(now) + state.plan.timings.hold).toISOString() } });
};

/** Ends the hold and, where the delete comes after it, asks for the delete in the same breath. */
export const endHold = (state: OpenCase, now: string): Decided<CaseEvent> => {
  if (state.holdUntil === null || state.holdEnded || state.rescinding || state.status === 'closed') return nothingNew;
  if (Date.parse(now) < Date.parse(state.holdUntil)) return nothingNew; // asked by a clock that is ahead

  return happened<CaseEvent>({ type: 'HoldEnded', data: {} }, ...openGate(state, 'leaver-delete', now).events);
};

/** The last word on a case; which one follows from what happened to it. */
export const closeCase = (state: OpenCase): Decided<CaseEvent> => {
  if (state.status === 'closed') return nothingNew;
  const pending = state.steps.filter((step) => !isSettled(stepOf(state, step.id).status));
  const end = (phase: Phase, result: string): Decided<CaseEvent> => happened({ type: 'CaseClosed', data: { phase, result } });

  if (state.rescinding) {
    if (pending.some((step) => step.undoes !== undefined)) throw new RuleViolation('case.undoing', 'not everything is taken back yet');
    return state.kind === 'leaver' && touchedDialpad(state) ? end('rescinded', 'rescinded') : end('cancelled', 'rescinded-before-any-write');
  }
  if (state.withdrawing) {
    if (pending.some((step) => step.id.startsWith('withdraw-'))) throw new RuleViolation('case.withdrawing', 'the invitation is not taken back yet');
    return end(state.withdrawing, state.withdrawing === 'expired' ? 'invitation-expired' : 'cancelled');
  }
  if (stepOf(state, 'link').status === 'waived') return end('done', 'no-dialpad-user');
  if (gateStatus(state, 'leaver') === 'refused') return end('cancelled', 'refused');
  if (gateStatus(state, 'leaver-delete') === 'refused' || (keepsNumbers(state) && touchedDialpad(state))) return end('done', 'kept-suspended');
  if (gateStatus(state, 'number-loss') === 'refused') return end('cancelled', 'refused');
  if ((['joiner', 'mover', 'number', 'number-release'] as const).some((gate) => gateStatus(state, gate) === 'refused')) return end('cancelled', 'refused');
  if ((['mover', 'number', 'number-release'] as const).some((gate) => gateStatus(state, gate) === 'expired')) return end('cancelled', 'approval-expired');
  if (gateStatus(state, 'joiner') === 'expired') return end('expired', 'approval-expired');
  if (pending.length > 0) throw new RuleViolation('case.unfinished', `steps are open: ${pending.map((step) => step.id).join(', ')}`);

  if (state.terms.kind === 'number') return endOfNumber(state, state.terms.action);

  return end('done', { leaver: 'removed', joiner: 'joined', mover: 'moved', number: 'done' }[state.kind]);
};

const endOfNumber = (state: OpenCase, action: 'reassign' | 'release'): Decided<CaseEvent> => {
  const givenUp = state.steps.some((step) => stepOf(state, step.id).status === 'waived');
  const [phase, result] = givenUp ? (['cancelled', 'given-up'] as const) : (['done', action === 'release' ? 'released' : 'reassigned'] as const);

  return happened({ type: 'CaseClosed', data: { phase, result } });
};
