import type { CallRouter, Device, Group, Ivr, Office, PhoneNumber, Settings } from './model.ts';
import type { World } from './world.ts';

export const AVATAR = 'https://static.dialpad.example/avatar.png';

/** Dialpad's way of writing: ids as strings, dates without a zone, and nothing at all where there is no value. */
export const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)));

export const naive = (iso: string | null): string | null => iso?.replace(/\.\d+Z$/, '').replace(/Z$/, '') ?? null;

/** Given back as it was sent, whole numbers as strings like all of Dialpad's. */
const settingsShape = (settings: Settings = {}): object => written(settings) as object;

const written = (value: unknown): unknown => {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return present(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, written(each)])));
};

export const officeShape = (office: Office): object =>
  present({
    id: office.id,
    office_id: office.id,
    name: office.name,
    country: office.country,
    state: 'active',
    timezone: office.timezone,
    is_primary_office: office.isPrimary,
    phone_numbers: office.phoneNumbers,
    first_action: 'operators',
    no_operators_action: 'voicemail',
    ring_seconds: '30',
    availability_status: 'open',
    routing_options: office.routing,
    voicemail_notification_emails: office.emails,
    e911_address: office.e911,
    ...settingsShape({ ...office.settings, hours_on: null }), // an office shows its hours and not whether they count
  });

export const groupShape = (group: Group, world: World): object => {
  const named = { id: group.id, name: group.name, office_id: group.officeId, country: world.office(group.officeId).country, state: 'active' };
  if (group.type === 'channel') return { id: group.id, name: group.name };
  if (group.type === 'coachingteam') return present({ ...named, company_id: world.companyId, ring_seconds: '30', allow_trainee_eavesdrop: true });

  return present({
    ...named,
    phone_numbers: group.phoneNumbers,
    timezone: world.office(group.officeId).timezone,
    first_action: 'operators',
    no_operators_action: 'voicemail',
    ring_seconds: '30',
    availability_status: 'open',
    hours_on: false,
    routing_options: group.routing,
    voicemail_notification_emails: group.emails,
    ...settingsShape(group.settings),
  });
};

export const routerShape = (router: CallRouter): object =>
  present({
    id: router.id,
    name: router.name,
    office_id: router.officeId,
    default_target_type: router.defaultTargetType,
    default_target_id: router.defaultTargetId,
    enabled: router.enabled,
    routing_url: router.routingUrl ?? 'https://routing.example.com/',
    phone_numbers: router.phoneNumbers,
    signature: router.secret === undefined ? null : { algo: 'HS256', secret: router.secret, type: 'jwt' },
  });

export const numberShape = (number: PhoneNumber, world: World): object =>
  present({
    number: number.number,
    area_code: number.areaCode,
    company_id: world.companyId,
    office_id: number.officeId,
    status: number.status,
    target_type: number.targetType,
    target_id: number.targetId,
    type: 'local',
  });

/** A number that is gone has no status: the description knows none for it. */
export const releasedShape = ({ number, areaCode }: PhoneNumber, world: World): object => ({
  number,
  area_code: areaCode,
  company_id: world.companyId,
  type: 'local',
});

export const deskPhoneShape = (device: Device): object => ({
  id: device.id,
  name: device.name,
  type: device.type,
  owner_id: device.userId,
  owner_type: 'user',
  byod: false,
});

const FIRST_SEEN = '2026-01-01T00:00:00';
const MOBILE = ['iphone', 'ipad', 'android'];

/** Devices register about once an hour, and mobile ones never show when. */
export const userDeviceShape = (device: Device, world: World): object =>
  present({
    id: device.id,
    display_name: device.name,
    type: device.type,
    user_id: device.userId,
    app_version: '2602.1.0',
    date_created: FIRST_SEEN,
    date_updated: FIRST_SEEN,
    date_registered: MOBILE.includes(device.type) ? null : naive(new Date(Math.floor(world.nowMs / 3_600_000) * 3_600_000).toISOString()),
  });

export const ivrShape = (ivr: Ivr): object =>
  present({ id: ivr.id, name: ivr.name, description: ivr.description, selected: ivr.selected, date_added: String(ivr.added) });
