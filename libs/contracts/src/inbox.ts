import { z } from 'zod';
import { id, instant, page, query } from './values.ts';

export const hookAccepted = z.object({ id, status: z.enum(['accepted', 'duplicate']) }).meta({ id: 'HookAccepted' });
export const inboxEntry = z
  .object({
    id,
    source: z.string(),
    receivedAt: instant,
    status: z.enum(['received', 'processed', 'ignored', 'needs-person', 'failed']),
    caseIds: z.array(id),
    reason: z.string().nullable(),
    pointers: z.array(z.string()),
  })
  .meta({ id: 'InboxEntry' });
export const dismissFact = z
  .object({
    reasonCode: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'expected a code like sent-again')
      .describe('A code, not words: it stays in the record'),
  })
  .meta({ id: 'DismissFact' });
export const inboxQuery = query({
  status: z.enum(['needs-person', 'failed']).default('failed'),
  cursor: z.coerce.number().int().min(1).optional(),
  limit: page.limit,
});
export const inboxList = z.object({ items: z.array(inboxEntry), cursor: z.string().optional() }).meta({ id: 'InboxList' });
