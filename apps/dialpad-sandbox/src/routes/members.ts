import { id, needed, oneOf, text, textIn, type Fields } from '../fields.ts';
import { idIn, neededId, paged, type Request, type Route } from '../http.ts';
import type { Group, User } from '../model.ts';
import { groupShape } from '../shapes.ts';
import { coachingMemberShape } from '../shapes-user.ts';
import type { World } from '../world.ts';
import { listOfGroups } from './groups.ts';
import { groupMembers } from './operators.ts';

type Circle = 'channel' | 'coachingteam';

const memberShape = (type: Circle, user: User, role: string, world: World): object =>
  type === 'channel' ? { id: user.id, name: `${user.firstName} ${user.lastName}`.trim() } : coachingMemberShape(user, role, world);

const list =
  (type: Circle) =>
  ({ params, query }: Request, world: World): object => {
    const members = groupMembers(type, params['id'] ?? '', world).operators.flatMap(({ userId, role }) => {
      const user = world.findUser(userId);
      return user ? [{ user, role }] : [];
    });
    return paged(members, query, world.random, ({ user, role }) => memberShape(type, user, role, world));
  };

const add =
  (type: Circle, path: string) =>
  ({ params, body }: Request, world: World): object => {
    const { operators, put } = groupMembers(type, params['id'] ?? '', world);
    const user = world.user(neededId(body, type === 'channel' ? 'user_id' : 'member_id'));
    const role = textIn(body, 'role') ?? 'operator';
    if (!operators.some((each) => each.userId === user.id)) {
      put([...operators, { userId: user.id, role }]);
      world.noteWrite(`POST ${path}/{id}/members`, user.id);
    }
    return memberShape(type, user, role, world);
  };

const circleRoutes = (type: Circle, path: string, adding: Fields): Route<World>[] => [
  { method: 'GET', template: path, handle: listOfGroups(type) },
  { method: 'GET', template: `${path}/{id}`, handle: ({ params }, world) => groupShape(world.group(type, params['id'] ?? ''), world) },
  { method: 'GET', template: `${path}/{id}/members`, handle: list(type) },
  { method: 'POST', template: `${path}/{id}/members`, body: adding, handle: add(type, path) },
];

const leaveChannel = ({ params, body }: Request, world: World): undefined => {
  const { operators, put } = groupMembers('channel', params['id'] ?? '', world);
  const userId = neededId(body, 'user_id');
  if (operators.some((each) => each.userId === userId)) {
    put(operators.filter((each) => each.userId !== userId));
    world.noteWrite('DELETE /channels/{id}/members', userId);
  }
  return undefined;
};

const createChannel = ({ body }: Request, world: World): object => {
  const owner = idIn(body, 'user_id');
  const channel: Group = {
    id: world.newId(),
    type: 'channel',
    name: textIn(body, 'name') ?? '',
    officeId: (world.offices.find((each) => each.isPrimary) ?? world.offices[0])?.id ?? '',
    phoneNumbers: [],
    routing: { open: { action: 'voicemail', try_dial_operators: false }, closed: { action: 'voicemail', try_dial_operators: false } },
    operators: owner === null ? [] : [{ userId: world.user(owner).id, role: 'operator' }],
  };
  world.putGroup(channel);
  world.noteWrite('POST /channels', owner);

  return groupShape(channel, world);
};

const removeChannel = ({ params }: Request, world: World): undefined => {
  world.store.remove('channel', world.group('channel', params['id'] ?? '').id);
  world.noteWrite('DELETE /channels/{id}', null);

  return undefined;
};

export const memberRoutes: readonly Route<World>[] = [
  // Coaching teams have no way out: their members are removed in the console only.
  ...circleRoutes('coachingteam', '/coachingteams', { member_id: needed(text), role: needed(oneOf('coach', 'trainee')) }),
  { method: 'GET', template: '/offices/{office_id}/teams', handle: listOfGroups('coachingteam') },
  ...circleRoutes('channel', '/channels', { user_id: needed(id) }),
  {
    method: 'POST',
    template: '/channels',
    body: { name: needed(text), description: needed(text), privacy_type: needed(oneOf('private', 'public')), user_id: id },
    handle: createChannel,
  },
  { method: 'DELETE', template: '/channels/{id}', handle: removeChannel },
  { method: 'DELETE', template: '/channels/{id}/members', body: { user_id: needed(id) }, handle: leaveChannel },
];
