import { RuleViolation, happened, nothingNew, type Decided, type JsonObject } from '../kernel.ts';
import type { CaseEvent } from './events.ts';
import type { OpenCase } from './state.ts';

/** Who asks, and why in their own words (sealed). */
export interface HoldRequest {
  readonly actor: string;
  readonly reason: string;
}

const sealed = ({ reason }: HoldRequest): { personal: JsonObject } => ({ personal: { reason } });

/** Holds at once, whoever asks: what is lost while a hold waits for an approval cannot be brought back. */
export const placeHold = (state: OpenCase, request: HoldRequest): Decided<CaseEvent> => {
  if (state.status === 'closed') throw new RuleViolation('case.closed', 'the case is closed; nothing of it can be held any more');
  if (state.legalHold !== null) return nothingNew;
  return happened({ type: 'LegalHoldPlaced', data: { actor: request.actor }, ...sealed(request) });
};

/** Lifting is what needs two people: one asks, another agrees. */
export const liftHold = (state: OpenCase, request: HoldRequest): Decided<CaseEvent> => {
  const hold = state.legalHold;
  if (hold === null) throw new RuleViolation('hold.none', 'there is no legal hold on this case');
  if (hold.liftAskedBy === null) return happened({ type: 'LegalHoldLiftAsked', data: { actor: request.actor }, ...sealed(request) });
  if (hold.liftAskedBy === request.actor) {
    return {
      events: [{ type: 'LegalHoldLiftRefused', data: { actor: request.actor, code: 'hold.same_actor' }, ...sealed(request) }],
      refusal: { code: 'hold.same_actor', message: 'who asked to lift the legal hold cannot agree to it; somebody else has to' },
    };
  }
  return happened({ type: 'LegalHoldLifted', data: { actor: request.actor, askedBy: hold.liftAskedBy }, ...sealed(request) });
};
