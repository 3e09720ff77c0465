import { z } from 'zod';
import { legalHold } from './holds.ts';
import { leaverImpact, planShape } from './plan.ts';
import { id, instant, page, query, reason } from './values.ts';

export const startCase = z
  .object({
    source: z.string().min(1).max(100).describe('The HR source whose identity the employeeId belongs to').default('generic'),
    fact: z.looseObject({ type: z.string() }).describe('A body of the generic HR hook'),
    reason: reason.optional(),
  })
  .meta({ id: 'StartCase' });
export const startCaseQuery = query({ preview: z.enum(['true', 'false']).optional() });

export const decision = z
  .object({ decision: z.enum(['approve', 'refuse']), reason: reason.optional(), planHash: z.string().min(1, 'the hash of the plan that was looked at') })
  .meta({ id: 'Decision' });
export const reasonBody = z.object({ reason }).meta({ id: 'Reason' });
export const retryBody = z.object({ reason: reason.optional() }).meta({ id: 'Retry' });
export const evidenceBody = z.object({ evidence: z.string().trim().min(1, 'say what was done and where it can be seen').max(4_000) }).meta({ id: 'Evidence' });

export const caseQuery = query({
  kind: z.enum(['joiner', 'mover', 'leaver', 'number']).optional(),
  phase: z.string().max(60).optional(),
  waitingOn: z.string().max(100).optional(),
  person: z.string().max(100).optional(),
  number: z.string().max(20).optional(),
  attention: z.enum(['true', 'false']).optional(),
  ...page,
});
export const personQuery = query({ source: z.string().min(1).default('generic'), employeeId: z.string().min(1) });
export const evidenceQuery = query({ format: z.enum(['json', 'html']).default('json') });
export const caseId = z.uuid('a case id is a UUID');

const attention = z.object({ step: id, code: z.string(), since: instant.nullable() }).nullable();

export const caseItem = z
  .object({
    id,
    kind: z.string(),
    phase: z.string(),
    person: z.object({ ref: id }).nullable().describe('Null for a case about a number'),
    number: z.string().nullable().describe('E.164, for a case about a number'),
    office: z.string().nullable(),
    waitingOn: z.string().nullable(),
    due: instant.nullable(),
    attention: z.boolean(),
    openedAt: instant,
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'CaseItem' });
export const caseList = z.object({ items: z.array(caseItem), cursor: z.string().optional() }).meta({ id: 'CaseList' });

export const caseDetail = z
  .object({
    id,
    kind: z.string(),
    phase: z.string(),
    person: z
      .object({
        ref: id,
        givenName: z.string().nullable().optional(),
        familyName: z.string().nullable().optional(),
        email: z.string().nullable().optional(),
        employeeId: z.string().nullable().optional(),
        erased: z.boolean(),
      })
      .nullable()
      .describe('Null for a case about a number'),
    number: z.string().nullable().describe('E.164, for a case about a number'),
    office: z.string().nullable(),
    requester: z.string(),
    source: z.string(),
    version: z.number().int(),
    openedAt: instant,
    terms: z.record(z.string(), z.unknown()),
    waitsFor: z.array(z.object({ on: z.string(), what: z.string(), since: instant, until: instant.nullable() })),
    legalHold: legalHold.nullable(),
    attention,
    plan: planShape.nullable(),
    impact: leaverImpact.nullable(),
    approvals: z.array(
      z.object({
        stage: z.string(),
        state: z.enum(['waiting', 'open', 'approved', 'refused', 'expired', 'void']),
        needed: z.number().int(),
        by: z.array(z.string()),
        deadline: instant.nullable(),
        escalated: z.boolean(),
        decisions: z.array(z.object({ actor: z.string(), decision: z.string(), reasonCode: z.string().nullable(), at: instant })),
      }),
    ),
    undoUntil: z.array(z.object({ line: z.string(), at: instant.nullable() })),
    outcome: z.string().nullable(),
    certificate: z.record(z.string(), z.unknown()).nullable(),
    temporal: z.object({ workflowId: z.string(), runId: z.string().nullable(), url: z.string() }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Case' });

export const timelineEntry = z
  .object({
    position: z.number().int(),
    at: instant,
    type: z.string(),
    stepId: z.string().optional(),
    actor: z.string(),
    channel: z.string(),
    summary: z.string(),
    evidence: z.record(z.string(), z.unknown()).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' });
export const timeline = z.object({ items: z.array(timelineEntry) }).meta({ id: 'Timeline' });

export const personCases = z.object({ ref: id, cases: z.array(z.object({ id, kind: z.string(), phase: z.string() })) }).meta({ id: 'Person' });
export const preview = z
  .object({
    actions: z.array(z.object({ type: z.string(), caseId: id.optional() })),
    plan: planShape.nullable(),
    approvals: z.array(z.object({ stage: z.string(), needed: z.number(), by: z.array(z.string()) })),
    impact: leaverImpact.nullable(),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
    legalHold: legalHold.nullable().describe('The person is under a legal hold: so will be what is started'),
  })
  .meta({ id: 'Preview' });

export type CaseDetail = z.infer<typeof caseDetail>;
export type CaseItem = z.infer<typeof caseItem>;
export type TimelineEntry = z.infer<typeof timelineEntry>;
export type Preview = z.infer<typeof preview>;
export type StartCase = z.infer<typeof startCase>;
