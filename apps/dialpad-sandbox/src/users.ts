import { ApiError, idIn, isTrue, neededId, paged, type Request, type Route } from './http.ts';
import type { User } from './model.ts';
import { deskPhoneShape, numberShape, userDeviceShape, userShape } from './shapes.ts';
import type { World } from './world.ts';

const LICENSES = ['talk', 'agents', 'lite_support_agents', 'lite_lines', 'magenta_lines', 'admins', 'dpde_all', 'dpde_one', 'user'];
const STATES = ['active', 'all', 'cancelled', 'deleted', 'pending', 'suspended'];

const one = (request: Request, world: World): User => world.user(request.params['id'] ?? '');

const list = ({ query }: Request, world: World): object => {
  const state = query.get('state') ?? world.switches.listDefault;
  if (!STATES.includes(state)) throw new ApiError(400, `state is one of ${STATES.join(', ')}`);
  const email = query.get('email')?.toLowerCase();
  const number = query.get('number');
  const found = world.users.filter(
    (user) =>
      (state === 'all' || user.state === state) &&
      (!query.has('company_admin') || user.superAdmin === isTrue(query.get('company_admin'))) &&
      (email === undefined || user.emails.some((each) => each.toLowerCase() === email)) &&
      (number === null || user.phoneNumbers.includes(number)),
  );

  return paged(
    found.map((user) => userShape(user, world)),
    query,
    world.random,
  );
};

const create = ({ body }: Request, world: World): object => {
  const email = typeof body['email'] === 'string' ? body['email'] : null;
  if (email === null || !email.includes('@')) throw new ApiError(400, 'email is required');
  const office = world.office(neededId(body, 'office_id'));
  const license = typeof body['license'] === 'string' ? body['license'] : 'talk';
  if (!LICENSES.includes(license)) throw new ApiError(400, `license is one of ${LICENSES.join(', ')}`);
  if (world.users.some((user) => user.state !== 'deleted' && user.emails.some((each) => each.toLowerCase() === email.toLowerCase()))) {
    throw new ApiError(409, 'a user with this email already exists');
  }
  world.needSeat(office.id, license);

  const isActive = world.switches.createState === 'active';
  const user = world.putUser({
    id: world.newId(),
    officeId: office.id,
    state: isActive ? 'active' : 'pending',
    emails: [email],
    firstName: String(body['first_name'] ?? ''),
    lastName: String(body['last_name'] ?? ''),
    jobTitle: null,
    license,
    operatorLicense: null,
    superAdmin: false,
    adminOfficeIds: [],
    forwardingNumbers: [],
    phoneNumbers: [],
    callerId: null,
    doNotDisturb: false,
    dateAdded: world.now,
    dateActive: null,
    dateFirstLogin: null,
    onboardingCompleted: false,
    deletedAt: null,
    heldNumbers: [],
  });
  world.noteWrite('POST /users', user.id);
  if (isTrue(body['auto_assign'])) take(world, user.id, null, true);

  return userShape(world.user(user.id), world);
};

const update = (request: Request, world: World): object => {
  const before = one(request, world);
  if (before.state === 'deleted') throw new ApiError(409, 'the user is deleted');
  const { body } = request;
  let user = before;
  const text = (field: string): string | undefined => (typeof body[field] === 'string' ? body[field] : undefined);
  const texts = (field: string): string[] | undefined => (Array.isArray(body[field]) ? (body[field] as unknown[]).map(String) : undefined);

  user = {
    ...user,
    firstName: text('first_name') ?? user.firstName,
    lastName: text('last_name') ?? user.lastName,
    jobTitle: text('job_title') ?? user.jobTitle,
    emails: texts('emails') ?? user.emails,
    forwardingNumbers: texts('forwarding_numbers') ?? user.forwardingNumbers,
    adminOfficeIds: texts('admin_office_ids') ?? user.adminOfficeIds,
    superAdmin: 'is_super_admin' in body ? isTrue(body['is_super_admin']) : user.superAdmin,
  };
  for (const id of user.adminOfficeIds) world.office(id);
  user = stateChange(user, text('state'), world);
  user = licenseChange(user, text('license'), world);
  if (before.superAdmin && before.state === 'active' && !(user.superAdmin && user.state === 'active')) needAnotherAdmin(before.id, world);
  if (JSON.stringify(user) !== JSON.stringify(before)) {
    world.putUser(user);
    world.noteWrite('PATCH /users/{id}', user.id);
  }
  const officeId = idIn(body, 'office_id');
  if (officeId !== null && officeId !== user.officeId) move(user.id, officeId, world, 'PATCH /users/{id}');

  return userShape(world.user(user.id), world, { groups: true });
};

