import { PATHS, again, groupOf, type Company, type Verb } from './verb.ts';

const isIn = async (type: string, { dialpad, user, ...company }: Company): Promise<boolean> =>
  (await dialpad.operatorsOf(groupOf(type, { dialpad, user, ...company }))).some((each) => each.id === user.id);
const joins = (type: string): Verb => ({
  verb: 'addToGroup',
  says: `joins a ${type}`,
  write: `POST ${PATHS[type]?.[0]}`,
  read: `GET ${PATHS[type]?.[0]}`,
  of: (company) => ({
    keep: () => company.dialpad.addToGroup({ userId: company.user.id, group: groupOf(type, company), role: type === 'coachingteam' ? 'trainee' : 'operator' }),
    holds: () => isIn(type, company),
  }),
});
const leaves = (type: string): Verb => ({
  verb: 'removeFromGroup',
  says: `leaves a ${type}`,
  write: `DELETE ${PATHS[type]?.[0]}`,
  read: `GET ${PATHS[type]?.[0]}`,
  of: async (company) => {
    const { dialpad, user } = company;
    await dialpad.addToGroup({ userId: user.id, group: groupOf(type, company), role: 'operator' });
    return { keep: () => dialpad.removeFromGroup({ userId: user.id, group: groupOf(type, company) }), holds: async () => !(await isIn(type, company)) };
  },
});

export const groups: readonly Verb[] = [
  ...Object.keys(PATHS).map(joins),
  ...Object.keys(PATHS)
    .filter((type) => type !== 'coachingteam')
    .map(leaves),
  {
    verb: 'setGroupRole',
    says: 'makes an operator a department admin',
    write: 'POST /departments/{id}/operators',
    read: 'GET /users/{id}',
    of: async (company) => {
      const { dialpad, user } = company;
      const group = groupOf('department', company);
      await dialpad.addToGroup({ userId: user.id, group, role: 'operator' });
      return {
        keep: () => dialpad.setGroupRole({ userId: user.id, group, role: 'admin' }),
        holds: async () => (await again(company)).groupDetails.some((each) => each.id === group.id && each.role === 'admin'),
      };
    },
  },
  {
    verb: 'setDuty',
    says: 'takes an operator off duty',
    write: 'PATCH /callcenters/operators/{id}/dutystatus',
    read: 'GET /callcenters/operators/{id}/dutystatus',
    of: async (company) => {
      const { dialpad, user } = company;
      await dialpad.addToGroup({ userId: user.id, group: groupOf('callcenter', company), role: 'operator' });
      await dialpad.setDuty(user.id, true);
      return { keep: () => dialpad.setDuty(user.id, false, 'left'), holds: async () => (await dialpad.readDuty(user.id))?.on === false };
    },
  },
];
