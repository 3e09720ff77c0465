import type { Address, Dialpad, DialpadUser, Ensured, GroupRef, PhoneNumber } from '@handover/connector-dialpad';

/** A small company at its beginning, as the promises below need it. */
export interface Company {
  readonly dialpad: Dialpad;
  /** With a number, a plain licence and no admin right, and in no group. */
  readonly user: DialpadUser;
  readonly other: DialpadUser;
  readonly offices: { readonly home: string; readonly near: string };
  readonly department: string;
  readonly callCenter: string;
  readonly coachingTeam: string;
  readonly channel: string;
  readonly pooled: PhoneNumber;
  readonly startedAt: string;
}

/** Asked for again after an attempt that may have been cut off, as an activity does. */
type Keep = (repeated: boolean) => Promise<Ensured>;

/** A write verb: what it promises, by which write of Dialpad, after which reading, and another reading that shows it. */
export interface Verb {
  readonly verb: keyof Dialpad;
  readonly says: string;
  readonly write: string;
  readonly read: string;
  readonly of: (company: Company) => Promise<{ readonly keep: Keep; readonly holds: () => Promise<boolean> }> | { keep: Keep; holds: () => Promise<boolean> };
}

const address: Address = { address: '9 Pine St', address2: null, city: 'San Francisco', state: 'CA', zip: '94199', country: 'us' };
const again = async ({ dialpad, user }: Company): Promise<DialpadUser> => (await dialpad.readUser(user.id)) as DialpadUser;
const ofUser = (
  verb: keyof Dialpad,
  says: string,
  keep: (company: Company) => Promise<Ensured>,
  holds: (now: DialpadUser, company: Company) => boolean,
  prepare: (company: Company) => Promise<unknown> = async () => undefined,
): Verb => ({
  verb,
  says,
  write: 'PATCH /users/{id}',
  read: 'GET /users/{id}',
  of: async (company) => {
    await prepare(company);
    return { keep: () => keep(company), holds: async () => holds(await again(company), company) };
  },
});

const PATHS: Readonly<Record<string, readonly [string, string]>> = {
  department: ['/departments/{id}/operators', 'department'],
  callcenter: ['/callcenters/{id}/operators', 'callCenter'],
  office: ['/offices/{id}/operators', 'home'],
  channel: ['/channels/{id}/members', 'channel'],
  coachingteam: ['/coachingteams/{id}/members', 'coachingTeam'],
};
const groupOf = (type: string, company: Company): GroupRef => {
  const ids: Readonly<Record<string, string>> = { ...company.offices, ...(company as unknown as Record<string, string>) };
  return { type, id: ids[PATHS[type]?.[1] ?? ''] ?? '' };
};
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

const greeting = ({ user }: Company, name: string) => ({ target: { type: 'user', id: user.id }, ivrType: 'VM_UNAVAILABLE', name, file: 'bW9vCg==' });
const greetings = ({ dialpad, user }: Company) => dialpad.customIvrs({ type: 'user', id: user.id });
const holdsNumber = async ({ dialpad }: Company, number: string, id: string): Promise<boolean> => (await dialpad.readNumber(number))?.targetId === id;