const stateChange = (user: User, wanted: string | undefined, world: World): User => {
  if (wanted === undefined || wanted === user.state) return user;
  if (wanted !== 'active' && wanted !== 'suspended') throw new ApiError(400, 'state is active or suspended');
  if (wanted === 'suspended') return { ...user, state: 'suspended' };
  if (user.state === 'pending') throw new ApiError(409, 'a pending user becomes active by accepting the invitation');
  if (!world.holdsSeat(user)) world.needSeat(user.officeId, user.license);

  return { ...user, state: 'active' };
};

const licenseChange = (user: User, wanted: string | undefined, world: World): User => {
  if (wanted === undefined || wanted === user.license) return user;
  if (!LICENSES.includes(wanted)) throw new ApiError(400, `license is one of ${LICENSES.join(', ')}`);
  world.needSeat(user.officeId, wanted);

  return { ...user, license: wanted };
};

const needAnotherAdmin = (userId: string, world: World): void => {
  const others = world.users.filter((each) => each.superAdmin && each.state === 'active' && each.id !== userId);
  if (others.length === 0) throw new ApiError(409, 'the last company admin cannot be removed');
};

const move = (userId: string, officeId: string, world: World, operation: string): void => {
  const user = world.user(userId);
  const [from, to] = [world.office(user.officeId), world.office(officeId)];
  world.needSeat(to.id, user.license);
  if (from.country !== to.country) for (const each of user.phoneNumbers) world.unassign(world.number(each), false);
  world.putUser({ ...world.user(userId), officeId: to.id });
  // Abroad Dialpad takes all numbers and gives a new one (description of `move_office`).
  if (from.country !== to.country && user.phoneNumbers.length > 0) take(world, userId, null, true);
  world.noteWrite(operation, userId);
};

