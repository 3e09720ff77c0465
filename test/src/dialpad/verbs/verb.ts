import type { Dialpad, DialpadUser, Ensured, GroupRef, PhoneNumber } from '@handover/connector-dialpad';

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

/** The user as they are now. */
export const again = async ({ dialpad, user }: Company): Promise<DialpadUser> => (await dialpad.readUser(user.id)) as DialpadUser;

/** Where the members of a group are read and written, by its type, and which of the company is meant. */
export const PATHS: Readonly<Record<string, readonly [string, string]>> = {
  department: ['/departments/{id}/operators', 'department'],
  callcenter: ['/callcenters/{id}/operators', 'callCenter'],
  office: ['/offices/{id}/operators', 'home'],
  channel: ['/channels/{id}/members', 'channel'],
  coachingteam: ['/coachingteams/{id}/members', 'coachingTeam'],
};
export const groupOf = (type: string, company: Company): GroupRef => {
  const ids: Readonly<Record<string, string>> = { ...company.offices, ...(company as unknown as Record<string, string>) };
  return { type, id: ids[PATHS[type]?.[1] ?? ''] ?? '' };
};
