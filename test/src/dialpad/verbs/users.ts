import type { Address, Dialpad, DialpadUser, Ensured } from '@handover/connector-dialpad';
import { again, type Company, type Verb } from './verb.ts';

const address: Address = { address: '9 Pine St', address2: null, city: 'San Francisco', state: 'CA', zip: '94199', country: 'us' };
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

export const users: readonly Verb[] = [
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
];
