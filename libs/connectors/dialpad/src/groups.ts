import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import { ensure } from './ensure.ts';
import type { DialpadUser, Duty, Ensured, GroupMembership, GroupRef, Operator } from './types.ts';
import { callRouter, line, member, named, operators } from './wire/lines.ts';
import { duty } from './wire/users.ts';

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

export interface Joining {
  readonly userId: string;
  readonly group: GroupRef;
  readonly role: string;
  /** Call centers only: the licence that joining takes when the user's own is none for call centers; Dialpad's default is `agents`. */
  readonly licenseType?: 'agents' | 'lite_support_agents';
  /** Call centers only, 1 to 100. */
  readonly skillLevel?: number;
  /** Call centers only. */
  readonly keepNumbers?: boolean;
}

/** Call centers and channels name the user one way, departments and offices another; each has DELETE with a body. */
const naming = (group: GroupRef, userId: string): object => {
  if (group.type === 'callcenter' || group.type === 'channel') return { user_id: userId };
  if (group.type === 'coachingteam') return { member_id: userId };

  return { operator_id: userId, operator_type: 'user' };
};

const joining = ({ userId, group, role, licenseType, skillLevel, keepNumbers }: Joining): object => ({
  ...naming(group, userId),
  ...(group.type === 'channel' ? {} : { role: group.type === 'coachingteam' && role !== 'coach' ? 'trainee' : role }),
  ...(group.type === 'callcenter' && licenseType !== undefined ? { license_type: licenseType } : {}),
  ...(group.type === 'callcenter' && skillLevel !== undefined ? { skill_level: skillLevel } : {}),
  ...(group.type === 'callcenter' && keepNumbers !== undefined ? { keep_paid_numbers: keepNumbers } : {}),
});

export const groupApi = (api: Api, readUser: (id: string) => Promise<DialpadUser | null>) => {
  const operatorsOf = async (group: GroupRef): Promise<readonly Operator[]> => {
    if (group.type === 'channel') return api.list(member, pathOf(group), { id: group.id });
    if (group.type === 'coachingteam') return api.whole(member, pathOf(group), { id: group.id });
    const answer = await api.get(operators, pathOf(group), { id: group.id });
    return (answer?.users ?? []).map((each) => ({ id: each.id, role: null, state: each.state }));
  };
  const isIn = async (group: GroupRef, userId: string): Promise<boolean> => (await operatorsOf(group)).some((each) => each.id === userId);
  const addToGroup = (join: Joining): Promise<Ensured> =>
    ensure({
      isSo: () => isIn(join.group, join.userId),
      write: () => api.write('POST', pathOf(join.group), { id: join.group.id }, joining(join)),
    });
  const removeFromGroup = async ({ userId, group }: { readonly userId: string; readonly group: GroupRef }): Promise<Ensured> => {
    if (group.type === 'coachingteam')
      throw new ConnectorError({ kind: 'refused', operation: 'DELETE /coachingteams/{id}/members', code: 'no-api', ambiguous: false });
    return ensure({
      isSo: async () => !(await isIn(group, userId)),
      write: () => api.write('DELETE', pathOf(group), { id: group.id }, naming(group, userId)),
    });
  };
  const roleOf = async (group: GroupRef, userId: string): Promise<string | null> =>
    group.type === 'coachingteam'
      ? ((await operatorsOf(group)).find((each) => each.id === userId)?.role ?? null)
      : ((await readUser(userId))?.groupDetails.find((each) => each.type === group.type && each.id === group.id)?.role ?? null);
  const readDuty = (userId: string): Promise<Duty | null> => api.find(duty, '/callcenters/operators/{id}/dutystatus', { id: userId });

  return {
    operatorsOf,
    groupsOf: (user: DialpadUser): readonly GroupMembership[] => user.groupDetails,
    departments: () => api.list(line, '/departments'),
    callCenters: () => api.list(line, '/callcenters'),
    /** The main lines of the offices. */
    officeLines: () => api.list(line, '/offices'),
    callRouters: () => api.list(callRouter, '/callrouters'),
    channels: () => api.list(named, '/channels'),
    channelMembers: (id: string): Promise<readonly Operator[]> => operatorsOf({ type: 'channel', id }),
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

    /** Whoever is in stays as they are, in whatever role. @throws ConnectorError `no-seat` of a call center's licence. */
    addToGroup,
    /** @throws ConnectorError `refused` (`no-api`) of a coaching team: its members are removed in the console only. */
    removeFromGroup,
    /**
     * Dialpad has no change of a role in place: out and in again. Between the two the group rings one less; cut off there, the
     * repeat puts the user in.
     */
    setGroupRole: (join: Joining): Promise<Ensured> => {
      let now: string | null = null;
      return ensure({
        isSo: async () => (now = await roleOf(join.group, join.userId)) === join.role,
        write: async () => {
          if (now !== null) await removeFromGroup(join);
          await api.write('POST', pathOf(join.group), { id: join.group.id }, joining(join));
        },
      });
    },

    /** In all their call centers at once; `null` for somebody who is in none. */
    readDuty,
    setDuty: (userId: string, on: boolean, reason?: string): Promise<Ensured> =>
      ensure({
        isSo: async () => (await readDuty(userId))?.on === on,
        write: () =>
          api.write(
            'PATCH',
            '/callcenters/operators/{id}/dutystatus',
            { id: userId },
            { on_duty: on, ...(reason === undefined ? {} : { duty_status_reason: reason }) },
          ),
      }),
  };
};
