import { z } from 'zod';
import { instant, query } from './values.ts';

/** A hold as everybody who decides must see it. */
export const legalHold = z
  .object({
    by: z.string(),
    since: instant,
    scope: z.enum(['case', 'person']).describe('A case is held for itself, or because its person is'),
    reason: z.string().nullable().describe('Shown to those who may see who the person is'),
    confirmUntil: instant.nullable().describe('Somebody else should have confirmed it by then; it holds all the same'),
    confirmedBy: z.string().nullable(),
    overdue: z.boolean(),
    liftAskedBy: z.string().nullable(),
  })
  .meta({ id: 'LegalHold' });

export const legalHoldItem = z
  .object({
    on: z.enum(['case', 'person']),
    caseId: z.string().nullable(),
    personRef: z.string().nullable(),
    ...legalHold.shape,
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'LegalHoldItem' });
export const legalHoldList = z.object({ items: z.array(legalHoldItem), cursor: z.string().optional() }).meta({ id: 'LegalHoldList' });
export const legalHoldQuery = query({ state: z.enum(['standing', 'unconfirmed', 'overdue', 'lift-asked']).default('standing') });
export const legalHoldDecision = z
  .object({ decision: z.enum(['approve', 'refuse']), reason: z.string().trim().min(1, 'say why').max(2_000) })
  .meta({ id: 'LegalHoldDecision' });
export const personHeld = z.object({ ref: z.string(), caseIds: z.array(z.string()), legalHold: legalHold.nullable() }).meta({ id: 'PersonHeld' });

export type LegalHoldShown = z.infer<typeof legalHold>;
export type LegalHoldItem = z.infer<typeof legalHoldItem>;
