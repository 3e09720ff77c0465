import { personOf, type Correction, type StepKind } from '@handover/case';
import type { Profile } from '@handover/case-service';
import type { Address, DialpadUser } from '@handover/connector-dialpad';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

const profileIn = async ({ deps, state }: StepContext): Promise<Profile> => (await deps.persons.load(personOf(state))).profile;

/** HR's address of the person, or the office's as it is now. */
const addressFor = async (context: StepContext): Promise<Address> => {
  const { from, officeId } = target<{ from: 'fact' | 'office'; officeId: string }>(context);
  const given = from === 'fact' ? ((await profileIn(context)).e911 ?? null) : null;
  const address = given ? { address2: null, ...given } : await context.deps.dialpad.readOfficeE911(officeId);
  if (!address) throw new Blocked('e911.none', 'neither HR nor the office has an emergency address any more; set one in the console, then retry or waive');

  return address;
};

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** Where somebody lives is personal: only whether it is set, and from where it came, is readable. */
const setEmergencyAddress: StepDefinition = {
  image: async (context) => ({ personal: { e911: { ...((await context.deps.dialpad.readE911(userIdOf(context))) ?? {}) } } }),
  keep: async (context) => void (await context.deps.dialpad.setE911(userIdOf(context), await addressFor(context))),
  read: async (context) => {
    const { from } = target<{ from: string }>(context);
    const [wanted, now] = [await addressFor(context), await context.deps.dialpad.readE911(userIdOf(context))];
    // Dialpad may spell a validated address in its own way; zip and country stay what they are.
    const samePlace = now !== null && plain(now.zip).startsWith(plain(wanted.zip)) && plain(now.country) === plain(wanted.country);
    const respelled = samePlace && plain(now.address) !== plain(wanted.address);

    return {
      ...holds(samePlace, { from, isSet: now !== null }, 'Dialpad shows another emergency address'),
      personal: { e911: { ...(now ?? {}) } },
      ...(respelled ? { finding: 'e911.respelled' } : {}),
    };
  },
};

/** HR's address first; those that HR said before go, because they may be given to somebody else; others stay. */
const emailsFor = (user: DialpadUser, { email, earlierEmails = [] }: Profile): readonly string[] => {
  const former = [email ?? '', ...earlierEmails].map((each) => each.toLowerCase());
  return email === null ? user.emails : [email, ...user.emails.filter((each) => !former.includes(each.toLowerCase()))];
};

const correctProfile: StepDefinition = {
  image: async (context) => {
    const { emails, firstName, lastName } = await userOf(context);
    return { personal: { emails, firstName, lastName } };
  },
  keep: async (context) => {
    const { fields } = target<{ fields: readonly Correction[] }>(context);
    const [user, profile] = [await userOf(context), await profileIn(context)];
    await context.deps.dialpad.setProfile(user.id, {
      ...(fields.includes('email') ? { emails: emailsFor(user, profile) } : {}),
      ...(fields.includes('name') && profile.givenName !== null ? { firstName: profile.givenName } : {}),
      ...(fields.includes('name') && profile.familyName !== null ? { lastName: profile.familyName } : {}),
    });
  },
  read: async (context) => {
    const { fields } = target<{ fields: readonly Correction[] }>(context);
    const [user, profile] = [await userOf(context), await profileIn(context)];
    const isSo: Readonly<Record<Correction, boolean>> = {
      email: profile.email === null || user.emails[0]?.toLowerCase() === profile.email.toLowerCase(),
      name: [
        [profile.givenName, user.firstName],
        [profile.familyName, user.lastName],
      ].every(([said, shown]) => said === null || said === shown),
      e911: true,
    };
    return holds(
      fields.every((field) => isSo[field]),
      { fields, emails: user.emails.length },
      'Dialpad shows another name or mail address',
    );
  },
};

export const profileSteps: Partial<Record<StepKind, StepDefinition>> = { setEmergencyAddress, correctProfile };
