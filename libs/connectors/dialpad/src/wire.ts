import { ConnectorError } from '@handover/connector-kit';
import { z } from 'zod';
import type { DialpadUser, Office, Operator, PhoneNumber, Seats } from './types.ts';

/** int64 travels as a string, as a number in older answers; for us an id is always text. */
const id = z.union([z.string().min(1), z.number().int()]).transform(String);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const yes = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const count = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => Number(value ?? 0));

/** Dialpad writes `2021-06-20T19:18:00` and means UTC. */
const instant = z
  .string()
  .nullish()
  .transform((value) => {
    if (!value) return null;
    const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
    return Number.isNaN(ms) ? null : new Date(ms).toISOString();
  });

const group = z
  .looseObject({ group_id: id, group_type: z.string(), role: text })
  .transform((each) => ({ type: each.group_type.toLowerCase().replaceAll('_', ''), id: each.group_id, role: each.role ?? 'operator' }));

export const user = z
  .looseObject({
    id,
    office_id: id.nullish(),
    state: z.string(),
    emails: list(z.string()),
    display_name: text,
    first_name: text,
    last_name: text,
    is_super_admin: yes,
    admin_office_ids: list(id),
    forwarding_numbers: list(z.string()),
    phone_numbers: list(z.string()),
    license: text,
    date_first_login: instant,
    date_active: instant,
    date_added: instant,
    onboarding_completed: yes,
    group_details: list(group),
  })
  .transform((each): DialpadUser => ({
    id: each.id,
    officeId: each.office_id ?? '',
    state: each.state,
    emails: each.emails,
    displayName: each.display_name,
    firstName: each.first_name,
    lastName: each.last_name,
    isSuperAdmin: each.is_super_admin,
    adminOfficeIds: each.admin_office_ids,
    forwardingNumbers: each.forwarding_numbers,
    phoneNumbers: each.phone_numbers,
    license: each.license,
    dateFirstLogin: each.date_first_login,
    dateActive: each.date_active,
    dateAdded: each.date_added,
    onboardingCompleted: each.onboarding_completed,
    groupDetails: each.group_details,
  }));

const routingInner = z
  .looseObject({
    action: text,
    try_dial_operators: yes,
    action_target_type: text,
    action_target_id: id.nullish(),
    dtmf: list(z.looseObject({ input: text, options: z.looseObject({ action: text, action_target_type: text, action_target_id: id.nullish() }).nullish() })),
  })
  .nullish();
export const routingOptions = z.looseObject({ open: routingInner, closed: routingInner }).nullish();
export type RoutingOptions = z.infer<typeof routingOptions>;

export const office = z
  .looseObject({ id: id.nullish(), office_id: id.nullish(), name: text, is_primary_office: yes, timezone: text, country: text })
  .transform((each): Office => ({
    id: each.id ?? each.office_id ?? '',
    name: each.name ?? '',
    isPrimary: each.is_primary_office,
    timezone: each.timezone,
    country: each.country?.toLowerCase() ?? null,
  }));

/** Departments, call centers and offices: what can take calls and send them on. */
export const line = z.looseObject({ id, name: text, office_id: id.nullish(), routing_options: routingOptions });
export type Line = z.infer<typeof line>;

export const callRouter = z.looseObject({ id, name: text, office_id: id.nullish(), default_target_type: text, default_target_id: id.nullish() });

export const number = z
  .looseObject({ number: z.string(), status: text, target_type: text, target_id: id.nullish(), office_id: id.nullish() })
  .transform((each): PhoneNumber & { readonly officeId: string | null } => ({
    number: each.number,
    status: each.status ?? 'unknown',
    targetType: each.target_type,
    targetId: each.target_id ?? null,
    officeId: each.office_id ?? null,
  }));

export const seats = z
  .looseObject({ talk_lines: count, sell_lines: count, contact_center_lines: count, additional_number_lines: count })
  .transform((each): Seats => ({
    talk: each.talk_lines,
    sell: each.sell_lines,
    contactCenter: each.contact_center_lines,
    additionalNumber: each.additional_number_lines,
  }));

export const company = z.looseObject({ id, domain: text });
export const named = z.looseObject({ id, name: text });
export const device = z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) });
export const member = z.looseObject({ id, role: text }).transform((each): Operator => ({ id: each.id, role: each.role }));
export const operators = z.looseObject({ users: list(z.looseObject({ id, state: text })) }).nullish();
export const page = z.looseObject({ items: list(z.unknown()), cursor: text }).nullish();

/** @throws ConnectorError `shape`: an answer we do not understand is no answer, and never a guess. */
export const read = <T>(schema: z.ZodType<T>, operation: string, body: unknown): T => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';

  throw new ConnectorError({ kind: 'invalid', operation, code: `shape${where === '' ? '' : `.${where}`}`, ambiguous: false });
};
