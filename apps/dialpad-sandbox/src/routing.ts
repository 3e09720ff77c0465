import { flag, id, listOf, needed, object, oneOf, text, type Field } from './fields.ts';
import { ApiError } from './api-error.ts';
import type { RoutingOptions } from './model.ts';
import type { World } from './world.ts';

const ACTIONS = [
  'ai_agent',
  'bridge_target',
  'call_service_target',
  'company_directory',
  'department',
  'directory',
  'disabled',
  'extension',
  'google_dialogflow',
  'last_name_company_directory',
  'last_name_directory',
  'menu',
  'message',
  'operator',
  'person',
  'scripted_ivr',
  'voicemail',
];
const TARGETS = [
  'callcenter',
  'callrouter',
  'channel',
  'coachinggroup',
  'contact',
  'contactgroup',
  'department',
  'office',
  'room',
  'staffgroup',
  'unknown',
  'user',
];
const spot = { action: oneOf(...ACTIONS), action_target_type: oneOf(...TARGETS), action_target_id: id };
const half = needed(
  object({
    ...spot,
    action: needed(spot.action),
    try_dial_operators: needed(flag),
    operator_routing: oneOf('fixedorder', 'longestidle', 'mostskilled', 'random', 'roundrobin', 'simultaneous'),
    dtmf: listOf(object({ input: text, options: object(spot) })),
  }),
);

/** Both halves are required. */
export const routingField: Field = object({ open: half, closed: half });

/** The shape was checked; a target must exist, because a line that rings nowhere is refused. */
export const readRouting = (value: unknown, world: World): RoutingOptions => {
  const routing = value as RoutingOptions;
  for (const part of [routing.open, routing.closed]) {
    for (const each of [part, ...(part.dtmf ?? []).map((key) => key.options)]) needTarget(each?.action_target_type, each?.action_target_id, world);
  }
  return { open: withTextIds(routing.open), closed: withTextIds(routing.closed) };
};

/** Ids come as numbers, too, and go out as strings; what is null is not kept. */
const withTextIds = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (key, each) => (each === null ? undefined : key === 'action_target_id' ? String(each) : each)) as T;

export const needTarget = (type: string | undefined, targetId: string | number | undefined, world: World): void => {
  if (type === undefined || targetId == null) return;
  if (type === 'user') {
    if (world.user(String(targetId)).state === 'deleted') throw new ApiError(404, 'user not found');
  } else if (type === 'office') world.office(String(targetId));
  else if (type === 'department' || type === 'callcenter') world.group(type, String(targetId));
  else if (type === 'callrouter') world.callRouter(String(targetId));
};
