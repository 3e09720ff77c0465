import type { CaseCommand, NumberTerms, Plan } from '@handover/case';
import type { EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { Cases } from './cases.ts';
import type { Company } from './company.ts';
import { commitAll, retryingConflicts } from './stream.ts';

export interface NumberCaseWanted {
  readonly caseId: string;
  readonly terms: NumberTerms;
  readonly plan: Plan;
  /** Name of the number's office. */
  readonly office: string | null;
  /** Free text; sealed under a key of the case. */
  readonly reason: string;
  /** ISO instant. */
  readonly now: string;
}

/**
 * Opens a case about a number, with its plan and its first question, and claims the number for it, in one transaction: nobody
 * else is promised it, and of two who ask at once one is refused. A repetition finds what the first made.
 */
export const openNumberCase = (
  store: EventStore,
  company: Company,
  wanted: NumberCaseWanted,
  by: By,
): Promise<{ readonly refusal: { readonly code: string; readonly message: string } | null }> =>
  retryingConflicts(async () => {
    const { caseId, terms, plan, office, reason, now } = wanted;
    const cases = new Cases(store);
    const loaded = await cases.load(caseId);
    if (loaded) return { refusal: null };
    const claim = await company.prepare({ type: 'claimNumber', caseId, candidates: [terms.number] }, by);
    if (claim.refusal) return { refusal: claim.refusal };

    const requested = { requester: by.actor, ...(by.onBehalfOf === undefined ? {} : { requestedFor: by.onBehalfOf }) };
    const commands: readonly CaseCommand[] = [
      { type: 'open', open: { personRef: null, source: 'handover', ...requested, office, terms, factId: null, reason } },
      { type: 'recordPlan', plan, userId: null, now },
    ];
    const opened = cases.prepare(caseId, null, commands, by);
    await commitAll(store, [opened.append, claim.append], { outbox: opened.outbox });

    return { refusal: null };
  });
