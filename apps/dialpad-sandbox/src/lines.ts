import { ApiError, idIn, isTrue, neededId, paged, type Request, type Route } from './http.ts';
import { counters, type Group, type Office, type Operator, type RoutingOptions } from './model.ts';
import { groupShape, numberShape, officeShape, operatorShape, routerShape, userShape } from './shapes.ts';
import { take } from './users.ts';
import type { World } from './world.ts';

const id = (request: Request): string => request.params['id'] ?? '';

// ── numbers ──────────────────────────────────────────────────────────────

const assign = (request: Request, world: World): object => {
  const { body } = request;
  const type = neededId(body, 'target_type');
  const targetId = neededId(body, 'target_id');
  const e164 = request.params['number'] ?? idIn(body, 'number');
  const primary = !('primary' in body) || isTrue(body['primary']);
  const before = e164 === null ? null : JSON.stringify(world.number(e164));
  let answer: object;
  if (type === 'user') answer = take(world, targetId, { number: e164, areaCode: idIn(body, 'area_code') }, primary);
  else {
    if (e164 === null) throw new ApiError(400, 'number is required for this target');
    const number = world.number(e164);
    if (number.status === 'pending') throw new ApiError(409, 'the number is on hold');
    if (number.targetId !== null && number.targetId !== targetId && world.switches.reassign === 'refuses')
      throw new ApiError(409, 'the number is assigned to somebody else');
    answer = numberShape(number.targetId === targetId ? number : world.assign(number, type, targetId, primary), world);
  }
  if (before === null || JSON.stringify(world.number(e164 ?? '')) !== before) {
    world.noteWrite(request.params['number'] === undefined ? 'POST /numbers/assign' : 'POST /numbers/{number}/assign', type === 'user' ? targetId : null);
  }
  return answer;
};

const unassign = (request: Request, world: World): object => {
  const number = world.number(request.params['number'] ?? '');
  const release = isTrue(request.query.get('release'));
  if (number.status === 'available' && !release) return numberShape(number, world);
  const holder = number.targetType === 'user' ? number.targetId : null;
  const pooled = world.unassign(number, release);
  world.noteWrite('DELETE /numbers/{number}', holder);

  return pooled ? numberShape(pooled, world) : { number: number.number, status: 'released' };
};

// ── groups and their operators ───────────────────────────────────────────

interface Members {
  readonly operators: readonly Operator[];
  readonly officeId: string;
  readonly put: (operators: readonly Operator[]) => void;
}

const groupMembers =
  (type: Group['type']) =>
  (request: Request, world: World): Members => {
    const group = world.group(type, id(request));
    return { operators: group.operators, officeId: group.officeId, put: (operators) => world.putGroup({ ...group, operators }) };
  };

const officeMembers = (request: Request, world: World): Members => {
  const office = world.office(id(request));
  return { operators: office.operators, officeId: office.id, put: (operators) => world.putOffice({ ...office, operators }) };
};

const operatorRoutes = (path: string, members: (request: Request, world: World) => Members, isCallCenter: boolean): Route<World>[] => {
  const userOf = ({ body }: Request, world: World) => {
    const user = world.user(neededId(body, isCallCenter ? 'user_id' : 'operator_id'));
    if (user.state === 'deleted') throw new ApiError(409, 'the user is deleted');
    return user;
  };
  const template = `${path}/{id}/operators`;

  return [
    {
      method: 'GET',
      template,
      handle: (request, world) => {
        const users = members(request, world)
          .operators.flatMap(({ userId }) => world.findUser(userId) ?? [])
          .map((user) => userShape(user, world));
        return users.length > 0 ? { users } : {};
      },
    },
    {
      method: 'POST',
      template,
      handle: (request, world) => {
        const { operators, put } = members(request, world);
        const user = userOf(request, world);
        if (operators.some((each) => each.userId === user.id)) return operatorShape(user, world);
        // May take a licence, and removing the operator does not give it back (Dialpad's API description).
        const needsLicense = isCallCenter && user.license === 'talk' && user.operatorLicense === null;
        const license = typeof request.body['license_type'] === 'string' ? request.body['license_type'] : 'agents';
        if (needsLicense) world.needSeat(user.officeId, license);
        put([...operators, { userId: user.id, role: String(request.body['role'] ?? 'operator') }]);
        if (needsLicense) world.putUser({ ...world.user(user.id), operatorLicense: license });
        world.noteWrite(`POST ${template}`, user.id);
        return operatorShape(user, world);
      },
    },
    {
      method: 'DELETE',
      template,
      handle: (request, world) => {
        const { operators, put } = members(request, world);
        const user = userOf(request, world);
        if (!operators.some((each) => each.userId === user.id)) throw new ApiError(404, 'operator not found');
        put(operators.filter((each) => each.userId !== user.id));
        world.noteWrite(`DELETE ${template}`, user.id);
        return operatorShape(user, world);
      },
    },
  ];
};

