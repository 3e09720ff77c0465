import { flag, flagIn, id, needed, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { idIn, neededId, paged, type Request, type Route } from '../http.ts';
import type { CallRouter } from '../model.ts';
import { unassign } from '../numbering.ts';
import { needTarget } from '../routing.ts';
import { routerShape } from '../shapes.ts';
import type { World } from '../world.ts';

const TARGETS = ['callcenter', 'callrouter', 'channel', 'coachinggroup', 'coachingteam', 'department', 'office', 'room', 'staffgroup', 'unknown', 'user'];
const SHORTEST_SECRET = 32;

const fields: Fields = {
  name: text,
  office_id: id,
  default_target_type: oneOf(...TARGETS),
  default_target_id: id,
  enabled: flag,
  routing_url: text,
  secret: text,
};

const secretIn = (body: Request['body']): { secret?: string } => {
  const secret = textIn(body, 'secret');
  if (secret === null) return {};
  if (secret.length < SHORTEST_SECRET) throw new ApiError(400, `secret needs at least ${SHORTEST_SECRET} characters`);
  return { secret };
};

const create = ({ body }: Request, world: World): object => {
  const router: CallRouter = {
    id: world.newId(),
    name: textIn(body, 'name') ?? '',
    officeId: world.office(neededId(body, 'office_id')).id,
    defaultTargetType: neededId(body, 'default_target_type'),
    defaultTargetId: neededId(body, 'default_target_id'),
    enabled: flagIn(body, 'enabled') ?? true,
    routingUrl: textIn(body, 'routing_url') ?? '',
    ...secretIn(body),
  };
  needTarget(router.defaultTargetType, router.defaultTargetId, world);
  world.putCallRouter(router);
  world.noteWrite('POST /callrouters', null);

  return routerShape(router);
};

const patch = ({ body, params }: Request, world: World): object => {
  const router = world.callRouter(params['id'] ?? '');
  const url = textIn(body, 'routing_url') ?? router.routingUrl;
  const changed: CallRouter = {
    ...router,
    name: textIn(body, 'name') ?? router.name,
    officeId: world.office(idIn(body, 'office_id') ?? router.officeId).id,
    defaultTargetType: textIn(body, 'default_target_type') ?? router.defaultTargetType,
    defaultTargetId: idIn(body, 'default_target_id') ?? router.defaultTargetId,
    enabled: flagIn(body, 'enabled') ?? router.enabled,
    ...(url === undefined ? {} : { routingUrl: url }),
    ...secretIn(body),
  };
  needTarget(changed.defaultTargetType, changed.defaultTargetId, world);
  if (JSON.stringify(changed) !== JSON.stringify(router)) {
    world.putCallRouter(changed);
    world.noteWrite('PATCH /callrouters/{id}', null);
  }
  return routerShape(changed);
};

const remove = ({ params }: Request, world: World): undefined => {
  const router = world.callRouter(params['id'] ?? '');
  for (const each of router.phoneNumbers ?? []) unassign(world.number(each), false, world);
  world.store.remove('callrouters', router.id);
  world.noteWrite('DELETE /callrouters/{id}', null);

  return undefined;
};

const list = ({ query }: Request, world: World): object => {
  const officeId = query.get('office_id');
  const found = world.callRouters.filter((each) => officeId === null || each.officeId === officeId);
  return paged(found, query, world.random, routerShape);
};

const required = ['name', 'office_id', 'default_target_type', 'default_target_id', 'routing_url'];

export const callRouterRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/callrouters', handle: list },
  {
    method: 'POST',
    template: '/callrouters',
    body: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, required.includes(name) ? needed(field) : field])),
    handle: create,
  },
  { method: 'GET', template: '/callrouters/{id}', handle: ({ params }, world) => routerShape(world.callRouter(params['id'] ?? '')) },
  { method: 'PATCH', template: '/callrouters/{id}', body: { ...fields, reset_error_count: flag }, handle: patch },
  { method: 'DELETE', template: '/callrouters/{id}', handle: remove },
];
