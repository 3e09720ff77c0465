import { z } from 'zod';

/** Dialpad's licence enum (API v2). `talk` is Connect, `agents` Sell, `lite_support_agents` Support. */
export const licenses = ['talk', 'agents', 'lite_support_agents', 'lite_lines', 'magenta_lines', 'admins', 'dpde_all', 'dpde_one', 'user'] as const;

const text = z.string().trim().min(1).max(500);
const plainDate = z.string().refine(isPlainDate, 'expected a calendar date like 2026-02-27');
const instant = z.iso.datetime({ offset: true, error: 'expected an instant with offset like 2026-02-27T17:00:00+01:00' });
const zone = z.string().refine(isZone, 'expected an IANA time zone like Europe/Berlin');

const person = {
  employeeId: z.union([text, z.number().int().safe()]).transform(String),
  email: z.email().max(320).optional(),
  givenName: text.optional(),
  familyName: text.optional(),
  office: text.optional(),
  manager: z.union([text, z.number().int().safe()]).transform(String).nullish(),
  timeZone: zone.optional(),
  sequence: z.number().int().nonnegative().optional(),
};

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number like +14155550101');
const number = z.union([
  z.object({ e164 }),
  z.object({ from: z.literal('reserved') }),
  z.object({ from: z.literal('leaver'), employeeId: text }),
  z.object({ areaCode: z.string().regex(/^\d{2,5}$/, 'expected an area code like 415') }),
]);

/** Roles as Dialpad's API takes them, by what the group is; the first is the default. */
const ROLES = {
  department: ['operator', 'admin'],
  callcenter: ['operator', 'supervisor', 'admin'],
  office: ['operator', 'admin'],
  channel: ['operator'],
  coachingteam: ['trainee', 'coach'],
} as const;

const groups = z
  .array(
    z
      .object({
        type: z.enum(['department', 'callcenter', 'office', 'channel', 'coachingteam']).default('department'),
        name: text,
        role: z.enum(['operator', 'supervisor', 'admin', 'coach', 'trainee']).optional(),
      })
      .transform((group) => ({ ...group, role: group.role ?? ROLES[group.type][0] }))
      .superRefine(({ type, role }, context) => {
        const roles: readonly string[] = ROLES[type];
        if (!roles.includes(role)) context.addIssue({ code: 'custom', path: ['role'], message: `expected for a ${type}: ${roles.join(', ')}` });
      }),
  )
  .max(100);

/** `regional` is an office admin of several offices, named in `adminOffices`. */
const adminRole = z.enum(['company', 'company_admin', 'office', 'office_admin', 'regional', 'regional_admin']);
const adminOffices = z.array(text).min(1).max(200);
const regionIsNamed = (data: { adminRole?: string | null | undefined; adminOffices?: readonly string[] | undefined }): boolean =>
  !data.adminRole?.startsWith('regional') || data.adminOffices !== undefined;
const noRegion = { message: 'a regional admin needs the names of their offices', path: ['adminOffices'] };

/** Where help is sent to when the person dials 911 (US and Canada). */
const e911 = z.object({ address: text, address2: text.optional(), city: text, state: text, zip: text, country: text });

const hired = z
  .looseObject({
    ...person,
    startDate: plainDate,
    license: z.enum(licenses).default('talk'),
    number: number.nullish(),
    groups: groups.default([]),
    adminRole: adminRole.nullish(),
    adminOffices: adminOffices.optional(),
    e911: e911.optional(),
  })
  .refine(regionIsNamed, noRegion);

const successor = z.union([
  z.object({ employeeId: z.union([text, z.number().int().safe()]).transform(String) }),
  z.object({ department: text }),
  z.object({ callCenter: text }),
  z.object({ office: text }),
  z.object({ pool: z.literal(true) }),
]);

const employee = z.union([text, z.number().int().safe()]).transform(String);