const listOf =
  (type: Group['type']) =>
  ({ query, params }: Request, world: World): object => {
    const officeId = params['office_id'] ?? query.get('office_id');
    const name = query.get('name_search')?.toLowerCase();
    const found = world
      .groups(type)
      .filter((each) => (officeId === null || each.officeId === officeId) && (name === undefined || each.name.toLowerCase().includes(name)));
    return paged(
      found.map((each) => groupShape(each, world)),
      query,
      world.random,
    );
  };

const patchGroup =
  (type: 'department' | 'callcenter', template: string) =>
  (request: Request, world: World): object => {
    const group = world.group(type, id(request));
    const routing = 'routing_options' in request.body ? readRouting(request.body['routing_options'], world) : group.routing;
    const changed = { ...group, name: typeof request.body['name'] === 'string' ? request.body['name'] : group.name, routing };
    if (JSON.stringify(changed) !== JSON.stringify(group)) {
      world.putGroup(changed);
      world.noteWrite(`PATCH ${template}`, null);
    }
    return groupShape(changed, world);
  };

/** Both halves are required, and a target must exist: a line that rings nowhere is refused. */
const readRouting = (value: unknown, world: World): RoutingOptions => {
  const routing = value as Partial<RoutingOptions> | null;
  if (!routing?.open || !routing.closed) throw new ApiError(400, 'routing_options needs open and closed');
  for (const part of [routing.open, routing.closed]) {
    if (typeof part.action !== 'string' || typeof part.try_dial_operators !== 'boolean')
      throw new ApiError(400, 'routing_options needs action and try_dial_operators');
    for (const spot of [part, ...(part.dtmf ?? []).map((key) => key.options)]) needTarget(spot.action_target_type, spot.action_target_id, world);
  }
  return { open: routing.open, closed: routing.closed };
};

const needTarget = (type: string | undefined, targetId: string | number | undefined, world: World): void => {
  if (type === undefined || targetId === undefined) return;
  if (type === 'user') world.user(String(targetId));
  else if (type === 'office') world.office(String(targetId));
  else if (type === 'department' || type === 'callcenter') world.group(type, String(targetId));
};

const groupRoutes = (type: 'department' | 'callcenter', path: string): Route<World>[] => [
  { method: 'GET', template: path, handle: listOf(type) },
  { method: 'GET', template: `/offices/{office_id}${path}`, handle: listOf(type) },
  { method: 'GET', template: `${path}/{id}`, handle: (request, world) => groupShape(world.group(type, id(request)), world) },
  { method: 'PATCH', template: `${path}/{id}`, handle: patchGroup(type, `${path}/{id}`) },
  ...operatorRoutes(path, groupMembers(type), type === 'callcenter'),
];

const memberRoutes = (type: 'channel' | 'coachingteam', path: string): Route<World>[] => [
  { method: 'GET', template: path, handle: listOf(type) },
  { method: 'GET', template: `${path}/{id}`, handle: (request, world) => groupShape(world.group(type, id(request)), world) },
  {
    method: 'GET',
    template: `${path}/{id}/members`,
    handle: (request, world) =>
      paged(
        groupMembers(type)(request, world).operators.flatMap(({ userId, role }) => {
          const user = world.findUser(userId);
          return user ? [{ ...userShape(user, world), role }] : [];
        }),
        request.query,
        world.random,
      ),
  },
  {
    method: 'POST',
    template: `${path}/{id}/members`,
    handle: (request, world) => {
      const { operators, put } = groupMembers(type)(request, world);
      const user = world.user(neededId(request.body, type === 'channel' ? 'user_id' : 'member_id'));
      const role = String(request.body['role'] ?? 'trainee');
      if (!operators.some((each) => each.userId === user.id)) {
        put([...operators, { userId: user.id, role }]);
        world.noteWrite(`POST ${path}/{id}/members`, user.id);
      }
      return { ...userShape(user, world), role };
    },
  },
  // Coaching teams have no such operation: their members are removed in the console only.
  ...(type === 'coachingteam'
    ? []
    : [
        {
          method: 'DELETE',
          template: `${path}/{id}/members`,
          handle: (request: Request, world: World) => {
            const { operators, put } = groupMembers(type)(request, world);
            const userId = neededId(request.body, 'user_id');
            if (operators.some((each) => each.userId === userId)) {
              put(operators.filter((each) => each.userId !== userId));
              world.noteWrite(`DELETE ${path}/{id}/members`, userId);
            }
            return undefined;
          },
        },
      ]),
];