export const verbs: readonly Verb[] = [
  {
    verb: 'inviteUser',
    says: 'invites',
    write: 'POST /users',
    read: 'GET /users',
    of: ({ dialpad, offices, startedAt }) => {
      const invitation = { email: 'new.comer@example.com', givenName: 'New', familyName: 'Comer', officeId: offices.home, license: 'talk' };
      return {
        keep: (repeated) => dialpad.inviteUser(invitation, { startedAt, repeated }),
        holds: async () => (await dialpad.findUsersByEmail(invitation.email)).length === 1,
      };
    },
  },
  ofUser(
    'suspendUser',
    'suspends',
    ({ dialpad, user }) => dialpad.suspendUser(user.id),
    (now) => now.state === 'suspended',
  ),
  ofUser(
    'activateUser',
    're-activates',
    ({ dialpad, user }) => dialpad.activateUser(user.id),
    (now) => now.state === 'active',
    ({ dialpad, user }) => dialpad.suspendUser(user.id),
  ),
  ofUser(
    'setCompanyAdmin',
    'makes a Company Admin',
    ({ dialpad, user }) => dialpad.setCompanyAdmin(user.id, true),
    (now) => now.isSuperAdmin,
  ),
  ofUser(
    'setAdminOffices',
    'makes a Regional Admin',
    ({ dialpad, user, offices }) => dialpad.setAdminOffices(user.id, [offices.home, offices.near]),
    (now) => now.adminOfficeIds.length === 2,
  ),
  ofUser(
    'setForwarding',
    'forwards calls',
    ({ dialpad, user }) => dialpad.setForwarding(user.id, ['+15005550001']),
    (now) => now.forwardingNumbers[0] === '+15005550001',
  ),
  ofUser(
    'setInternationalDialing',
    'lets dial abroad',
    ({ dialpad, user }) => dialpad.setInternationalDialing(user.id, !user.internationalDialing),
    (now, { user }) => now.internationalDialing !== user.internationalDialing,
  ),
  ofUser(
    'setProfile',
    'renames',
    ({ dialpad, user }) => dialpad.setProfile(user.id, { firstName: 'Renamed' }),
    (now) => now.firstName === 'Renamed',
  ),
  ofUser(
    'setLicense',
    'changes the licence',
    ({ dialpad, user }) => dialpad.setLicense(user.id, 'agents'),
    (now) => now.license === 'agents',
  ),
  {
    ...ofUser(
      'moveOffice',
      'moves',
      ({ dialpad, user, offices }) => dialpad.moveOffice(user.id, offices.near),
      (now, { offices }) => now.officeId === offices.near,
    ),
    write: 'PATCH /users/{id}/move_office',
  },
  {
    ...ofUser(
      'deleteUser',
      'deletes',
      ({ dialpad, user }) => dialpad.deleteUser(user.id),
      (now) => now.state === 'deleted',
    ),
    write: 'DELETE /users/{id}',
  },
  {
    verb: 'setCallerId',
    says: 'hides the caller id',
    write: 'POST /users/{id}/caller_id',
    read: 'GET /users/{id}/caller_id',
    of: ({ dialpad, user }) => ({
      keep: () => dialpad.setCallerId(user.id, 'blocked'),
      holds: async () => (await dialpad.readCallerId(user.id))?.callerId === 'blocked',
    }),
  },
  {
    verb: 'setE911',
    says: "sets a user's emergency address",
    write: 'PUT /users/{id}/e911',
    read: 'GET /users/{id}/e911',
    of: ({ dialpad, user }) => ({
      keep: () => dialpad.setE911(user.id, address),
      holds: async () => (await dialpad.readE911(user.id))?.zip === address.zip,
    }),
  },
  {
    verb: 'setOfficeE911',
    says: "sets an office's emergency address",
    write: 'PUT /offices/{id}/e911',
    read: 'GET /offices/{id}/e911',
    of: ({ dialpad, offices }) => ({
      keep: () => dialpad.setOfficeE911(offices.home, address),
      holds: async () => (await dialpad.readOfficeE911(offices.home))?.zip === address.zip,
    }),
  },
  {
    verb: 'removeDeskPhone',
    says: 'removes a desk phone',
    write: 'DELETE /users/{parent_id}/deskphones/{id}',
    read: 'GET /users/{parent_id}/deskphones',
    of: async ({ dialpad }) => {
      const owners = [...new Set((await dialpad.allUserDevices()).map((each) => each.userId ?? ''))];
      const phones = await Promise.all(owners.map(async (owner) => ({ owner, phone: (await dialpad.deskPhones(owner))[0] })));
      const { owner = '', phone } = phones.find((each) => each.phone) ?? {};
      return {
        keep: () => dialpad.removeDeskPhone(owner, phone?.id ?? ''),
        holds: async () => phone !== undefined && !(await dialpad.deskPhones(owner)).some((each) => each.id === phone.id),
      };
    },
  },
  ...(['user', 'department', 'callcenter', 'office'] as const).map((type): Verb => ({
    verb: 'assignNumber',
    says: `gives a reserved number to a ${type}`,
    write: 'POST /numbers/{number}/assign',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const target = type === 'user' ? { type, id: company.user.id } : groupOf(type, company);
      const { number } = company.pooled;
      return {
        keep: () => company.dialpad.assignNumber({ number, target, primary: false }),
        holds: async () => (await company.dialpad.numbersOfTarget(target)).includes(number) && holdsNumber(company, number, target.id),
      };
    },
  })),
  {
    verb: 'assignNumber',
    says: 'hands a number over',
    write: 'POST /numbers/{number}/assign',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const { dialpad, user, other } = company;
      const [number = ''] = user.phoneNumbers;
      return {
        keep: () => dialpad.assignNumber({ number, target: { type: 'user', id: other.id }, primary: false, from: user.id }),
        holds: async () => (await holdsNumber(company, number, other.id)) && !(await again(company)).phoneNumbers.includes(number),
      };
    },
  },
  ...(['user', 'department'] as const).map((type): Verb => ({
    verb: 'assignNewNumber',
    says: `takes one more number for a ${type}`,
    write: type === 'user' ? 'POST /users/{id}/assign_number' : 'POST /numbers/assign',
    read: type === 'user' ? 'GET /users/{id}' : 'GET /departments/{id}',
    of: async (company) => {
      const { dialpad, user, department } = company;
      const target = { type, id: type === 'user' ? user.id : department };
      const before = await dialpad.numbersOfTarget(target);
      return {
        keep: (repeated) => dialpad.assignNewNumber({ target, areaCode: '628', primary: false, before, repeated }),
        holds: async () => (await dialpad.numbersOfTarget(target)).length === before.length + 1,
      };
    },
  })),
  {
    verb: 'poolNumber',
    says: 'puts a number into the pool',
    write: 'DELETE /numbers/{number}',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const [number = ''] = company.user.phoneNumbers;
      return {
        keep: () => company.dialpad.poolNumber(number, { from: company.user.id }),
        holds: async () => (await company.dialpad.pooledNumbers()).some((each) => each.number === number),
      };
    },
  },
  {
    verb: 'releaseNumber',
    says: 'gives a reserved number up',
    write: 'DELETE /numbers/{number}',
    read: 'GET /numbers/{number}',
    of: ({ dialpad, pooled }) => ({
      keep: () => dialpad.releaseNumber(pooled.number),
      holds: async () => !(await dialpad.numbers()).some((each) => each.number === pooled.number),
    }),
  },
  ...([true, false] as const).map((isNamed): Verb => ({
    verb: 'swapNumber',
    says: `swaps a number for ${isNamed ? 'a reserved one' : 'any'}`,
    write: 'POST /numbers/swap',
    read: 'GET /users/{id}',
    of: (company) => {
      const { dialpad, user, pooled } = company;
      const [old = ''] = user.phoneNumbers;
      const wanted = isNamed ? { number: pooled.number } : 'any';
      return {
        keep: (repeated) => dialpad.swapNumber({ target: { type: 'user', id: user.id }, old, wanted, before: user.phoneNumbers, repeated }),
        holds: async () => {
          const now = (await again(company)).phoneNumbers;
          return now.length === user.phoneNumbers.length && !now.includes(old) && (!isNamed || now.includes(pooled.number));
        },
      };
    },
  })),
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
  {
    verb: 'repointRouting',
    says: 'points a department at somebody else',
    write: 'PATCH /departments/{id}',
    read: 'GET /departments/{id}',
    of: async ({ dialpad, other }) => {
      const line = (await dialpad.companyLines()).find((each) => each.type === 'department' && each.open.target?.type === 'user');
      const rung = line?.open.target?.id ?? '';
      const reference = (await dialpad.routingReferences(rung)).find((each) => each.where.id === line?.id);
      if (!reference) throw new Error('the seed has a department that rings a user');
      return {
        keep: () => dialpad.repointRouting(reference, { type: 'user', id: other.id }),
        holds: async () => !(await dialpad.routingReferences(rung)).some((each) => each.where.id === line?.id && each.where.path === reference.where.path),
      };
    },
  },
  {
    verb: 'addCustomIvr',
    says: 'records a greeting',
    write: 'POST /customivrs',
    read: 'GET /customivrs',
    of: (company) => ({
      keep: (repeated) => company.dialpad.addCustomIvr({ ...greeting(company, 'gone.mp3'), repeated }),
      holds: async () => (await greetings(company)).filter((each) => each.name === 'gone.mp3' && each.selected).length === 1,
    }),
  },
  {
    verb: 'selectCustomIvr',
    says: 'plays another greeting',
    write: 'PATCH /customivrs/{target_type}/{target_id}/{ivr_type}',
    read: 'GET /customivrs',
    of: async (company) => {
      for (const name of ['first.mp3', 'second.mp3']) await company.dialpad.addCustomIvr(greeting(company, name));
      const first = (await greetings(company)).find((each) => each.name === 'first.mp3');
      return {
        keep: () => company.dialpad.selectCustomIvr(greeting(company, ''), first?.id ?? ''),
        holds: async () => (await greetings(company)).find((each) => each.id === first?.id)?.selected === true,
      };
    },
  },
  {
    verb: 'removeCustomIvr',
    says: 'removes a greeting',
    write: 'DELETE /customivrs/{target_type}/{target_id}/{ivr_type}',
    read: 'GET /customivrs',
    of: async (company) => {
      await company.dialpad.addCustomIvr(greeting(company, 'mine.mp3'));
      const mine = (await greetings(company)).find((each) => each.name === 'mine.mp3');
      return {
        keep: () => company.dialpad.removeCustomIvr(greeting(company, ''), mine?.id ?? ''),
        holds: async () => mine !== undefined && !(await greetings(company)).some((each) => each.id === mine.id),
      };
    },
  },
];
