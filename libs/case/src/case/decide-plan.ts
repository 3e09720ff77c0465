import { RuleViolation, happened, nothingNew, type Decided, type JsonObject } from '../kernel.ts';
import { askedOfAPerson, lateSuccessor } from '../leaver/late-successor.ts';
import { touchedDialpad } from '../leaver/undo.ts';
import { openGate } from './decide-approval.ts';
import type { CaseEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { openStage } from './gates.ts';
import type { Gate, Plan } from './plan.ts';
import { stepOf, type OpenCase } from './state.ts';
import type { CaseKind, Terms } from './terms.ts';

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
  const read = (terms: Terms, field: string): unknown => (terms as unknown as Record<string, unknown>)[field];
  const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);

  return [...fields].filter((field) => !same(read(before, field), read(after, field)));
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
