import type { ExistingUser } from '@handover/case';
import type { LoadedPerson } from '@handover/case-service';
import type { DialpadUser } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import type { PlanningDeps } from './leaver-planning.ts';
import { bothNames, sameName } from './same-name.ts';

export interface FoundNamesake {
  readonly kind: 'found';
  readonly user: DialpadUser;
  readonly how: ExistingUser['how'];
}

/**
 * Who has the person's mail address already. Never invited over: whoever is provably theirs (the id we stored, or of the
 * same employee before they left) is taken over; a suspended one with mail and name is given access again once somebody
 * approved; a deleted one is restored in the console or waited out; about everybody else a person decides.
 */
export const findNamesake = async (
  deps: PlanningDeps,
  person: LoadedPerson,
  email: string,
  userIdByHand: string | null,
): Promise<FoundNamesake | CannotPlan | null> => {
  if (userIdByHand !== null) {
    const user = await deps.dialpad.readUser(userIdByHand);
    if (!user || user.state === 'deleted') return blocked('link.gone', 'Dialpad has no user of the id that was given, or it is deleted');
    return checked(deps, person, user, 'by-hand');
  }
  const own = await ownUser(deps, person);
  if (own) {
    const user = await deps.dialpad.readUser(own.id);
    if (user?.state === 'deleted') return restoreFirst(user.id);
    if (user) return checked(deps, person, user, own.how);
  }

  return byMail(deps, person, email);
};

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

/** The user we knew this employee by: as this person, or as who they were before their key was to be destroyed. */
const ownUser = async ({ persons }: PlanningDeps, { state }: LoadedPerson): Promise<{ id: string; how: 'stored' | 'earlier' } | null> => {
  if (state.userId !== null) return { id: state.userId, how: 'stored' };
  const before = state.predecessor === undefined ? null : (await persons.load(state.predecessor)).state.userId;
  return before === null ? null : { id: before, how: 'earlier' };
};

const restoreFirst = (userId: string): CannotPlan =>
  blocked(
    'task.restore-user',
    `user ${userId} is deleted and not purged yet: in the Dialpad console open Office > Users > Deleted Users and choose Restore, within 72 h of the delete; ` +
      'then retry, and the user is taken over. Without it wait for the purge and retry: then a new user is invited',
  );

/** A user that a leaver case of ours still works on would be taken away again under the joiner's feet. */
const checked = async (deps: PlanningDeps, person: LoadedPerson, user: DialpadUser, how: ExistingUser['how']): Promise<FoundNamesake | CannotPlan> => {
  const owners = new Set([person.personRef, person.state.predecessor, (await deps.ownerOf?.(user.id)) ?? undefined]);
  for (const ref of [...owners].filter((each) => each !== undefined)) {
    const leaver = (await deps.persons.load(ref)).state.cases.find((each) => each.kind === 'leaver' && each.open);
    if (leaver) return blocked('joiner.namesake_leaving', `leaver case ${leaver.caseId} works on user ${user.id}: rescind it, then retry`);
  }
  const whole = await deps.dialpad.readUser(user.id); // a list leaves out the groups

  return whole ? { kind: 'found', user: whole, how } : blocked('link.gone', 'the user was deleted while it was looked at; retry');
};

const byMail = async (deps: PlanningDeps, person: LoadedPerson, email: string): Promise<FoundNamesake | CannotPlan | null> => {
  const found = await deps.dialpad.findUsersByEmail(email);
  const live = found.filter((user) => user.state !== 'deleted');
  const [user] = live;
  if (live.length > 1) return blocked('joiner.namesake_several', 'several Dialpad users have this mail address; link by hand with the right user id');
  if (!user) return deletedNamesake(deps, person, email);
  if (user.state !== 'suspended') {
    return blocked(
      'joiner.namesake_active',
      `user ${user.id} with this mail address is ${user.state} already, and nothing proves that it is the same person: ` +
        'mark as done by hand with the user id to take it over, or correct the mail address in HR',
    );
  }
  if (!sameName(user, person)) {
    return blocked(
      'joiner.namesake_suspended',
      `suspended user ${user.id} has this mail address and another name: mark as done by hand with the user id to give it to this person, or correct the mail address in HR`,
    );
  }

  return checked(deps, person, user, 'email');
};

/** A deleted user may show no mail address any more: then both names tell. */
const deletedNamesake = async ({ dialpad }: PlanningDeps, person: LoadedPerson, email: string): Promise<CannotPlan | null> => {
  const wanted = email.toLowerCase();
  const deleted = await dialpad.deletedUsers(email);
  const same = deleted.find((each) => each.emails.some((own) => own.toLowerCase() === wanted) || (each.emails.length === 0 && bothNames(each, person)));

  return same ? restoreFirst(same.id) : null;
};
