import { flag, flagIn, id, needed, oneOf, text, textIn } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { isTrue, neededId, paged, type Request, type Route } from '../http.ts';
import { leaveEverything } from '../memberships.ts';
import type { User } from '../model.ts';
import { take, unassign } from '../numbering.ts';
import { licenses, needSeat } from '../seats.ts';
import { newUser } from '../settle.ts';
import { userShape } from '../shapes-user.ts';
import type { World } from '../world.ts';
import { needAnotherAdmin, one } from './user.ts';
import { updateRoutes } from './user-update.ts';

const STATES = ['active', 'all', 'cancelled', 'deleted', 'pending', 'suspended'];

const list = ({ query }: Request, world: World): object => {
  const state = query.get('state') ?? world.switches.listDefault;
  if (!STATES.includes(state)) throw new ApiError(400, `state is one of ${STATES.join(', ')}`);
  const email = query.get('email')?.toLowerCase();
  const number = query.get('number');
  const candidates = email === undefined ? world.users : world.store.lookup<User>('users', 'email', email);
  const found = candidates.filter(
    (user) =>
      (state === 'all' || user.state === state) &&
      (!query.has('company_admin') || user.superAdmin === isTrue(query.get('company_admin'))) &&
      (number === null || user.phoneNumbers.includes(number)),
  );

  return paged(found, query, world.random, (user) => userShape(user, world));
};

const create = ({ body }: Request, world: World): object => {
  const email = textIn(body, 'email') ?? '';
  if (!email.includes('@')) throw new ApiError(400, 'email is not an address');
  const office = world.office(neededId(body, 'office_id'));
  const license = textIn(body, 'license') ?? 'talk';
  if (world.userByEmail(email)) throw new ApiError(409, 'a user with this email already exists');
  needSeat(office.id, license, world);

  const [firstName, lastName] = [textIn(body, 'first_name') ?? '', textIn(body, 'last_name') ?? ''];
  const user = world.putUser(newUser(world, { officeId: office.id, email, firstName, lastName, license }));
  world.noteWrite('POST /users', user.id);
  if (flagIn(body, 'auto_assign')) take({}, { type: 'user', id: user.id }, true, world);

  return userShape(world.user(user.id), world);
};

const remove = (request: Request, world: World): object => {
  const user = one(request, world);
  if (user.state === 'deleted') throw new ApiError(404, 'user not found');
  if (user.superAdmin && user.state === 'active') needAnotherAdmin(user.id, world);
  // A pending user's number is gone at once (help.dialpad.com, "Add & Remove Users"); others are held for 72 hours.
  for (const each of user.phoneNumbers) {
    const number = world.number(each);
    if (user.state === 'pending') unassign(number, true, world);
    else world.putNumber({ ...number, status: 'pending', targetType: null, targetId: null });
  }
  leaveEverything(user.id, world);
  const deleted = world.putUser({
    ...user,
    state: 'deleted',
    deletedAt: world.now,
    phoneNumbers: [],
    heldNumbers: user.state === 'pending' ? [] : user.phoneNumbers,
  });
  world.noteWrite('DELETE /users/{id}', user.id);

  return userShape(deleted, world);
};

export const userRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/users', handle: list },
  {
    method: 'POST',
    template: '/users',
    body: { email: needed(text), office_id: needed(id), first_name: text, last_name: text, license: oneOf(...licenses), auto_assign: flag },
    handle: create,
  },
  { method: 'GET', template: '/users/{id}', handle: (request, world) => userShape(one(request, world), world, { groups: true }) },
  ...updateRoutes,
  { method: 'DELETE', template: '/users/{id}', handle: remove },
];
