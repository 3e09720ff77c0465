import { RuleViolation, happened, nothingNew, type Decided } from '../kernel.ts';
import { decideHold, type HoldRequest, type HoldVerb } from '../hold/hold.ts';
import type { CaseEvent } from './events.ts';
import { stepOf, type OpenCase } from './state.ts';

/** On the case itself. A closed case can be held too: what is known of its person is then not erased. */
export const holdCase = (state: OpenCase, verb: HoldVerb, request: HoldRequest): Decided<CaseEvent> => {
  if (verb !== 'place' && state.holds.case === null && state.holds.person !== null) {
    throw new RuleViolation('hold.on_person', 'the person is held, and the case with them: decide on the person');
  }
  return decideHold(state.holds.case, verb, request, state.personRef, tooLateFor(state));
};

/** What no hold can call back any more. */
const tooLateFor = (state: OpenCase): readonly string[] =>
  state.steps.filter((step) => !step.reversible && stepOf(state, step.id).begun).map((step) => step.id);

/** The person is held, or not any more: so is every open case of theirs. */
export const followPerson = (state: OpenCase, by: string | null): Decided<CaseEvent> => {
  if (state.status === 'closed' || (state.holds.person?.by ?? null) === by) return nothingNew;
  const late = tooLateFor(state);
  if (by === null) return happened({ type: 'LegalHoldLifted', data: { actor: state.holds.person?.by ?? '', scope: 'person' } });

  return happened({ type: 'LegalHoldPlaced', data: { actor: by, confirmUntil: null, scope: 'person', ...(late.length > 0 ? { late } : {}) } });
};