/** Who gets one number, or everything of a kind; `successor` stands for the rest. */
const successorFor = z
  .object({
    number: e164.optional(),
    for: z.enum(['routing', 'groups', 'admin']).optional(),
    employeeId: employee.optional(),
    department: text.optional(),
    callCenter: text.optional(),
    office: text.optional(),
    pool: z.literal(true).optional(),
  })
  .refine((each) => (each.number === undefined) !== (each.for === undefined), { message: 'name either a number or what it is for', path: ['for'] })
  .refine((each) => [each.employeeId, each.department, each.callCenter, each.office, each.pool].filter((to) => to !== undefined).length === 1, {
    message: 'name exactly one of employeeId, department, callCenter, office or pool',
    path: ['employeeId'],
  })
  .refine((each) => (each.for !== 'groups' && each.for !== 'admin') || each.employeeId !== undefined || each.pool !== undefined, {
    message: 'only a person can step into a group or take admin rights',
    path: ['employeeId'],
  });

const leaving = {
  lastWorkingDay: plainDate.optional(),
  effective: z.union([z.literal('end-of-last-working-day'), instant]).optional(),
};
const hasEnd = (data: { lastWorkingDay?: string | undefined; effective?: string | undefined }): boolean =>
  data.lastWorkingDay !== undefined || (data.effective !== undefined && data.effective !== 'end-of-last-working-day');
const noEnd = { message: 'say when access ends: lastWorkingDay, or an instant in effective', path: ['lastWorkingDay'] };

const terminated = z
  .looseObject({
    ...person,
    ...leaving,
    urgency: z.enum(['normal', 'immediate']).default('normal'),
    reasonCode: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'expected a code like voluntary')
      .optional(),
    successor: successor.optional(),
    successors: z.array(successorFor).max(200).optional(),
  })
  .refine(hasEnd, noEnd)
  .refine((data) => data.urgency !== 'immediate' || data.reasonCode !== undefined, {
    message: 'an immediate leaver needs a reason code',
    path: ['reasonCode'],
  });

const changed = z
  .looseObject({
    ...person,
    license: z.enum(licenses).optional(),
    groups: groups.optional(),
    adminRole: adminRole.nullish(),
    adminOffices: adminOffices.optional(),
    e911: e911.optional(),
    effectiveDate: plainDate.optional(),
  })
  .refine(regionIsNamed, noRegion);

const envelope = { timestamp: instant };

/** The generic HR hook. Unknown fields are kept; what is wrong is said by field. */
export const hookBody = z.discriminatedUnion('type', [
  z.looseObject({ ...envelope, type: z.literal('employee.hired'), data: hired }),
  z.looseObject({ ...envelope, type: z.literal('employee.rehired'), data: hired }),
  z.looseObject({ ...envelope, type: z.literal('employee.changed'), data: changed }),
  z.looseObject({ ...envelope, type: z.literal('employee.terminated'), data: terminated }),
  z.looseObject({ ...envelope, type: z.literal('employee.termination_date_changed'), data: z.looseObject({ ...person, ...leaving }).refine(hasEnd, noEnd) }),
  z.looseObject({ ...envelope, type: z.literal('employee.termination_rescinded'), data: z.looseObject(person) }),
]);

export type HookBody = z.infer<typeof hookBody>;
export const hookTypes: readonly string[] = [
  'employee.hired',
  'employee.rehired',
  'employee.changed',
  'employee.terminated',
  'employee.termination_date_changed',
  'employee.termination_rescinded',
];

/** A date that exists; never through `Date`, which reads a plain date as UTC midnight. */
function isPlainDate(value: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

/** Intl knows "EST" too; a zone without an area hides daylight saving and is refused. */
function isZone(value: string): boolean {
  if (value !== 'UTC' && !value.includes('/')) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: value }));
  } catch {
    return false;
  }
}

/** RFC 6901 pointer of a zod issue's path. */
export const pointerOf = (path: readonly PropertyKey[]): string => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
