import { flag, flagIn, id, needed, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { idIn, type Request, type Route } from '../http.ts';
import { membershipsOf } from '../memberships.ts';
import type { Address, User } from '../model.ts';
import { callerIdShape, personaShapes, statusOf } from '../shapes-user.ts';
import type { World } from '../world.ts';
import { one, oneNotDeleted } from './user.ts';

/** A write that says the same again is no write. */
const change = (before: User, after: User, operation: string, world: World): void => {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  world.putUser(after);
  world.noteWrite(operation, after.id);
};

const setCallerId = (request: Request, world: World): object => {
  const user = oneNotDeleted(request, world);
  const wanted = textIn(request.body, 'caller_id') ?? '';
  const lines = membershipsOf(user.id, world).flatMap((each) => each.phoneNumbers);
  const own = [...user.phoneNumbers, ...user.forwardingNumbers, ...lines, ...world.office(user.officeId).phoneNumbers];
  if (wanted !== 'blocked' && !own.includes(wanted)) throw new ApiError(400, 'caller_id is one of the numbers the user may call from, or blocked');
  change(user, { ...user, callerId: wanted }, 'POST /users/{id}/caller_id', world);

  return callerIdShape(world.user(user.id), world);
};

const toggleDnd = (request: Request, world: World): object => {
  const user = oneNotDeleted(request, world);
  const { body } = request;
  const isQuiet = flagIn(body, 'do_not_disturb') ?? false;
  const groupId = idIn(body, 'group_id');
  const answer = { id: user.id, do_not_disturb: isQuiet };
  if (groupId === null) {
    change(user, { ...user, doNotDisturb: isQuiet }, 'PATCH /users/{id}/togglednd', world);
    return answer;
  }
  const type = textIn(body, 'group_type');
  if (type === null) throw new ApiError(400, 'group_type is required with group_id');
  if (!membershipsOf(user.id, world).some((each) => each.id === groupId && each.type === type)) throw new ApiError(404, 'the user is not in this group');
  const others = (user.quietGroups ?? []).filter((each) => each !== groupId);
  const quietGroups = isQuiet ? [...others, groupId] : others;
  if (isQuiet !== (user.quietGroups ?? []).includes(groupId)) change(user, { ...user, quietGroups }, 'PATCH /users/{id}/togglednd', world);

  return { ...answer, group_id: groupId, group_type: type };
};

/** `expiration` is an epoch in seconds or, from thirteen digits on, in milliseconds: Dialpad does not say which. */
const setStatus = (request: Request, world: World): object => {
  const user = oneNotDeleted(request, world);
  const message = textIn(request.body, 'status_message') ?? '';
  const given = idIn(request.body, 'expiration');
  const expiresAt = given === null ? null : given.length >= 13 ? Number(given) : Number(given) * 1_000;
  change(user, { ...user, status: { message, expiresAt } }, 'PATCH /users/{id}/status', world);

  return { id: user.id, status_message: statusOf(world.user(user.id), world), ...(given === null ? {} : { expiration: given }) };
};

export const addressFields: Fields = {
  address: needed(text),
  address2: text,
  city: needed(text),
  state: needed(text),
  zip: needed(text),
  country: needed(text),
  use_validated_option: flag,
};

export const addressIn = (body: Request['body']): Address => {
  const part = (field: string): string => textIn(body, field) ?? '';
  const second = part('address2');
  return {
    address: part('address'),
    ...(second === '' ? {} : { address2: second }),
    city: part('city'),
    state: part('state'),
    zip: part('zip'),
    country: part('country').toLowerCase(),
  };
};

const setAddress = (request: Request, world: World): object => {
  const user = oneNotDeleted(request, world);
  const e911 = addressIn(request.body);
  if (JSON.stringify(e911) !== JSON.stringify(user.e911)) change(user, { ...user, e911 }, 'PUT /users/{id}/e911', world);

  return e911;
};

export const userSettingRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/users/{id}/caller_id', handle: (request, world) => callerIdShape(one(request, world), world) },
  { method: 'POST', template: '/users/{id}/caller_id', body: { caller_id: needed(text) }, handle: setCallerId },
  { method: 'GET', template: '/users/{id}/personas', handle: (request, world) => ({ items: personaShapes(one(request, world), world) }) },
  {
    method: 'PATCH',
    template: '/users/{id}/togglednd',
    body: { do_not_disturb: needed(flag), group_id: id, group_type: oneOf('callcenter', 'department', 'office') },
    handle: toggleDnd,
  },
  { method: 'PATCH', template: '/users/{id}/status', body: { status_message: text, expiration: id }, handle: setStatus },
  { method: 'GET', template: '/users/{id}/e911', handle: (request, world) => one(request, world).e911 ?? {} },
  { method: 'PUT', template: '/users/{id}/e911', body: addressFields, handle: setAddress },
];
