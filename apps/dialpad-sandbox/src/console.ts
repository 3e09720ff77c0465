import { ApiError } from './api-error.ts';
import type { Request } from './http.ts';
import { counters, type Counter, type RoutingInner } from './model.ts';
import { assign, unassign } from './numbering.ts';
import type { World } from './world.ts';

/** What an admin does in Dialpad's console, because the API has no operation for it. No write of the API: it is not in the list of writes. */
const deeds: Readonly<Record<string, (body: Request['body'], world: World) => void>> = {
  'leave-coaching-team': (body, world) => {
    const team = world.group('coachingteam', text(body, 'teamId'));
    world.putGroup({ ...team, operators: team.operators.filter((each) => each.userId !== text(body, 'userId')) });
  },
  'point-main-line': (body, world) => {
    const office = world.office(text(body, 'officeId'));
    const part = body['hours'] === 'closed' ? 'closed' : 'open';
    const { action_target_type: _type, action_target_id: _id, ...rest } = office.routing[part];
    const target =
      typeof body['userId'] === 'string' ? { action: 'person', action_target_type: 'user', action_target_id: body['userId'] } : { action: 'voicemail' };
    world.putOffice({ ...office, routing: { ...office.routing, [part]: { ...rest, ...target } satisfies RoutingInner } });
  },
  'voicemail-mails': (body, world) => {
    const [id, emails] = [text(body, 'id'), (body['emails'] as string[] | undefined) ?? []];
    if (body['type'] === 'office') world.putOffice({ ...world.office(id), emails });
    else world.putGroup({ ...world.group(body['type'] === 'callcenter' ? 'callcenter' : 'department', id), emails });
  },
  'buy-licences': (body, world) => {
    const office = world.office(text(body, 'officeId'));
    const counter = counters.find((each) => each === body['counter']) ?? fail(`counter is one of ${counters.join(', ')}`);
    world.putOffice({ ...office, bought: { ...office.bought, [counter satisfies Counter]: office.bought[counter] + Number(body['count'] ?? 1) } });
  },
  'move-number': (body, world) => {
    const number = world.number(text(body, 'number'));
    if (typeof body['targetType'] === 'string') assign(number, body['targetType'], text(body, 'targetId'), false, world);
    else unassign(number, body['release'] === true, world);
  },
};

const fail = (why: string): never => {
  throw new ApiError(400, why);
};

const text = (body: Request['body'], field: string): string => {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : fail(`${field} is missing`);
};

export const actInConsole = ({ body }: Request, world: World): object => {
  const deed = deeds[String(body['do'])] ?? fail(`do is one of ${Object.keys(deeds).join(', ')}`);
  deed(body, world);
  return { done: body['do'] };
};
