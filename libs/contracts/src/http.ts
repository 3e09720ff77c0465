import { z } from 'zod';
import { legalHold } from './holds.ts';

const reason = z.string().trim().min(1, 'say why').max(2_000);
const id = z.string();
const instant = z.string().describe('ISO 8601 instant');

/** RFC 9457. `errors` names the fields at fault by RFC 6901 pointers. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export const startCase = z
  .object({
    source: z.string().min(1).max(100).describe('The HR source whose identity the employeeId belongs to').default('generic'),
    fact: z.looseObject({ type: z.string() }).describe('A body of the generic HR hook'),
    reason: reason.optional(),
  })
  .meta({ id: 'StartCase' });
export const startCaseQuery = z.object({ preview: z.enum(['true', 'false']).optional() });

export const decision = z
  .object({ decision: z.enum(['approve', 'refuse']), reason: reason.optional(), planHash: z.string().min(1, 'the hash of the plan that was looked at') })
  .meta({ id: 'Decision' });
export const reasonBody = z.object({ reason }).meta({ id: 'Reason' });
export const retryBody = z.object({ reason: reason.optional() }).meta({ id: 'Retry' });
export const evidenceBody = z.object({ evidence: z.string().trim().min(1, 'say what was done and where it can be seen').max(4_000) }).meta({ id: 'Evidence' });

export const page = { cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
export const caseQuery = z.object({
  kind: z.enum(['joiner', 'mover', 'leaver', 'number']).optional(),
  phase: z.string().max(60).optional(),
  waitingOn: z.string().max(100).optional(),
  person: z.string().max(100).optional(),
  number: z.string().max(20).optional(),
  attention: z.enum(['true', 'false']).optional(),
  ...page,
});
export const personQuery = z.object({ source: z.string().min(1).default('generic'), employeeId: z.string().min(1) });
export const evidenceQuery = z.object({ format: z.enum(['json', 'html']).default('json') });
export const consistencyQuery = z.object({
  from: z.coerce.number('a size is a whole number').int().min(1),
  to: z.coerce.number('a size is a whole number').int().min(1).optional(),
});
export const position = z.coerce.number('a position is a whole number').int().nonnegative();
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

/** Work for a person, where Dialpad has no API. */
const task = z
  .object({
    name: z.string(),
    title: z.string(),
    steps: z.array(z.string()).describe('Where to click in the Dialpad console, in order'),
    truth: z.string().describe('What is true when it is done'),
    closesItself: z.boolean().describe('Whether Dialpad shows that it is done; else say so, with evidence'),
    withinHours: z.number().int().nullable(),
    source: z.string().describe("Where the console's path was described, and when"),
  })
  .nullable()
  .meta({ id: 'Task' });

export const planShape = z
  .object({
    hash: z.string(),
    steps: z.array(
      z.object({
        id,
        kind: z.string(),
        state: z.enum(['pending', 'running', 'verified', 'blocked', 'contradicted', 'waived', 'by-hand', 'compensated']),
        phase: z.string(),
        reversible: z.boolean(),
        target: z
          .record(z.string(), z.unknown())
          .describe('What the step is about: ids of Dialpad, numbers of the company (also those that are lost), groups and who gets them; no personal value'),
        attempt: z.number().int(),
        reason: z.string().nullable(),
        task,
      }),
    ),
  })
  .meta({ id: 'Plan' });

const heir = z.object({ kind: z.enum(['pool', 'user', 'department', 'callcenter', 'office']), id: id.optional() });
const place = { type: z.string(), id };

