import { z } from 'zod';
import { id } from './values.ts';

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

export type LeaverImpact = z.infer<typeof leaverImpact>;
