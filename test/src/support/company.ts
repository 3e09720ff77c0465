import type { Dialpad, DialpadUser } from '@handover/connector-dialpad';

/** A user of the seeded company, told to HR as somebody with this employee id. */
export const employeeOf = (user: DialpadUser, employeeId = `E-${user.id}`) => ({
  employeeId,
  email: user.emails[0] ?? '',
  givenName: user.firstName ?? '',
  familyName: user.lastName ?? '',
});

/** Each as `readUser` shows them, with their groups. */
export const activeUsers = async (dialpad: Dialpad): Promise<DialpadUser[]> => {
  const found = await Promise.all((await dialpad.users('active')).map(({ id }) => dialpad.readUser(id)));
  return found.filter((user) => user !== null);
};

/** Without those in a coaching team: to take them out of it is a person's work. */
export const uncoachedUsers = async (dialpad: Dialpad): Promise<DialpadUser[]> => {
  const teams = await Promise.all((await dialpad.coachingTeams()).map((team) => dialpad.coachingTeamMembers(team.id)));
  const coached = teams.flat().map((member) => member.id);
  return (await activeUsers(dialpad)).filter((user) => !coached.includes(user.id));
};

export const holdsNumber = (user: DialpadUser): boolean => user.phoneNumbers.length > 0 && !user.isSuperAdmin;

/** With a number and the usual licence, in no group and no admin. */
export const isPlain = (user: DialpadUser): boolean =>
  holdsNumber(user) && user.adminOfficeIds.length === 0 && user.license === 'talk' && user.groupDetails.length === 0;

export type NextUser = (fits?: (user: DialpadUser) => boolean) => DialpadUser;

/** Hands each of them out to one test only. */
export const oneByOne = (users: readonly DialpadUser[]): NextUser => {
  const left = [...users];
  return (fits = () => true) => {
    const index = left.findIndex(fits);
    const [user] = index < 0 ? [] : left.splice(index, 1);
    if (!user) throw new Error('the seeded company has too few such users');
    return user;
  };
};

export interface SeatsToFill {
  readonly seat?: 'talk' | 'sell' | 'contactCenter';
  readonly license?: string;
}

/** Others take every seat that is free; answers how one of them comes free again. */
export const fillSeats = async (dialpad: Dialpad, officeId: string, { seat = 'talk', license = 'talk' }: SeatsToFill = {}): Promise<() => Promise<void>> => {
  const emails: string[] = [];
  for (let n = (await dialpad.freeSeats(officeId))[seat]; n > 0; n -= 1) {
    const email = `filler-${officeId}-${seat}-${n}@example.com`;
    await dialpad.inviteUser({ email, givenName: 'F', familyName: String(n), officeId, license }, { startedAt: '2020-01-01T00:00:00Z' });
    emails.push(email);
  }

  return async () => {
    const [filler] = await dialpad.findUsersByEmail(emails.pop() ?? '');
    if (!filler) throw new Error('nobody was given a seat');
    await dialpad.deleteUser(filler.id);
  };
};