const remove = (request: Request, world: World): object => {
  const user = one(request, world);
  if (user.state === 'deleted') throw new ApiError(404, 'user not found');
  if (user.superAdmin && user.state === 'active') needAnotherAdmin(user.id, world);
  // A pending user's number is gone at once (help.dialpad.com, "Add & Remove Users"); others are held for 72 hours.
  for (const each of user.phoneNumbers) {
    const number = world.number(each);
    if (user.state === 'pending') world.unassign(number, true);
    else world.store.put('numbers', each, { ...number, status: 'pending', targetType: null, targetId: null });
  }
  for (const type of ['department', 'callcenter', 'channel', 'coachingteam'] as const) {
    for (const group of world.groups(type).filter((each) => each.operators.some((operator) => operator.userId === user.id))) {
      world.putGroup({ ...group, operators: group.operators.filter((operator) => operator.userId !== user.id) });
    }
  }
  for (const office of world.offices.filter((each) => each.operators.some((operator) => operator.userId === user.id))) {
    world.putOffice({ ...office, operators: office.operators.filter((operator) => operator.userId !== user.id) });
  }
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

/** One number for a user: the named one, or one of the pool or of the area. */
export const take = (world: World, userId: string, wanted: { number?: string | null; areaCode?: string | null } | null, primary: boolean): object => {
  const user = world.user(userId);
  if (user.state === 'deleted') throw new ApiError(409, 'the user is deleted');
  const named = wanted?.number ?? null;
  const areaCode = wanted?.areaCode ?? null;
  const number = named !== null ? world.number(named) : (pooled(world, user, areaCode) ?? fresh(world, user, areaCode));
  if (number.targetId === userId) return numberShape(number, world);
  if (number.status === 'pending') throw new ApiError(409, 'the number is on hold');
  if (number.targetId !== null && world.switches.reassign === 'refuses') throw new ApiError(409, 'the number is assigned to somebody else');

  return numberShape(world.assign(number, 'user', userId, primary), world);
};

const pooled = (world: World, user: User, areaCode: string | null) =>
  world.numbers.find((each) => each.status === 'available' && (areaCode === null ? each.officeId === user.officeId : each.areaCode === areaCode));

const fresh = (world: World, user: User, wanted: string | null) => {
  const areaCode = wanted ?? world.office(user.officeId).areaCode;
  if (!/^\d{2,5}$/.test(areaCode)) throw new ApiError(400, 'no number in this area code');
  const country = world.office(user.officeId).country === 'de' ? '49' : '1';
  let line = 5_550_100 + world.numbers.length;
  while (world.store.get('numbers', `+${country}${areaCode}${line}`)) line += 1;

  return { number: `+${country}${areaCode}${line}`, areaCode, officeId: user.officeId, status: 'available', targetType: null, targetId: null };
};

const assignNumber = (request: Request, world: World): object => {
  const user = one(request, world);
  const before = user.phoneNumbers.join();
  const { body } = request;
  const answer = take(world, user.id, { number: idIn(body, 'number'), areaCode: idIn(body, 'area_code') }, !('primary' in body) || isTrue(body['primary']));
  if (world.user(user.id).phoneNumbers.join() !== before) world.noteWrite('POST /users/{id}/assign_number', user.id);

  return answer;
};

const unassignNumber = (request: Request, world: World): object => {
  const user = one(request, world);
  const number = world.number(neededId(request.body, 'number'));
  if (number.targetId !== user.id) throw new ApiError(400, 'the number is not assigned to this user');
  const pooledNumber = world.unassign(number, false);
  world.noteWrite('POST /users/{id}/unassign_number', user.id);

  return pooledNumber ? numberShape(pooledNumber, world) : { number: number.number, status: 'released' };
};

const callerId = (request: Request, world: World): object => {
  const user = one(request, world);
  return {
    id: user.id,
    caller_id: user.callerId ?? user.phoneNumbers[0] ?? 'blocked',
    forwarding_numbers: user.forwardingNumbers,
    groups: [],
    office_main_line: world.office(user.officeId).phoneNumbers[0],
    phone_numbers: user.phoneNumbers,
    primary_phone: user.phoneNumbers[0],
  };
};

const setCallerId = (request: Request, world: World): object => {
  const user = one(request, world);
  const wanted = neededId(request.body, 'caller_id');
  if (wanted !== user.callerId) {
    world.putUser({ ...user, callerId: wanted });
    world.noteWrite('POST /users/{id}/caller_id', user.id);
  }
  return callerId(request, world);
};

const deskPhones = (userId: string, world: World) => world.devices.filter((each) => each.kind === 'deskphone' && each.userId === userId);

const removeDeskPhone = ({ params }: Request, world: World): undefined => {
  const phone = deskPhones(params['parent_id'] ?? '', world).find((each) => each.id === params['id']);
  if (!phone) throw new ApiError(404, 'desk phone not found');
  world.store.remove('devices', phone.id);
  world.noteWrite('DELETE /users/{parent_id}/deskphones/{id}', phone.userId);

  return undefined;
};

export const userRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/users', handle: list },
  { method: 'POST', template: '/users', handle: create },
  { method: 'GET', template: '/users/{id}', handle: (request, world) => userShape(one(request, world), world, { groups: true }) },
  { method: 'PATCH', template: '/users/{id}', handle: update },
  { method: 'DELETE', template: '/users/{id}', handle: remove },
  {
    method: 'PATCH',
    template: '/users/{id}/move_office',
    handle: (request, world) => {
      const user = one(request, world);
      const officeId = neededId(request.body, 'office_id');
      if (officeId !== user.officeId) move(user.id, officeId, world, 'PATCH /users/{id}/move_office');
      return userShape(world.user(user.id), world, { groups: true });
    },
  },
  { method: 'POST', template: '/users/{id}/assign_number', handle: assignNumber },
  { method: 'POST', template: '/users/{id}/unassign_number', handle: unassignNumber },
  { method: 'GET', template: '/users/{id}/caller_id', handle: callerId },
  { method: 'POST', template: '/users/{id}/caller_id', handle: setCallerId },
  {
    method: 'GET',
    template: '/users/{parent_id}/deskphones',
    handle: ({ params }, world) => ({ items: deskPhones(world.user(params['parent_id'] ?? '').id, world).map(deskPhoneShape) }),
  },
  { method: 'DELETE', template: '/users/{parent_id}/deskphones/{id}', handle: removeDeskPhone },
  {
    method: 'GET',
    template: '/userdevices',
    handle: ({ query }, world) =>
      paged(
        world.devices.filter((each) => each.kind === 'userdevice' && (!query.has('user_id') || each.userId === query.get('user_id'))).map(userDeviceShape),
        query,
        world.random,
      ),
  },
];
