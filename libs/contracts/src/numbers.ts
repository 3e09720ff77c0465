import { z } from 'zod';
import { instant, query, reason } from './values.ts';

const name = z.string().trim().min(1).max(200);

/** `+` may be left out: in an address it has to be written as `%2B`. */
export const e164 = z
  .string()
  .regex(/^\+?[1-9]\d{3,14}$/, 'a number is like +14155550101')
  .transform((number) => (number.startsWith('+') ? number : `+${number}`));

export const numberQuery = query({
  status: z
    .enum(['reserved', 'available', 'call_center', 'call_router', 'department', 'dynamic_caller', 'office', 'pending', 'porting', 'room', 'user', 'released'])
    .optional(),
  office: name.optional().describe('Name or id of a Dialpad office'),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const target = z
  .union([
    z.strictObject({ employeeId: name, source: name.optional() }),
    z.strictObject({ department: name }),
    z.strictObject({ office: name }),
    z.strictObject({ callcenter: name }),
  ])
  .describe('An employee, or a department, an office (its main line) or a call center by its name in Dialpad');

export const reassignNumber = z.strictObject({ to: target, reason }).meta({ id: 'ReassignNumber' });
export const releaseNumber = z.strictObject({ reason }).meta({ id: 'ReleaseNumber' });
export interface ChangeNumber {
  readonly reason: string;
}

const office = z.object({ id: z.string(), name: z.string().nullable() }).nullable();
const holder = z.object({ type: z.string(), id: z.string(), personRef: z.string().nullable() });

export const numberItem = z
  .object({
    number: z.string(),
    status: z.string().describe("Dialpad's word as the record last saw it; `available` is in the reserved pool, `released` not the company's any more"),
    office,
    holder: holder.nullable(),
    since: instant.describe('Since when it is so'),
    sinceIsExact: z.boolean().describe('False where it was so before Handover looked, or was changed outside: then `since` is when that was seen'),
    why: z.string().describe('`first-seen`, `drift` (changed outside), `leaver`, `joiner`, `mover`, `leaver-undone`, `reassigned`, `released`'),
    caseId: z.string().nullable(),
    lastOwner: holder.extend({ office }).nullable().describe('Who had it before'),
    daysReserved: z.number().int().nullable().describe('Age in the pool: a fee applies to every reserved number'),
    withheld: z
      .object({ caseId: z.string(), personRef: z.string().nullable(), until: instant.nullable() })
      .nullable()
      .describe('For a leaver who may come back'),
    promised: z.object({ caseId: z.string(), kind: z.string(), personRef: z.string().nullable() }).nullable(),
    kept: z.boolean().describe('The policy keeps it: never reassigned or released'),
    suggestion: z.enum(['wait', 'keep', 'reassign-or-release', 'release', 'none']),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'NumberItem' });
export const numberList = z.object({ items: z.array(numberItem), cursor: z.string().optional() }).meta({ id: 'NumberList' });

const end = holder.extend({ name: z.string().nullable().describe('For callers who may see who a person is') }).nullable();
export const numberDetail = z
  .object({
    number: z.string(),
    known: numberItem.nullable().describe('Null for a number that the record has not seen yet'),
    dialpad: z
      .object({ status: z.string(), holder: z.object({ type: z.string(), id: z.string() }).nullable(), readAt: instant })
      .nullable()
      .describe('As Dialpad says now; null while Dialpad cannot be read'),
    history: z
      .array(z.object({ at: instant, why: z.string(), caseId: z.string().nullable(), status: z.string(), office, from: end, to: end }))
      .describe('Oldest first'),
    cases: z.array(z.object({ id: z.string(), kind: z.string(), phase: z.string() })).describe('Cases about this number, the newest first'),
  })
  .meta({ id: 'Number' });
export const numbersRead = z.object({ numbers: z.number().int(), changed: z.number().int() }).meta({ id: 'NumbersRead' });

export type NumberItem = z.infer<typeof numberItem>;
export type NumberDetail = z.infer<typeof numberDetail>;
