import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import { ensure, lookedAgain, type Settle } from './ensure.ts';
import type { DialpadUser, Ensured } from './types.ts';
import { user } from './wire/users.ts';

export interface Invitation {
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly officeId: string;
  readonly license: string;
}

/** What tells a user of ours from one that somebody else made. */
export interface InvitationStep {
  /** ISO instant at which the step was first started. */
  readonly startedAt: string;
  /** An earlier attempt may have been cut off in the middle: look longer before inviting. */
  readonly repeated?: boolean;
}

/** What is left out stays. */
export interface UserProfile {
  readonly emails?: readonly string[];
  readonly firstName?: string;
  readonly lastName?: string;
}

export type UserState = 'active' | 'pending' | 'suspended' | 'deleted' | 'cancelled' | 'all';

/** Our clock and Dialpad's may differ by this much, in ms, when we ask whether a user is one we made. */
const CLOCK_SKEW_MS = 60_000;

export const userApi = (api: Api, settle: Settle) => {
  const readUser = (id: string): Promise<DialpadUser | null> => api.find(user, '/users/{id}', { id });
  const present = async (id: string): Promise<DialpadUser> => {
    const found = await readUser(id);
    if (!found) throw new ConnectorError({ kind: 'not-found', operation: 'PATCH /users/{id}', code: 'user-unknown', ambiguous: false });
    return found;
  };
  /** One field, or several that belong together, of a user who is there. */
  const keep = (id: string, isSo: (now: DialpadUser) => boolean, change: object): Promise<Ensured> =>
    ensure({ isSo: async () => isSo(await present(id)), write: () => api.write('PATCH', '/users/{id}', { id }, change) });
  const findUsersByEmail = async (email: string): Promise<readonly DialpadUser[]> => {
    const wanted = email.toLowerCase();
    // The filter's exactness is not documented: what comes back is compared again.
    return (await api.list(user, '/users', {}, { email, state: 'all' })).filter((each) => each.emails.some((own) => own.toLowerCase() === wanted));
  };

  const liveByEmail = async (email: string): Promise<readonly DialpadUser[]> => (await findUsersByEmail(email)).filter((each) => each.state !== 'deleted');
  const addedSince = (startedAt: string, users: readonly DialpadUser[]): DialpadUser | undefined =>
    users.find((each) => each.dateAdded !== null && Date.parse(each.dateAdded) >= Date.parse(startedAt) - CLOCK_SKEW_MS);

  return {
    /** `null` for a user that Dialpad does not know, or has purged. */
    readUser,
    /** Over every state; a deleted user may have lost its mail. */
    findUsersByEmail,
    /** The user that an invitation may have made, looked for until it would show; `null`: none, or only somebody who was there before. */
    invitedUser: async (email: string, { startedAt }: InvitationStep): Promise<DialpadUser | null> => {
      let found: DialpadUser | undefined;
      const shows = async (): Promise<boolean> => (found = addedSince(startedAt, await liveByEmail(email))) !== undefined;
      if (!(await shows())) await lookedAgain(shows, settle);
      return found ?? null;
    },
    /** Everybody in a state, without groups: those are in `readUser` only. */
    users: (state: UserState): Promise<readonly DialpadUser[]> => api.list(user, '/users', {}, { state }),
    /** Whoever shows the number as theirs; the reading of `readNumber` from the other side. */
    usersWithNumber: async (e164: string): Promise<readonly DialpadUser[]> =>
      (await api.list(user, '/users', {}, { number: e164, state: 'all' })).filter((each) => each.phoneNumbers.includes(e164)),
    /** Deleted and not purged yet, as the filter by mail finds them. They may show no mail any more: compare before you believe it. */
    deletedUsers: (email: string): Promise<readonly DialpadUser[]> => api.list(user, '/users', {}, { email, state: 'deleted' }),
    companyAdmins: async (): Promise<readonly DialpadUser[]> =>
      (await api.list(user, '/users', {}, { company_admin: 'true', state: 'active' })).filter((each) => each.isSuperAdmin && each.state === 'active'),

    /**
     * Dialpad has no idempotency key: a repeat looks by mail first, and after a lost reply until the user would show.
     * Only a user added after the step's start is taken for ours.
     * @throws ConnectorError `conflict` (`user-exists`), `refused`/`invalid` (`no-seat`).
     */
    inviteUser: (invitation: Invitation, { startedAt, repeated = false }: InvitationStep): Promise<Ensured> => {
      const isOurs = async (): Promise<boolean> => {
        const known = await liveByEmail(invitation.email);
        if (addedSince(startedAt, known)) return true;
        if (known.length > 0) throw new ConnectorError({ kind: 'conflict', operation: 'POST /users', code: 'user-exists', ambiguous: false });
        return false;
      };
      const body = {
        email: invitation.email,
        office_id: invitation.officeId,
        first_name: invitation.givenName,
        last_name: invitation.familyName,
        license: invitation.license,
        auto_assign: false,
      };
      return ensure({ isSo: isOurs, write: () => api.write('POST', '/users', {}, body), settle, repeated });
    },

    suspendUser: (id: string): Promise<Ensured> => keep(id, (now) => now.state === 'suspended', { state: 'suspended' }),
    /** @throws ConnectorError with code `no-seat` when the office has none free. */
    activateUser: (id: string): Promise<Ensured> => keep(id, (now) => now.state === 'active', { state: 'active' }),
    setCompanyAdmin: (id: string, on: boolean): Promise<Ensured> => keep(id, (now) => now.isSuperAdmin === on, { is_super_admin: on }),
    /** The whole list: Dialpad is taken to replace, not to merge; the read-back tells. */
    setAdminOffices: (id: string, officeIds: readonly string[]): Promise<Ensured> =>
      keep(id, (now) => same(now.adminOfficeIds, officeIds), { admin_office_ids: officeIds }),
    setForwarding: (id: string, numbers: readonly string[]): Promise<Ensured> =>
      keep(id, (now) => same(now.forwardingNumbers, numbers), { forwarding_numbers: numbers }),
    setInternationalDialing: (id: string, on: boolean): Promise<Ensured> =>
      keep(id, (now) => now.internationalDialing === on, { international_dialing_enabled: on }),

    /** The first mail address is the primary one. @throws ConnectorError `conflict` (`user-exists`) when somebody else has it. */
    setProfile: (id: string, { emails, firstName, lastName }: UserProfile): Promise<Ensured> =>
      keep(
        id,
        (now) =>
          (emails === undefined || (same(now.emails, emails) && now.emails[0] === emails[0])) &&
          (firstName === undefined || now.firstName === firstName) &&
          (lastName === undefined || now.lastName === lastName),
        {
          ...(emails === undefined ? {} : { emails }),
          ...(firstName === undefined ? {} : { first_name: firstName }),
          ...(lastName === undefined ? {} : { last_name: lastName }),
        },
      ),

    /**
     * Within a country numbers and licence go along; abroad the numbers are lost and Dialpad gives a new one.
     * @throws ConnectorError `no-seat` when the office has none free.
     */
    moveOffice: (id: string, officeId: string): Promise<Ensured> =>
      ensure({
        isSo: async () => (await present(id)).officeId === officeId,
        write: () => api.write('PATCH', '/users/{id}/move_office', { id }, { office_id: officeId }),
      }),
    /**
     * Groups may be dropped by Dialpad: diff them before and after. `keepNumbers`: a number kept under a Support licence takes
     * an additional-number licence of the office; without keeping, the numbers are un-assigned, which may lose them.
     * @throws ConnectorError `no-seat`.
     */
    setLicense: (id: string, license: string, { keepNumbers = true }: { readonly keepNumbers?: boolean } = {}): Promise<Ensured> =>
      keep(id, (now) => now.license === license, { license, keep_paid_numbers: keepNumbers }),

    /** The line of no return: Dialpad keeps the user for 72 h, and only its console can restore one. */
    deleteUser: (id: string): Promise<Ensured> =>
      ensure({
        isSo: async () => {
          const now = await readUser(id);
          return now === null || now.state === 'deleted';
        },
        write: () => api.write('DELETE', '/users/{id}', { id }),
      }),
  };
};

const same = (left: readonly string[], right: readonly string[]): boolean => left.length === right.length && left.every((each) => right.includes(each));
