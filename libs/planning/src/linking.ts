import type { LoadedPerson } from '@handover/case-service';
import type { Dialpad, DialpadUser } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import { sameName } from './same-name.ts';

export interface FoundUser {
  readonly kind: 'found';
  readonly user: DialpadUser;
  readonly how: 'stored' | 'email' | 'by-hand';
}

/**
 * Most leavers were not created by us. The id we stored counts; else the mail, over every state. None, several, or
 * another name than HR's: a person decides. Later steps use the id only, because mails change.
 */
export const findUserOf = async (dialpad: Dialpad, person: LoadedPerson, byHand: string | null): Promise<FoundUser | CannotPlan> => {
  const id = byHand ?? person.state.userId;
  if (id !== null) {
    const user = await dialpad.readUser(id);
    if (user && user.state !== 'deleted') return { kind: 'found', user, how: byHand === null ? 'stored' : 'by-hand' };
    return blocked('link.gone', 'the linked Dialpad user does not exist any more');
  }
  if (person.profile.email === null)
    return blocked('link.no_email', 'HR gave no mail address to find the Dialpad user by; do the link by hand with the user id');

  const users = await byMail(dialpad, [person.profile.email, ...[...(person.profile.earlierEmails ?? [])].reverse()]);
  const [user] = users;
  if (!user) return blocked('link.none', 'no Dialpad user has the mail address HR gave; link by hand with the user id, or waive if there is none');
  if (users.length > 1) return blocked('link.several', 'several Dialpad users have this mail address; link by hand with the right user id');
  if (!sameName(user, person))
    return blocked('link.other_name', 'the Dialpad user with this mail address has another name; check, then link by hand with the user id');

  // A list leaves out what only the user itself shows: its groups.
  const whole = await dialpad.readUser(user.id);
  return whole ? { kind: 'found', user: whole, how: 'email' } : blocked('link.gone', 'the Dialpad user was deleted while it was looked up; retry');
};

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

/** HR may have corrected the address before Dialpad was ever told: the newest that somebody has counts. */
const byMail = async (dialpad: Dialpad, emails: readonly string[]): Promise<readonly DialpadUser[]> => {
  for (const email of emails) {
    const users = (await dialpad.findUsersByEmail(email)).filter((user) => user.state !== 'deleted');
    if (users.length > 0) return users;
  }
  return [];
};
