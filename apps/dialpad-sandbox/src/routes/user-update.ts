import { flag, flagIn, id, listIn, listOf, object, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { idIn, neededId, type Request, type Route } from '../http.ts';
import { leaveGroups } from '../memberships.ts';
import type { User } from '../model.ts';
import { isInternal, take, unassign } from '../numbering.ts';
import { freeSeats, holdsSeat, includesNumber, isCallCenterLicense, licenses, needSeats, seatsOf } from '../seats.ts';
import { userShape } from '../shapes-user.ts';
import type { World } from '../world.ts';
import { needAnotherAdmin, oneNotDeleted } from './user.ts';

const fields: Fields = {
  first_name: text,
  last_name: text,
  job_title: text,
  emails: listOf(text),
  extension: text,
  forwarding_numbers: listOf(text),
  phone_numbers: listOf(text),
  international_dialing_enabled: flag,
  state: oneOf('active', 'suspended'),
  license: oneOf(...licenses),
  keep_paid_numbers: flag,
  office_id: id,
  is_super_admin: flag,
  admin_office_ids: listOf(id),
  presence_status: object({ message: text, provider: text, type: oneOf('conference', 'default') }),
};

type Body = Request['body'];

const update = (request: Request, world: World): object => {
  const before = oneNotDeleted(request, world);
  const { body } = request;
  const named = profileChange(before, body, world);
  const changed = licenseChange(stateChange(named, textIn(body, 'state'), world), body, world);
  if (before.superAdmin && before.state === 'active' && !(changed.superAdmin && changed.state === 'active')) needAnotherAdmin(before.id, world);
  if (JSON.stringify(changed) !== JSON.stringify(before)) world.putUser(changed);
  for (const each of before.phoneNumbers) if (!changed.phoneNumbers.includes(each)) unassign(world.number(each), false, world);
  const officeId = idIn(body, 'office_id');
  if (officeId !== null && officeId !== changed.officeId) moveByUpdate(changed, officeId, world);
  if (JSON.stringify(world.user(before.id)) !== JSON.stringify(before)) world.noteWrite('PATCH /users/{id}', before.id);

  return userShape(world.user(before.id), world, { groups: true });
};

const profileChange = (user: User, body: Body, world: World): User => {
  const emails = listIn(body, 'emails') ?? user.emails;
  if (emails.length === 0) throw new ApiError(400, 'emails needs at least one address');
  for (const each of emails) {
    const owner = world.userByEmail(each);
    if (owner && owner.id !== user.id) throw new ApiError(409, 'a user with this email already exists');
  }
  const adminOfficeIds = listIn(body, 'admin_office_ids') ?? user.adminOfficeIds;
  for (const each of adminOfficeIds) world.office(each);
  if (user.state === 'pending' && world.switches.pendingAdmin === 'refused' && (flagIn(body, 'is_super_admin') || adminOfficeIds.length > 0)) {
    throw new ApiError(409, 'admin rights come after the invitation is accepted');
  }
  const extension = textIn(body, 'extension') ?? user.extension;
  const international = flagIn(body, 'international_dialing_enabled') ?? user.internationalDialing;

  return {
    ...user,
    firstName: textIn(body, 'first_name') ?? user.firstName,
    lastName: textIn(body, 'last_name') ?? user.lastName,
    jobTitle: textIn(body, 'job_title') ?? user.jobTitle,
    emails,
    forwardingNumbers: listIn(body, 'forwarding_numbers') ?? user.forwardingNumbers,
    phoneNumbers: reordered(user.phoneNumbers, listIn(body, 'phone_numbers')),
    adminOfficeIds,
    superAdmin: flagIn(body, 'is_super_admin') ?? user.superAdmin,
    ...(extension === undefined ? {} : { extension }),
    ...(international === undefined ? {} : { internationalDialing: international }),
  };
};

/** The list can be put in another order, and what it leaves out is un-assigned; nothing can be added. */
const reordered = (has: readonly string[], wanted: readonly string[] | null): readonly string[] => {
  if (wanted === null) return has;
  if (wanted.some((each) => !has.includes(each))) throw new ApiError(400, 'phone_numbers only reorders and removes: assign a number by the assign number API');
  return wanted;
};

const stateChange = (user: User, wanted: string | null, world: World): User => {
  if (wanted === null || wanted === user.state) return user;
  if (wanted === 'suspended') return { ...user, state: 'suspended' };
  if (user.state === 'pending') throw new ApiError(409, 'a pending user becomes active by accepting the invitation');
  if (!holdsSeat(user, world)) needSeats(user.officeId, seatsOf(user, world), world, user.id);

  return { ...user, state: 'active' };
};

const licenseChange = (user: User, body: Body, world: World): User => {
  const license = textIn(body, 'license');
  if (license === null || license === user.license) return user;
  const wanted: User = { ...user, license, operatorLicense: isCallCenterLicense(license) ? null : user.operatorLicense };
  const kept = includesNumber(license, world) ? user.phoneNumbers : keptNumbers(wanted, flagIn(body, 'keep_paid_numbers') ?? true, world);
  if (holdsSeat(user, world)) needSeats(user.officeId, seatsOf({ ...wanted, phoneNumbers: kept }, world), world, user.id);
  // Whoever is no longer eligible is un-assigned from the group (help.dialpad.com, "Manage Your Users").
  if (!isCallCenterLicense(license) && wanted.operatorLicense === null) leaveGroups(user.id, ['callcenter'], world);

  return { ...wanted, phoneNumbers: kept };
};

/** Under a licence without a number each kept one needs a licence of its own. */
const keptNumbers = (user: User, keep: boolean, world: World): readonly string[] => {
  if (!keep) return [];
  if (world.switches.keepNumbers === 'refuses') return user.phoneNumbers;
  const free = Math.max(0, freeSeats(world.office(user.officeId), world, user.id).additional_number_lines);
  return user.phoneNumbers.slice(0, free);
};

const moveByUpdate = (user: User, officeId: string, world: World): void => {
  const isAbroad = world.office(user.officeId).country !== world.office(officeId).country;
  if (isAbroad && user.phoneNumbers.length > 0) throw new ApiError(409, 'for an international office the user must not have phone numbers');
  if (holdsSeat(user, world)) needSeats(officeId, seatsOf(user, world), world);
  world.putUser({ ...user, officeId });
};

/** Abroad all numbers are un-assigned and one of the new office comes instead, unless there are internal ones only. */
const moveOffice = (request: Request, world: World): object => {
  const user = oneNotDeleted(request, world);
  const officeId = neededId(request.body, 'office_id');
  const to = world.office(officeId);
  if (officeId !== user.officeId) {
    const loses = world.office(user.officeId).country !== to.country && !(user.phoneNumbers.length > 0 && user.phoneNumbers.every(isInternal));
    const numbers = loses ? user.phoneNumbers.slice(0, 1) : user.phoneNumbers;
    if (holdsSeat(user, world)) needSeats(officeId, seatsOf({ ...user, phoneNumbers: numbers }, world), world);
    if (loses) for (const each of user.phoneNumbers) unassign(world.number(each), world.switches.numbersAbroad === 'lost', world);
    world.putUser({ ...world.user(user.id), officeId });
    if (loses && includesNumber(user.license, world)) take({}, { type: 'user', id: user.id }, true, world);
    world.noteWrite('PATCH /users/{id}/move_office', user.id);
  }
  return userShape(world.user(user.id), world, { groups: true });
};

export const updateRoutes: readonly Route<World>[] = [
  { method: 'PATCH', template: '/users/{id}', body: fields, handle: update },
  { method: 'PATCH', template: '/users/{id}/move_office', body: { office_id: id }, handle: moveOffice },
];
