import type { LoadedPerson } from '@handover/case-service';
import type { DialpadUser } from '@handover/connector-dialpad';

const plain = (name: string | null | undefined): string => (name ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** Married names and initials differ; a user that shares neither name with HR's record is somebody else until a person says so. */
export const sameName = (user: DialpadUser, { profile: { givenName, familyName } }: Pick<LoadedPerson, 'profile'>): boolean => {
  if (givenName === null && familyName === null) return true;
  const theirs = `${plain(user.displayName)} ${plain(user.firstName)} ${plain(user.lastName)}`;

  return [givenName, familyName].some((name) => plain(name) !== '' && theirs.includes(plain(name)));
};

/** Enough to take a deleted user, whose mail Dialpad does not show any more, for the person's: both names. */
export const bothNames = (user: DialpadUser, { profile: { givenName, familyName } }: Pick<LoadedPerson, 'profile'>): boolean =>
  plain(givenName) !== '' && plain(familyName) !== '' && plain(user.firstName) === plain(givenName) && plain(user.lastName) === plain(familyName);
