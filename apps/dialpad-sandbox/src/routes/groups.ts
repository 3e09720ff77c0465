import { flag, id, listOf, needed, object, text, textIn, type Fields } from '../fields.ts';
import { neededId, paged, type Request, type Route } from '../http.ts';
import type { Group, Settings } from '../model.ts';
import { unassign } from '../numbering.ts';
import { readRouting, routingField } from '../routing.ts';
import { groupShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { operatorRoutes } from './operators.ts';

type Line = 'department' | 'callcenter';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
export const hours: Fields = { hours_on: flag, ...Object.fromEntries(days.map((day) => [`${day}_hours`, listOf(text)])) };
const shared: Fields = { ...hours, name: text, group_description: text, ring_seconds: id, routing_options: routingField };
const own: Readonly<Record<Line, Fields>> = {
  department: { auto_call_recording: flag, hold_queue: object(), voice_intelligence: object() },
  callcenter: { advanced_settings: object(), alerts: object(), hold_queue: object(), voice_intelligence: object() },
};
const NOT_SETTINGS = ['name', 'routing_options', 'office_id'];

/** What is only kept and given back. */
export const settingsIn = (fields: Fields, body: Request['body'], before: Settings = {}): Settings => ({
  ...before,
  ...Object.fromEntries(Object.entries(body).filter(([name, value]) => name in fields && !NOT_SETTINGS.includes(name) && value != null)),
});

export const listOfGroups =
  (type: Group['type']) =>
  ({ query, params }: Request, world: World): object => {
    const officeId = params['office_id'] === undefined ? query.get('office_id') : world.office(params['office_id']).id;
    const name = query.get('name_search')?.toLowerCase();
    const found = world
      .groups(type)
      .filter((each) => (officeId === null || each.officeId === officeId) && (name === undefined || each.name.toLowerCase().includes(name)));
    return paged(found, query, world.random, (each) => groupShape(each, world));
  };

const create =
  (type: Line, path: string) =>
  ({ body }: Request, world: World): object => {
    const group: Group = {
      id: world.newId(),
      type,
      name: textIn(body, 'name') ?? '',
      officeId: world.office(neededId(body, 'office_id')).id,
      phoneNumbers: [],
      routing: body['routing_options'] == null ? toVoicemail() : readRouting(body['routing_options'], world),
      operators: [],
      settings: settingsIn({ ...shared, ...own[type] }, body),
    };
    world.putGroup(group);
    world.noteWrite(`POST ${path}`, null);

    return groupShape(group, world);
  };

const patch =
  (type: Line, path: string) =>
  ({ body, params }: Request, world: World): object => {
    const group = world.group(type, params['id'] ?? '');
    const settings = settingsIn({ ...shared, ...own[type] }, body, group.settings);
    const changed: Group = {
      ...group,
      name: textIn(body, 'name') ?? group.name,
      routing: body['routing_options'] == null ? group.routing : readRouting(body['routing_options'], world),
      ...(Object.keys(settings).length > 0 ? { settings } : {}),
    };
    if (JSON.stringify(changed) !== JSON.stringify(group)) {
      world.putGroup(changed);
      world.noteWrite(`PATCH ${path}/{id}`, null);
    }
    return groupShape(changed, world);
  };

/** Its numbers go back to the pool; routing elsewhere that points at it is left as it is. */
const remove =
  (type: Line, path: string) =>
  ({ params }: Request, world: World): object => {
    const group = world.group(type, params['id'] ?? '');
    for (const each of group.phoneNumbers) unassign(world.number(each), false, world);
    world.store.remove(type, group.id);
    world.noteWrite(`DELETE ${path}/{id}`, null);

    return { ...groupShape({ ...group, phoneNumbers: [] }, world), state: 'deleted' };
  };

const groupRoutes = (type: Line, path: string): Route<World>[] => {
  const fields = { ...shared, ...own[type] };

  return [
    { method: 'GET', template: path, handle: listOfGroups(type) },
    { method: 'GET', template: `/offices/{office_id}${path}`, handle: listOfGroups(type) },
    { method: 'POST', template: path, body: { ...fields, name: needed(text), office_id: needed(id) }, handle: create(type, path) },
    { method: 'GET', template: `${path}/{id}`, handle: ({ params }, world) => groupShape(world.group(type, params['id'] ?? ''), world) },
    { method: 'PATCH', template: `${path}/{id}`, body: fields, handle: patch(type, path) },
    { method: 'DELETE', template: `${path}/{id}`, handle: remove(type, path) },
    ...operatorRoutes(path, type),
  ];
};

const toVoicemail = (): Group['routing'] => ({
  open: { action: 'voicemail', try_dial_operators: true, operator_routing: 'simultaneous' },
  closed: { action: 'voicemail', try_dial_operators: false },
});

export const lineRoutes: readonly Route<World>[] = [...groupRoutes('department', '/departments'), ...groupRoutes('callcenter', '/callcenters')];
