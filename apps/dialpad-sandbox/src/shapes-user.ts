import { membershipsOf } from './memberships.ts';
import type { Duty, User } from './model.ts';
import { AVATAR, naive, present } from './shapes.ts';
import type { World } from './world.ts';

/** Empty once it has expired. */
export const statusOf = ({ status }: User, world: World): string =>
  status && (status.expiresAt === null || status.expiresAt > world.nowMs) ? status.message : '';

export const userShape = (user: User, world: World, { groups = false } = {}): object => {
  const office = world.office(user.officeId);
  const display = `${user.firstName} ${user.lastName}`.trim();
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
    extension: user.extension,
    language: 'en',
    timezone: office.timezone,
    image_url: AVATAR,
    muted: false,
    is_online: false,
    is_on_duty: user.duty?.on ?? false,
    international_dialing_enabled: user.internationalDialing ?? false,
    is_admin: user.adminOfficeIds.length > 0,
    is_super_admin: user.superAdmin,
    onboarding_completed: user.onboardingCompleted,
    voicemail: { is_default_voicemail: true, name: 'default', voicemail_notifications_enabled: true },
  };
  if (user.state === 'deleted') {
    return present({
      ...common,
      is_admin: false,
      is_super_admin: false,
      is_on_duty: false,
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
    status_message: user.status ? statusOf(user, world) : null,
    date_added: naive(user.dateAdded),
    date_active: naive(user.dateActive),
    date_first_login: naive(user.dateFirstLogin),
    ...(groups ? { ...dutyOfUser(user.duty), group_details: groupDetails(user, world) } : {}),
  });
};

const groupDetails = (user: User, world: World): object[] =>
  membershipsOf(user.id, world).map(({ id, type, role }) => ({
    group_id: id,
    group_type: type,
    role,
    do_not_disturb: (user.quietGroups ?? []).includes(id),
  }));

const dutyStatus = (duty: Duty): string => (duty.on ? 'available' : 'unavailable');

const dutyOfUser = (duty: Duty | undefined): object =>
  duty === undefined
    ? {}
    : {
        on_duty_status: dutyStatus(duty),
        duty_status_reason: duty.reason,
        duty_status_started: naive(new Date(duty.since).toISOString()),
        on_duty_started: duty.onSince === null ? null : naive(new Date(duty.onSince).toISOString()),
      };

/** Here the same instants are epochs. */
export const dutyShape = ({ id, duty }: User): object =>
  present(
    duty === undefined
      ? { user_id: id, on_duty: false, on_duty_status: 'unavailable' }
      : {
          user_id: id,
          on_duty: duty.on,
          on_duty_status: dutyStatus(duty),
          duty_status_reason: duty.reason,
          duty_status_started: String(duty.since),
          on_duty_started: duty.onSince === null ? null : String(duty.onSince),
        },
  );

/** What operator calls answer with. */
export const operatorShape = (user: User, world: World): object =>
  present({
    id: user.id,
    name: `${user.firstName} ${user.lastName}`.trim(),
    company_id: world.companyId,
    office_id: user.officeId,
    country: world.office(user.officeId).country,
    is_on_duty: user.duty?.on ?? false,
    phone_numbers: user.phoneNumbers,
    state: user.state,
    image_url: AVATAR,
  });

const NOT_OF_COACHING = ['display_name', 'voicemail', 'onboarding_completed', 'international_dialing_enabled'];

/** A user with a role, and without what coaching teams do not show. */
export const coachingMemberShape = (user: User, role: string, world: World): object =>
  Object.fromEntries(Object.entries({ ...userShape(user, world), role }).filter(([field]) => !NOT_OF_COACHING.includes(field)));

export const callerIdShape = (user: User, world: World): object =>
  present({
    id: user.id,
    caller_id: user.callerId ?? user.phoneNumbers[0] ?? 'blocked',
    forwarding_numbers: user.forwardingNumbers,
    groups: membershipsOf(user.id, world)
      .filter((each) => each.type !== 'office' && each.phoneNumbers.length > 0)
      .map((each) => ({ caller_id: each.phoneNumbers[0], display_name: each.name })),
    office_main_line: world.office(user.officeId).phoneNumbers[0],
    phone_numbers: user.phoneNumbers,
    primary_phone: user.phoneNumbers[0],
  });

/** The lines a user can call as: their own, and those of the groups they are in. */
export const personaShapes = (user: User, world: World): object[] => {
  const own = { id: user.id, type: 'user', name: `${user.firstName} ${user.lastName}`.trim(), phoneNumbers: user.phoneNumbers };
  return [own, ...membershipsOf(user.id, world)].map(({ id, type, name, phoneNumbers }) =>
    present({ id, type, name, caller_id: phoneNumbers[0], phone_numbers: phoneNumbers, image_url: AVATAR }),
  );
};