// ── offices, call routers, company ───────────────────────────────────────

const counts = (numbers: Readonly<Record<string, number>>): object =>
  Object.fromEntries(counters.map((name) => [name, String(Math.max(0, numbers[name] ?? 0))]));
const officeOf = (request: Request, world: World): Office => world.office(request.params['office_id'] ?? id(request));

const patchRouter = (request: Request, world: World): object => {
  const router = world.callRouter(id(request));
  const { body } = request;
  const changed = {
    ...router,
    defaultTargetType: String(body['default_target_type'] ?? router.defaultTargetType),
    defaultTargetId: idIn(body, 'default_target_id') ?? router.defaultTargetId,
  };
  needTarget(changed.defaultTargetType, changed.defaultTargetId, world);
  if (JSON.stringify(changed) !== JSON.stringify(router)) {
    world.store.put('callrouters', router.id, changed);
    world.noteWrite('PATCH /callrouters/{id}', null);
  }
  return routerShape(changed);
};

const company = (_: Request, world: World): object => ({
  id: world.companyId,
  name: 'Sandbox Company',
  ...(world.switches.companyDomain === '' ? {} : { domain: world.switches.companyDomain }),
  country: 'us',
  account_type: 'enterprise',
  admin_email: 'admin@example.com',
  office_count: String(world.offices.length),
  state: 'active',
  settings: { allow_ai_training: false, has_callai: false },
});

export const lineRoutes: readonly Route<World>[] = [
  {
    method: 'GET',
    template: '/numbers',
    handle: ({ query }, world) =>
      paged(
        world.numbers.filter((each) => !query.has('status') || each.status === query.get('status')).map((each) => numberShape(each, world)),
        query,
        world.random,
      ),
  },
  { method: 'GET', template: '/numbers/{number}', handle: (request, world) => numberShape(world.number(request.params['number'] ?? ''), world) },
  { method: 'POST', template: '/numbers/{number}/assign', handle: assign },
  { method: 'POST', template: '/numbers/assign', handle: assign },
  { method: 'DELETE', template: '/numbers/{number}', handle: unassign },
  ...groupRoutes('department', '/departments'),
  ...groupRoutes('callcenter', '/callcenters'),
  ...memberRoutes('coachingteam', '/coachingteams'),
  ...memberRoutes('channel', '/channels'),
  { method: 'GET', template: '/offices', handle: ({ query }, world) => paged(world.offices.map(officeShape), query, world.random) },
  {
    method: 'GET',
    template: '/offices/primary',
    handle: (_, world) => officeShape(world.offices.find((each) => each.isPrimary) ?? (world.offices[0] as Office)),
  },
  { method: 'GET', template: '/offices/{id}', handle: (request, world) => officeShape(officeOf(request, world)) },
  { method: 'GET', template: '/offices/{office_id}/available_licenses', handle: (request, world) => counts(world.free(officeOf(request, world))) },
  { method: 'GET', template: '/offices/{office_id}/plan', handle: (request, world) => counts(officeOf(request, world).bought) },
  ...operatorRoutes('/offices', officeMembers, false),
  { method: 'GET', template: '/callrouters', handle: ({ query }, world) => paged(world.callRouters.map(routerShape), query, world.random) },
  { method: 'GET', template: '/callrouters/{id}', handle: (request, world) => routerShape(world.callRouter(id(request))) },
  { method: 'PATCH', template: '/callrouters/{id}', handle: patchRouter },
  { method: 'GET', template: '/company', handle: company },
];
