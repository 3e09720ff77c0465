import type { CaseAction, CaseCommand } from '@handover/case';
import type { Arrived } from './arrived.ts';

type Opening = Extract<CaseAction, { type: `open${string}` }>;

export const isOpening = (action: CaseAction): action is Opening => action.type.startsWith('open');

/** What is asked of a case because of what HR said, and by whom. */
export const commandOf = (action: CaseAction, { id, source, by, reason = null }: Arrived, personRef: string): CaseCommand => {
  if (isOpening(action)) {
    const { office, terms, factId } = action;
    const requested = { requester: by.actor, ...(by.onBehalfOf === undefined ? {} : { requestedFor: by.onBehalfOf }) };
    return { type: 'open', open: { personRef, source, ...requested, office, terms, factId, reason } };
  }
  if (action.type === 'changeTerms')
    return { type: 'changeTerms', terms: action.terms, factId: id, ...(action.office === undefined ? {} : { office: action.office }) };

  return { type: 'rescind', rescind: { actor: by.actor, reasonCode: null, reason, factId: id } };
};