/** What hangs on a leaver in Dialpad, read before the plan, and where calls end before and after. */
export const leaverImpact = z
  .object({
    numbers: z.array(z.object({ number: z.string(), type: z.string().nullable(), isPrimary: z.boolean(), goesTo: heir })),
    callerId: z.enum(['own-number', 'blocked', 'other', 'unknown']),
    shownBy: z.array(z.object({ userId: id, number: z.string() })).describe("Colleagues whose caller id is one of the leaver's numbers"),
    groups: z.array(z.object({ ...place, name: z.string().nullable(), role: z.string(), others: z.number().int().nullable(), isTask: z.boolean() })),
    admin: z.object({
      scope: z.enum(['company', 'regional', 'office', 'group', 'none']),
      company: z.boolean(),
      officeIds: z.array(id),
      groups: z.array(z.object({ ...place, role: z.string() })),
      goesTo: heir.nullable(),
    }),
    forwarding: z.number().int(),
    deskPhones: z.array(z.object({ id, type: z.string().nullable() })),
    devices: z.array(z.object({ type: z.string().nullable() })),
    personas: z.array(z.object({ type: z.string().nullable(), id })),
    greetings: z.array(z.object({ ivrType: z.string(), id, selected: z.boolean() })),
    routing: z.array(z.record(z.string(), z.unknown())),
    voicemailMails: z.array(z.object({ ...place, name: z.string().nullable() })),
    conflicts: z.array(z.looseObject({ kind: z.string(), caseId: id })),
    apiKeyOwner: z.enum(['this-person', 'somebody-else', 'unknown']).describe('unknown: the policy does not say who owns the API key'),
    calls: z.object({
      paths: z.array(z.object({ from: z.string(), hours: z.string(), before: z.array(z.string()), after: z.array(z.string()) })),
      problems: z.array(
        z.object({ line: z.string(), hours: z.string(), what: z.string(), path: z.array(z.string()), suggested: z.array(id), words: z.string() }),
      ),
      brokenAlready: z.array(z.string()).describe('Lines that reached nobody before: not the fault of the leaver'),
    }),
    personal: z.record(z.string(), z.unknown()).nullable().describe('Only for those who may see who a person is; gone once the person is erased'),
  })
  .meta({ id: 'LeaverImpact' });

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
export const inboxQuery = z.object({
  status: z.enum(['needs-person', 'failed']).default('failed'),
  cursor: z.coerce.number().int().min(1).optional(),
  limit: page.limit,
});
export const inboxList = z.object({ items: z.array(inboxEntry), cursor: z.string().optional() }).meta({ id: 'InboxList' });

export const checkpoint = z.object({
  size: z.number().int(),
  keyId: z.string(),
  note: z.string().describe('C2SP tlog-checkpoint: a signed note'),
  at: instant,
});
const publicKey = z.object({ keyId: z.string(), origin: z.string(), publicKey: z.string().describe('base64 of the raw Ed25519 key') });
export const checkpointList = z
  .object({
    items: z.array(checkpoint),
    keys: z.array(
      z.object({
        keyId: z.string(),
        origin: z.string(),
        publicKey: z.string().describe('base64 of the raw Ed25519 key'),
        since: instant,
        statement: z.string().describe('a signed note: this key takes over, says the key before it'),
      }),
    ),
    packKeys: z.array(publicKey).describe('that evidence packs are signed with'),
  })
  .meta({ id: 'CheckpointList' });
export const inclusion = z
  .object({ position: z.number().int(), leaf: z.string(), proof: z.array(z.string()).describe('base64, from the leaf upwards'), checkpoint })
  .meta({ id: 'InclusionProof' });

export const consistency = z
  .object({
    from: z.object({ size: z.number().int(), root: z.string().describe('base64') }),
    to: checkpoint,
    proof: z.array(z.string()).describe('base64, as RFC 9162, 2.1.4'),
  })
  .meta({ id: 'ConsistencyProof' });

export type CaseDetail = z.infer<typeof caseDetail>;
export type CaseItem = z.infer<typeof caseItem>;
export type TimelineEntry = z.infer<typeof timelineEntry>;
export type LeaverImpact = z.infer<typeof leaverImpact>;
export type Preview = z.infer<typeof preview>;
export type StartCase = z.infer<typeof startCase>;
