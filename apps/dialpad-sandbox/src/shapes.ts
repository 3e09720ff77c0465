import type { CallRouter, Device, Group, Office, PhoneNumber, User } from './model.ts';
import type { World } from './world.ts';

/** Dialpad's way of writing: ids as strings, dates without a zone, and nothing at all where there is no value. */
const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)));

const naive = (iso: string | null): string | null => iso?.replace(/\.\d+Z$/, '').replace(/Z$/, '') ?? null;

export const userShape = (user: User, world: World, { groups = false } = {}): object => {
  const office = world.office(user.officeId);
  const common = {
    id: user.id,
    company_id: world.companyId,
    office_id: user.officeId,
    country: office.country,
    state: user.state,
    license: user.license,
    first_name: user.firstName,
    last_name: user.lastName,
    job_title: user.jobTitle,
    language: 'en',
    timezone: office.timezone,
    image_url: 'https://static.dialpad.example/avatar.png',
    muted: false,
    is_online: false,
    is_on_duty: false,
    international_dialing_enabled: false,
    is_admin: user.adminOfficeIds.length > 0,
    is_super_admin: user.superAdmin,
    onboarding_completed: user.onboardingCompleted,
    voicemail: { is_default_voicemail: true, name: 'default', voicemail_notifications_enabled: true },
  };
  const display = `${user.firstName} ${user.lastName}`.trim();
  if (user.state === 'deleted') {
    return present({
      ...common,
      is_admin: false,
      is_super_admin: false,
      display_name: `${display} (deactivated)`,
      do_not_disturb: true,
      is_available: false,
      status_message: '',
    });
  }

  return present({
    ...common,
    display_name: display,
    do_not_disturb: user.doNotDisturb,
    is_available: user.state === 'active',
    emails: user.emails,
    admin_office_ids: user.adminOfficeIds,
    phone_numbers: user.phoneNumbers,
    forwarding_numbers: user.forwardingNumbers,
    date_added: naive(user.dateAdded),
    date_active: naive(user.dateActive),
    date_first_login: naive(user.dateFirstLogin),
    group_details: groups ? world.membershipsOf(user.id).map(({ id, type, role }) => ({ group_id: id, group_type: type, role, do_not_disturb: false })) : [],
  });
};

/** What operator calls answer with. */
export const operatorShape = (user: User, world: World): object =>
  present({
    id: user.id,
    name: `${user.firstName} ${user.lastName}`.trim(),
    company_id: world.companyId,
    office_id: user.officeId,
    country: world.office(user.officeId).country,
    is_on_duty: false,
    phone_numbers: user.phoneNumbers,
    state: user.state,
    image_url: 'https://static.dialpad.example/avatar.png',
  });

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
    routing_url: 'https://routing.example.com/',
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

export const deskPhoneShape = (device: Device): object => ({
  id: device.id,
  name: device.name,
  type: device.type,
  owner_id: device.userId,
  owner_type: 'user',
  byod: false,
});

export const userDeviceShape = (device: Device): object => ({
  id: device.id,
  display_name: device.name,
  type: device.type,
  user_id: device.userId,
  app_version: '2602.1.0',
});
