import { between, flag, flagIn, id, needed, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { idIn, neededId, type Request, type Route } from '../http.ts';
import type { Group, Operator, User } from '../model.ts';
import { counterOf, isCallCenterLicense, needSeats } from '../seats.ts';
import { dutyShape, operatorShape, userShape } from '../shapes-user.ts';
import type { World } from '../world.ts';

interface Members {
  readonly operators: readonly Operator[];
  readonly put: (operators: readonly Operator[]) => void;
}

export const groupMembers = (type: Group['type'], groupId: string, world: World): Members => {
  const group = world.group(type, groupId);
  return { operators: group.operators, put: (operators) => world.putGroup({ ...group, operators }) };
};

const officeMembers = (officeId: string, world: World): Members => {
  const office = world.office(officeId);
  return { operators: office.operators, put: (operators) => world.putOffice({ ...office, operators }) };
};

const userIn = (body: Request['body'], field: string, world: World): User => {
  if (body['operator_type'] === 'room') throw new ApiError(404, 'room not found');
  const user = world.user(neededId(body, field));
  if (user.state === 'deleted') throw new ApiError(409, 'the user is deleted');
  return user;
};

const DEFAULT_SKILL = 100;

export const operatorRoutes = (path: string, type: 'office' | 'department' | 'callcenter'): Route<World>[] => {
  const isCallCenter = type === 'callcenter';
  const template = `${path}/{id}/operators`;
  const who = isCallCenter ? 'user_id' : 'operator_id';
  const naming: Fields = isCallCenter ? { user_id: needed(id) } : { operator_id: needed(id), operator_type: needed(oneOf('user', 'room')) };
  const adding: Fields = isCallCenter
    ? {
        role: oneOf('admin', 'operator', 'supervisor'),
        skill_level: between(1, 100),
        license_type: oneOf('agents', 'lite_support_agents'),
        keep_paid_numbers: flag,
      }
    : { role: oneOf('admin', 'operator') };
  const membersOf = ({ params }: Request, world: World): Members =>
    type === 'office' ? officeMembers(params['id'] ?? '', world) : groupMembers(type, params['id'] ?? '', world);

  const list = (request: Request, world: World): object => {
    const users = membersOf(request, world).operators.flatMap(({ userId }) => world.findUser(userId) ?? []);
    return users.length > 0 ? { users: users.map((user) => userShape(user, world)) } : {};
  };

  const add = (request: Request, world: World): object => {
    const { operators, put } = membersOf(request, world);
    const { body } = request;
    const user = userIn(body, who, world);
    // There is no change of a role in place: whoever is in stays as they are.
    if (operators.some((each) => each.userId === user.id)) return operatorShape(user, world);
    const skill = isCallCenter ? { skill: Number(idIn(body, 'skill_level') ?? DEFAULT_SKILL) } : {};
    if (isCallCenter) takeLicense(user, textIn(body, 'license_type') ?? 'agents', world);
    put([...operators, { userId: user.id, role: textIn(body, 'role') ?? 'operator', ...skill }]);
    world.noteWrite(`POST ${template}`, user.id);

    return operatorShape(world.user(user.id), world);
  };

  const remove = (request: Request, world: World): object => {
    const { operators, put } = membersOf(request, world);
    const user = userIn(request.body, who, world);
    if (!operators.some((each) => each.userId === user.id)) throw new ApiError(404, 'operator not found');
    put(operators.filter((each) => each.userId !== user.id));
    world.noteWrite(`DELETE ${template}`, user.id);

    return operatorShape(user, world);
  };

  return [
    { method: 'GET', template, handle: list },
    { method: 'POST', template, body: { ...naming, ...adding }, handle: add },
    { method: 'DELETE', template, body: naming, handle: remove },
  ];
};

/** Taken if needed and free, and not given back when the operator leaves (Dialpad's API description). */
const takeLicense = (user: User, license: string, world: World): void => {
  if (isCallCenterLicense(user.license) || user.operatorLicense !== null) return;
  needSeats(user.officeId, { [counterOf(license)]: 1 }, world);
  world.putUser({ ...user, operatorLicense: license });
};

const centersOf = (userId: string, world: World): Group[] => world.groups('callcenter').filter((each) => each.operators.some((one) => one.userId === userId));

const operatorOf = ({ params }: Request, world: World): User => {
  const user = world.user(params['id'] ?? '');
  if (centersOf(user.id, world).length === 0) throw new ApiError(404, 'operator not found');
  return user;
};

const setDuty = (request: Request, world: World): object => {
  const user = operatorOf(request, world);
  const on = flagIn(request.body, 'on_duty') ?? false;
  const reason = textIn(request.body, 'duty_status_reason');
  if (user.duty?.on !== on || user.duty.reason !== reason) {
    const onSince = !on ? null : user.duty?.on ? user.duty.onSince : world.nowMs;
    world.putUser({ ...user, duty: { on, reason, since: world.nowMs, onSince } });
    world.noteWrite('PATCH /callcenters/operators/{id}/dutystatus', user.id);
  }
  return dutyShape(world.user(user.id));
};

const SKILL = '/callcenters/{call_center_id}/operators/{user_id}/skill';

const skill = ({ params, body }: Request, world: World): object => {
  const center = world.group('callcenter', params['call_center_id'] ?? '');
  const operator = center.operators.find((each) => each.userId === params['user_id']);
  if (!operator) throw new ApiError(404, 'operator not found');
  const before = operator.skill ?? DEFAULT_SKILL;
  const after = Number(idIn(body, 'skill_level') ?? before);
  if (after !== before) {
    world.putGroup({ ...center, operators: center.operators.map((each) => (each === operator ? { ...each, skill: after } : each)) });
    world.noteWrite(`PATCH ${SKILL}`, operator.userId);
  }
  return { call_center_id: center.id, user_id: operator.userId, skill_level: String(after) };
};

export const callCenterOperatorRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/callcenters/operators/{id}/dutystatus', handle: (request, world) => dutyShape(operatorOf(request, world)) },
  {
    method: 'PATCH',
    template: '/callcenters/operators/{id}/dutystatus',
    body: { on_duty: needed(flag), duty_status_reason: text },
    handle: setDuty,
  },
  { method: 'GET', template: SKILL, handle: (request, world) => skill({ ...request, body: {} }, world) },
  { method: 'PATCH', template: SKILL, body: { skill_level: needed(between(1, 100)) }, handle: skill },
];
