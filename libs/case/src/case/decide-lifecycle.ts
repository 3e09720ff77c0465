import { RuleViolation, happened, nothingNew, type Decided, type JsonObject } from '../kernel.ts';
import { askedOfAPerson, lateSuccessor } from '../leaver/late-successor.ts';
import { touchedDialpad, undoSteps } from '../leaver/undo.ts';
import { withdrawSteps } from '../joiner/withdraw.ts';
import type { CaseEvent } from './events.ts';
import { gateStatus, isRefused, keepsNumbers, openStage } from './gates.ts';
import { openGate } from './decide-approval.ts';
import type { Gate, Phase, Plan } from './plan.ts';
import { evolve, isSettled, stepOf, type CaseState, type OpenCase } from './state.ts';
import type { CaseKind, Terms } from './terms.ts';

export interface OpenCaseCommand {
  readonly personRef: string | null;
  readonly source: string;
  readonly requester: string;
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

/**
 * HR says something new about a running case. Dates only move it; anything that a plan is made of makes a case that has not
 * begun plan anew. Once a leaver's hand-over has begun, another successor is work for a person. A case that waits for a
 * person because it could not be planned looks again, because what HR says now may be the answer.
 */
export const changeTerms = (state: OpenCase, terms: Terms, factId: string | null, office?: string | null): Decided<CaseEvent> => {
  if (state.status === 'closed') throw new RuleViolation('case.closed', 'the case is closed');
  const moved = office !== undefined && office !== state.office;
  const what = [...changed(state.terms, terms), ...(moved ? ['office'] : [])];
  const concerns = state.plan !== null && what.some((field) => PLANNED_FROM[state.kind].includes(field));
  const replans = concerns && !hasBegun(state);
  const adds = concerns && !replans ? lateSuccessor(state) : [];
  const data = { terms, factId, what: what.join(', '), ...(moved ? { office } : {}), ...(adds.length === 0 ? {} : { adds }) };
  const told: CaseEvent[] = what.length === 0 ? [] : [{ type: 'TermsChanged', data }, ...adds.map(askedOfAPerson)];
  const looksAgain = state.plan === null && !state.rescinding && !state.withdrawing ? lookAgain(state) : [];

  return { events: [...told, ...sooner(state, terms), ...(replans ? [{ type: 'ReplanAsked', data: { why: what.join(', ') } } as const] : looksAgain)] };
};

/** Access must end when HR says so now, not when HR said so before: an approval that is asked for ends with the new day. */
const sooner = (state: OpenCase, terms: Terms): CaseEvent[] => {
  const stage = openStage(state, 'leaver');
  if (!stage || terms.kind !== 'leaver' || state.terms.kind !== 'leaver') return [];
  if (terms.urgency === 'immediate') return [{ type: 'StageExpired', data: { stage: stage.stage } }];
  if (stage.deadline === null || Date.parse(terms.cutOff) >= Date.parse(stage.deadline)) return [];
  const { needed, by, gate, planHash } = stage;

  return [{ type: 'StageOpened', data: { stage: stage.stage, gate, planHash, needed, by, deadline: terms.cutOff } }];
};

/** What a plan is made of; dates, zones and urgency are not. */
const PLANNED_FROM: Readonly<Record<CaseKind, readonly string[]>> = {
  leaver: ['successor', 'successors'],
  joiner: ['license', 'number', 'groups', 'adminRole', 'adminOffices', 'e911', 'office'],
  mover: ['office', 'license', 'groups', 'adminRole', 'adminOffices', 'corrections'],
  number: [],
};

/** Who must be asked first depends on the urgency: a plan that is running keeps to it, one that is just being made does not. */
const READ_FOR: typeof PLANNED_FROM = { ...PLANNED_FROM, leaver: [...PLANNED_FROM.leaver, 'urgency'] };

/** Something was started that a new plan could not take back: seats that were only claimed, and checks of a leaver, can. */
export const hasBegun = (state: OpenCase): boolean =>
  state.kind === 'leaver' ? touchedDialpad(state) : state.steps.some((step) => stepOf(state, step.id).begun && step.phase !== 'planned');

const lookAgain = (state: OpenCase): CaseEvent[] =>
  state.steps.flatMap((step): CaseEvent[] => {
    const at = stepOf(state, step.id);
    return at.status === 'blocked' || at.status === 'contradicted' ? [{ type: 'StepRetried', data: { step: step.id, round: at.round + 1 } }] : [];
  });

export interface PlanBasis {
  readonly terms: Terms;
  readonly office: string | null;
}

const changed = (before: Terms, after: Terms): string[] => {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const read = (terms: Terms, field: string): string => JSON.stringify((terms as unknown as Record<string, unknown>)[field]);

  return [...fields].filter((field) => read(before, field) !== read(after, field));
};

/** Freezes the plan and opens the first stage; a plan with another hash voids what was voted before. */
export const recordPlan = (
  state: OpenCase,
  { plan, userId, now, personal, basis }: { plan: Plan; userId: string | null; now: string; personal?: JsonObject; basis?: PlanBasis },
): Decided<CaseEvent> => {
  if (state.status === 'closed' || state.rescinding || state.withdrawing) return nothingNew;
  if (state.plan?.hash === plan.hash) return nothingNew;
  if (hasBegun(state)) throw new RuleViolation('plan.begun', 'the plan is being carried out; rescind the case to plan it anew');
  // HR spoke while Dialpad was being read: what was read is an answer to another question.
  const stale = basis === undefined ? [] : [...changed(basis.terms, state.terms), ...(basis.office === state.office ? [] : ['office'])];
  if (stale.some((field) => READ_FOR[state.kind].includes(field))) return happened({ type: 'ReplanAsked', data: { why: stale.join(', ') } });

  const made: CaseEvent = { type: 'PlanMade', data: { plan, userId }, ...(personal ? { personal } : {}) };
  const after = evolve(state, made);
  const opened = after.status === 'none' ? [] : ASKED_AT_ONCE.flatMap((gate) => openGate(after, gate, now).events);

  return happened(made, ...opened);
};

/** The delete is asked for when the hold is over, not days before: whoever decides should see how it went. */
const ASKED_AT_ONCE: readonly Gate[] = ['leaver', 'number-loss', 'joiner', 'mover', 'number', 'number-release', 'review'];

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

export interface Rescind {
  readonly actor: string;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly factId: string | null;
}

/** Undo the case. Refused, and recorded as refused, once something has begun that nothing can take back. */
export const rescind = (state: OpenCase, command: Rescind): Decided<CaseEvent> => {
  if (state.rescinding || state.withdrawing === 'cancelled') return nothingNew;
  const code = TOO_LATE_FOR[state.kind](state);
  const personal = command.reason === null ? {} : { personal: { reason: command.reason } };
  if (code) {
    return {
      events: [{ type: 'RescindRefused', data: { actor: command.actor, code }, ...personal }],
      refusal: { code, message: TOO_LATE[code] ?? code },
    };
  }
  if (state.kind === 'joiner') {
    const approvedBy = state.plan ? `${command.actor} plan:${state.plan.hash}` : command.actor;
    return happened({ type: 'WithdrawalBegan', data: { why: 'cancelled', steps: withdrawSteps(state), approvedBy }, ...personal });
  }

  return happened({
    type: 'RescindAccepted',
    data: {
      actor: command.actor,
      steps: state.kind === 'leaver' ? undoSteps(state) : [],
      wroteToDialpad: state.kind === 'leaver' && touchedDialpad(state),
      factId: command.factId,
    },
    ...personal,
  });
};

const TOO_LATE: Readonly<Record<string, string>> = {
  'case.closed': 'the case is closed',
  'rescind.too_late': 'the delete has begun; nothing can call it back. Dialpad keeps the user for 72 h: restore it in the Dialpad console',
  'rescind.changing': 'the change has begun; tell the former values as a new change',
  'rescind.number': 'the number has been touched; a number that was reassigned can be reassigned again, a released one is gone',
  'rescind.accepted': 'the person has accepted the invitation; end the access with a leaver case',
};

const leaverTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  const begun = (kind: string): boolean => state.steps.some((step) => step.kind === kind && stepOf(state, step.id).begun);
  // Somebody restored the user in the console after all: there is something to give back again.
  const restored = state.steps.some((step) => step.kind === 'confirmPurge' && stepOf(state, step.id).code === 'purge.restored');
  if (begun('anonymize') || (begun('confirmPurge') && !restored)) return 'rescind.too_late';
  if (restored) return null;
  // Under `releaseSeat: delete` Dialpad's restore window is the hold, and a person restores the user in the console.
  const restorable = state.plan?.timings.releaseSeat === 'delete' && !state.holdEnded;

  return begun('deleteUser') && !restorable ? 'rescind.too_late' : null;
};

/** A change is not taken back half way: HR tells the former values, and they are a change like any other. */
const moverTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.steps.some((step) => step.phase === 'changing' && stepOf(state, step.id).begun) ? 'rescind.changing' : null;
};

const joinerTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.acceptance?.accepted ? 'rescind.accepted' : null;
};

/** Until the write: a check that blocks leaves the case free to be taken back. */
const numberTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.steps.some((step) => step.kind !== 'checkNumber' && stepOf(state, step.id).begun) ? 'rescind.number' : null;
};

const TOO_LATE_FOR = { leaver: leaverTooLate, joiner: joinerTooLate, mover: moverTooLate, number: numberTooLate } as const;

/** Why a case could not be rescinded any more; null: it could. */
export const rescindRefusal = (state: OpenCase): string | null => TOO_LATE_FOR[state.kind](state);

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
