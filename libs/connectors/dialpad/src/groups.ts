import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import type { DialpadUser, Ensured, GroupMembership, GroupRef, Operator } from './types.ts';
import { line, member, named, operators } from './wire.ts';

const PATHS: Readonly<Record<string, string>> = {
  department: '/departments/{id}/operators',
  callcenter: '/callcenters/{id}/operators',
  office: '/offices/{id}/operators',
  channel: '/channels/{id}/members',
  coachingteam: '/coachingteams/{id}/members',
};

const pathOf = (group: GroupRef): string => {
  const path = PATHS[group.type];
  if (path === undefined) throw new ConnectorError({ kind: 'invalid', operation: 'groups', code: `group-type.${group.type}`, ambiguous: false });
  return path;
};

/** Call centers and channels name the user one way, departments and offices another; each has DELETE with a body. */
const bodyFor = (group: GroupRef, userId: string, role?: string): object => {
  if (group.type === 'callcenter') return { user_id: userId, ...(role === undefined ? {} : { role }) };
  if (group.type === 'channel') return { user_id: userId };
  if (group.type === 'coachingteam') return { member_id: userId, role: role ?? 'trainee' };

  return { operator_id: userId, operator_type: 'user', ...(role === undefined ? {} : { role }) };
};

export const groupApi = (api: Api) => {
  const operatorsOf = async (group: GroupRef): Promise<readonly Operator[]> => {
    if (group.type === 'channel' || group.type === 'coachingteam') return api.list(member, pathOf(group), { id: group.id });
    const answer = await api.get(operators, pathOf(group), { id: group.id });
    return (answer?.users ?? []).map((each) => ({ id: each.id, role: null, state: each.state }));
  };

  return {
    operatorsOf,
    groupsOf: (user: DialpadUser): readonly GroupMembership[] => user.groupDetails,
    departments: () => api.list(line, '/departments'),
    callCenters: () => api.list(line, '/callcenters'),
    coachingTeams: () => api.list(named, '/coachingteams'),
    coachingTeamMembers: (id: string): Promise<readonly Operator[]> => operatorsOf({ type: 'coachingteam', id }),

    /** By exact name; several of the same name are as good as none, because a person must choose. */
    findGroup: async (wanted: { readonly type: string; readonly name: string; readonly officeId?: string }): Promise<GroupRef | null> => {
      const path = { department: '/departments', callcenter: '/callcenters', coachingteam: '/coachingteams', channel: '/channels' }[wanted.type];
      if (path === undefined) return null;
      const found = (await api.list(line, path)).filter(
        (each) => each.name === wanted.name && (wanted.officeId === undefined || each.office_id === wanted.officeId),
      );
      const [only] = found;

      return found.length === 1 && only ? { type: wanted.type, id: only.id } : null;
    },

    addToGroup: async ({ userId, group, role }: { readonly userId: string; readonly group: GroupRef; readonly role: string }): Promise<Ensured> => {
      if ((await operatorsOf(group)).some((each) => each.id === userId)) return { changed: false };
      await api.write('POST', pathOf(group), { id: group.id }, bodyFor(group, userId, role));
      return { changed: true };
    },

    removeFromGroup: async ({ userId, group }: { readonly userId: string; readonly group: GroupRef }): Promise<Ensured> => {
      if (!(await operatorsOf(group)).some((each) => each.id === userId)) return { changed: false };
      await api.write('DELETE', pathOf(group), { id: group.id }, bodyFor(group, userId));
      return { changed: true };
    },
  };
};
