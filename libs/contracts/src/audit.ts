import { z } from 'zod';
import { checkpoint } from './proofs.ts';
import { instant, page, query } from './values.ts';

const given = z.iso.datetime({ offset: true, error: 'expected an instant with offset like 2026-02-27T17:00:00Z' });

/** What an auditor asks by; all of it is served by an index. */
export const auditFilter = z.object({
  caseId: z.uuid('a case id is a UUID').optional(),
  person: z.string().max(100).optional().describe('The reference of a person'),
  actor: z.string().max(200).optional(),
  onBehalfOf: z.string().max(200).optional(),
  kind: z.string().max(40).optional().describe('Of the case: joiner, mover, leaver, number'),
  type: z.string().max(100).optional().describe('Of the event'),
  channel: z.string().max(40).optional(),
  step: z.string().max(100).optional(),
  from: given.optional(),
  to: given.optional().describe('Exclusive'),
});
export const auditQuery = query({
  ...auditFilter.shape,
  ...page,
  proofs: z.enum(['true', 'false']).default('false').describe('With the proof of each event to the newest checkpoint'),
});
export const auditExportQuery = query({
  ...auditFilter.shape,
  format: z.enum(['ndjson', 'ocsf', 'csv']).default('ndjson'),
  ocsf: z.enum(['1.3.0', '1.4.0', '1.5.0', '1.6.0']).optional().describe('Version of the OCSF schema; else the policy says'),
  after: z.coerce.number('a position is a whole number').int().min(-1).default(-1).describe('The last position that you have: the export goes on behind it'),
  limit: z.coerce.number('a limit is a whole number').int().min(1).max(10_000_000).optional(),
});

const auditEntry = z.object({
  position: z.number().int(),
  eventId: z.string(),
  stream: z.string(),
  version: z.number().int(),
  at: instant,
  type: z.string(),
  actor: z.string(),
  onBehalfOf: z.string().nullable(),
  channel: z.string(),
  caseId: z.string().nullable(),
  kind: z.string().nullable(),
  person: z.string().nullable(),
  step: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).describe('What is readable for ever; sealed values are not in it'),
  hash: z.string(),
  proof: z.array(z.string()).nullable().optional().describe('base64, from the leaf upwards; null while no checkpoint covers it'),
});
export const auditList = z
  .object({
    items: z.array(auditEntry),
    cursor: z.string().optional().describe('To the older ones'),
    newer: z.string().optional().describe('To the newer ones; worth keeping: news will be there'),
    checkpoint: checkpoint.nullable().optional(),
  })
  .meta({ id: 'AuditList' });
export const auditEvent = z
  .object({
    ...auditEntry.shape,
    by: z.record(z.string(), z.unknown()),
    sealed: z.boolean().describe('Whether personal values are sealed beside it'),
    checkpoint: checkpoint.nullable(),
  })
  .meta({ id: 'AuditEvent' });

const filter = auditFilter.describe('Only events that match; empty: all of them');
const subscriptionUrl = z.string().max(2_000);
const subscriptionName = z.string().trim().min(1).max(100);
const format = z.enum(['ndjson', 'ocsf', 'csv']);
const ocsf = z.enum(['1.3.0', '1.4.0', '1.5.0', '1.6.0']);
const begin = z.union([z.enum(['beginning', 'now']), z.number().int().min(-1)]);

export const subscribe = z
  .object({
    name: subscriptionName.default('audit'),
    url: subscriptionUrl.describe('https, or http to this machine; private networks only where the policy opens them'),
    format: format.default('ndjson'),
    ocsf: ocsf.optional(),
    filter: filter.default({}),
    from: begin.default('now').describe('`beginning`, `now`, or the last position that the receiver has'),
  })
  .meta({ id: 'Subscribe' });
export const subscriptionChange = z
  .object({
    name: subscriptionName.optional(),
    url: subscriptionUrl.optional(),
    format: format.optional(),
    ocsf: ocsf.optional(),
    filter: filter.optional(),
    from: begin.optional(),
    state: z.enum(['active', 'paused']).optional().describe('`active` takes up a paused one where it stood'),
    newSecret: z.literal(true).optional().describe('The old secret signs beside the new one for a day'),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'say what is to change')
  .meta({ id: 'SubscriptionChange' });
export const subscription = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    format,
    ocsf,
    filter,
    state: z.enum(['active', 'paused']),
    why: z.string().nullable().describe('Why it is paused: `asked`, `receiver.failing`, `receiver.gone`'),
    position: z.number().int().describe('The last position that the receiver has taken'),
    behind: z.number().int().describe('Events of the log that it has not been offered yet'),
    attempts: z.number().int(),
    failingSince: instant.nullable(),
    nextTryAt: instant,
    lastError: z.string().nullable(),
    delivered: z.number().int().describe('Events taken in all'),
    deliveredAt: instant.nullable(),
    createdBy: z.string(),
    createdAt: instant,
    secret: z.string().optional().describe('Only in the answer that made it; Standard Webhooks, `whsec_`'),
  })
  .meta({ id: 'Subscription' });
export const subscriptionList = z.object({ items: z.array(subscription) }).meta({ id: 'SubscriptionList' });
export const subscriptionId = z.uuid('a subscription id is a UUID');

export const retentionStatus = z
  .object({
    hash: z.string().describe('Of the times; an approval is bound to it'),
    record: z.string().describe('After the last thing that happened to a person, their key is destroyed; 366-day years'),
    inbox: z.string().describe('What HR sent and nobody could work is deleted after this'),
    needed: z.number().int(),
    approvedBy: z.array(z.string()),
    approved: z.boolean().describe('Until then nothing is let go'),
    lastRun: z.looseObject({ at: instant }).nullable(),
  })
  .meta({ id: 'Retention' });
export const retentionPreview = z
  .object({
    policy: retentionStatus,
    silent: z.number().int().describe('Persons of whom nothing was heard for the time of the policy; `persons` are the longest silent of them, up to 1,000'),
    persons: z.array(z.object({ personRef: z.string(), lastAt: instant, keptBecause: z.string().nullable().describe('null: a run would let it go') })),
    erasable: z.number().int().describe('Of `persons`; a run looks at all who are silent'),
    keysAlive: z.number().int(),
    numberCases: z.number().int().describe('Closed, about numbers: what people wrote in them would not be readable any more'),
    inboxBodies: z.number().int(),
    idempotencyKeys: z.number().int(),
  })
  .meta({ id: 'RetentionPreview' });
export const retentionApproval = z.object({ hash: z.string().min(1, 'the hash of GET /v1/audit/retention') }).meta({ id: 'RetentionApproval' });
