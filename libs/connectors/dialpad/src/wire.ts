import { ConnectorError } from '@handover/connector-kit';
import { z } from 'zod';
import type {
  Address,
  CallerId,
  Company,
  CustomIvr,
  DeskPhone,
  DialpadUser,
  Duty,
  Licences,
  Office,
  OfficePlan,
  Operator,
  Persona,
  PhoneNumber,
  StatsAnswer,
  UserDevice,
} from './types.ts';

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
/** A count that is no number would be taken for "none free" or "any free"; it is neither. */
const count = z
  .union([z.string().regex(/^-?\d+$/), z.number()])
  .nullish()
  .transform((value) => Number(value ?? 0));
/** Epoch milliseconds, as text or number. */
const epoch = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined || !Number.isFinite(Number(value)) ? null : new Date(Number(value)).toISOString()));

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
    international_dialing_enabled: yes,
    job_title: text,
    is_online: yes,
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
    internationalDialing: each.international_dialing_enabled,
    jobTitle: each.job_title,
    isOnline: each.is_online,
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
/** As it came, to be sent back: a field that was absent must stay so, for Dialpad knows no null here. */
export const rawRouting = z.looseObject({ routing_options: z.record(z.string(), z.unknown()).nullish() });
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
export const line = z.looseObject({
  id,
  name: text,
  office_id: id.nullish(),
  state: text,
  phone_numbers: list(z.string()),
  /** Mail addresses; the API shows them and cannot change them. */
  voicemail_notification_emails: list(z.string()),
  routing_options: routingOptions,
});
export type Line = z.infer<typeof line>;

export const callRouter = z.looseObject({
  id,
  name: text,
  office_id: id.nullish(),
  default_target_type: text,
  default_target_id: id.nullish(),
  enabled: yes,
  phone_numbers: list(z.string()),
});

export const number = z
  .looseObject({
    number: z.string(),
    status: text,
    target_type: text,
    target_id: id.nullish(),
    office_id: id.nullish(),
    area_code: text,
    type: text,
    deleted: yes,
  })
  .transform((each): PhoneNumber => ({
    number: each.number,
    status: each.status ?? 'unknown',
    targetType: each.target_type,
    targetId: each.target_id ?? null,
    officeId: each.office_id ?? null,
    areaCode: each.area_code,
    type: each.type,
    isDeleted: each.deleted,
  }));
export const holder = z.looseObject({ phone_numbers: list(z.string()) });

const counters = {
  talk_lines: count,
  sell_lines: count,
  contact_center_lines: count,
  additional_number_lines: count,
  tollfree_additional_number_lines: count,
  fax_lines: count,
  room_lines: count,
  tollfree_room_lines: count,
  uberconference_lines: count,
  tollfree_uberconference_lines: count,
};
const licencesOf = (each: Readonly<Record<keyof typeof counters, number>>): Licences => ({
  talk: each.talk_lines,
  sell: each.sell_lines,
  contactCenter: each.contact_center_lines,
  additionalNumber: each.additional_number_lines,
  tollfreeAdditionalNumber: each.tollfree_additional_number_lines,
  fax: each.fax_lines,
  room: each.room_lines,
  tollfreeRoom: each.tollfree_room_lines,
  meetings: each.uberconference_lines,
  tollfreeMeetings: each.tollfree_uberconference_lines,
});
export const licences = z.looseObject(counters).transform(licencesOf);
export const officePlan = z
  .looseObject({ ...counters, balance: text, next_billing_date: epoch })
  .transform((each): OfficePlan => ({ ...licencesOf(each), balance: each.balance, nextBillingDate: each.next_billing_date }));

export const company = z.looseObject({ id, name: text, domain: text, country: text, account_type: text, state: text }).transform((each): Company => ({
  id: each.id,
  name: each.name,
  domain: each.domain,
  country: each.country,
  accountType: each.account_type,
  state: each.state,
}));
export const offDuty = z.looseObject({ off_duty_statuses: list(z.string()) }).transform((each) => each.off_duty_statuses);

/** An address that is not set comes without any of its parts. */
export const address = z
  .looseObject({ address: text, address2: text, city: text, state: text, zip: text, country: text })
  .nullish()
  .transform((each): Address | null =>
    each?.address
      ? {
          address: each.address,
          address2: each.address2,
          city: each.city ?? '',
          state: each.state ?? '',
          zip: each.zip ?? '',
          country: (each.country ?? '').toLowerCase(),
        }
      : null,
  );

export const callerId = z
  .looseObject({
    caller_id: text,
    phone_numbers: list(z.string()),
    forwarding_numbers: list(z.string()),
    office_main_line: text,
    groups: list(z.looseObject({ display_name: text, caller_id: text })),
  })
  .transform((each): CallerId => ({
    callerId: each.caller_id,
    phoneNumbers: each.phone_numbers,
    forwardingNumbers: each.forwarding_numbers,
    officeMainLine: each.office_main_line,
    groups: each.groups.map((group) => ({ name: group.display_name, callerId: group.caller_id })),
  }));

export const persona = z
  .looseObject({ id, type: text, name: text, caller_id: text, phone_numbers: list(z.string()) })
  .transform((each): Persona => ({ id: each.id, type: each.type, name: each.name, callerId: each.caller_id, phoneNumbers: each.phone_numbers }));

const ivr = z.looseObject({ id, name: text, description: text, selected: yes, date_added: epoch });
/** The recordings of a target come grouped by what they are for. */
export const ivrCollection = z.looseObject({ ivr_type: z.string(), ivrs: list(ivr) }).transform((each): CustomIvr[] =>
  each.ivrs.map((one) => ({
    id: one.id,
    ivrType: each.ivr_type,
    name: one.name,
    description: one.description,
    selected: one.selected,
    dateAdded: one.date_added,
  })),
);

const deviceId = z.union([z.string().min(1), z.number()]).transform(String); // not numeric, unlike other ids
export const deskPhone = z
  .looseObject({ id: deviceId, name: text, type: text, mac_address: text, phone_number: text })
  .transform((each): DeskPhone => ({ id: each.id, name: each.name, type: each.type, macAddress: each.mac_address, phoneNumber: each.phone_number }));
export const userDevice = z
  .looseObject({
    id: deviceId,
    user_id: id.nullish(),
    type: text,
    display_name: text,
    app_version: text,
    date_created: instant,
    date_updated: instant,
    date_registered: instant,
  })
  .transform((each): UserDevice => ({
    id: each.id,
    userId: each.user_id ?? null,
    type: each.type,
    name: each.display_name,
    appVersion: each.app_version,
    dateCreated: each.date_created,
    dateUpdated: each.date_updated,
    dateRegistered: each.date_registered,
  }));

export const duty = z
  .looseObject({ on_duty: yes, on_duty_status: text, duty_status_reason: text, duty_status_started: epoch })
  .transform((each): Duty => ({ on: each.on_duty, status: each.on_duty_status, reason: each.duty_status_reason, since: each.duty_status_started }));

export const statsRequest = z.looseObject({ request_id: z.string().min(1) });
export const statsAnswer = z
  .looseObject({ status: z.enum(['processing', 'complete', 'failed']), download_url: text })
  .transform((each): StatsAnswer => ({ status: each.status, downloadUrl: each.download_url }));

export const named = z.looseObject({ id, name: text, office_id: id.nullish() });
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
