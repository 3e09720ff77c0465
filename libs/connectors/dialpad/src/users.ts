import { ConnectorError, isConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import type { DeskPhone, DialpadUser, Ensured } from './types.ts';
import { device, user } from './wire.ts';

export interface Invitation {
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly officeId: string;
  readonly license: string;
}

/** Our clock and Dialpad's may differ by this much, in ms, when we ask whether a user is one we made. */
const CLOCK_SKEW_MS = 5 * 60_000;

export const userApi = (api: Api) => {
  const readUser = (id: string): Promise<DialpadUser | null> => api.find(user, '/users/{id}', { id });
  const findUsersByEmail = async (email: string): Promise<readonly DialpadUser[]> => {
    const wanted = email.toLowerCase();
    // The filter's exactness is not documented: what comes back is compared again.
    return (await api.list(user, '/users', {}, { email, state: 'all' })).filter((each) => each.emails.some((own) => own.toLowerCase() === wanted));
  };
  const patch = async (id: string, change: object): Promise<Ensured> => {
    await api.write('PATCH', '/users/{id}', { id }, change);
    return { changed: true };
  };
  const present = async (id: string): Promise<DialpadUser> => {
    const found = await readUser(id);
    if (!found) throw new ConnectorError({ kind: 'not-found', operation: 'PATCH /users/{id}', code: 'user-unknown', ambiguous: false });
    return found;
  };
  const deskPhones = (userId: string): Promise<readonly DeskPhone[]> => api.list(device, '/users/{parent_id}/deskphones', { parent_id: userId });

  return {
    /** `null` for a user that Dialpad does not know, or has purged. */
    readUser,
    /** Over every state; a deleted user may have lost its mail. */
    findUsersByEmail,
    companyAdmins: async (): Promise<readonly DialpadUser[]> =>
      (await api.list(user, '/users', {}, { company_admin: 'true', state: 'active' })).filter((each) => each.isSuperAdmin && each.state === 'active'),
    deskPhones,
    userDevices: (userId: string) => api.list(device, '/userdevices', {}, { user_id: userId }),

    /**
     * Dialpad has no idempotency key: a repeat looks by mail first. A user older than the step's start is somebody else's.
     * @throws ConnectorError `conflict` (`user-exists`), `refused`/`invalid` (`no-seat`).
     */
    inviteUser: async (invitation: Invitation, { startedAt }: { readonly startedAt: string }): Promise<Ensured> => {
      const known = (await findUsersByEmail(invitation.email)).filter((each) => each.state !== 'deleted');
      const ours = known.some((each) => each.dateAdded !== null && Date.parse(each.dateAdded) >= Date.parse(startedAt) - CLOCK_SKEW_MS);
      if (ours) return { changed: false };
      if (known.length > 0) throw new ConnectorError({ kind: 'conflict', operation: 'POST /users', code: 'user-exists', ambiguous: false });
      await api.write(
        'POST',
        '/users',
        {},
        {
          email: invitation.email,
          office_id: invitation.officeId,
          first_name: invitation.givenName,
          last_name: invitation.familyName,
          license: invitation.license,
          auto_assign: false,
        },
      );

      return { changed: true };
    },

    suspendUser: async (id: string): Promise<Ensured> => ((await present(id)).state === 'suspended' ? { changed: false } : patch(id, { state: 'suspended' })),
    /** @throws ConnectorError with code `no-seat` when the office has none free. */
    activateUser: async (id: string): Promise<Ensured> => ((await present(id)).state === 'active' ? { changed: false } : patch(id, { state: 'active' })),
    setCompanyAdmin: async (id: string, on: boolean): Promise<Ensured> =>
      (await present(id)).isSuperAdmin === on ? { changed: false } : patch(id, { is_super_admin: on }),
    /** The whole list: Dialpad is taken to replace, not to merge; the read-back tells. */
    setAdminOffices: async (id: string, officeIds: readonly string[]): Promise<Ensured> => {
      const now = (await present(id)).adminOfficeIds;
      return same(now, officeIds) ? { changed: false } : patch(id, { admin_office_ids: officeIds });
    },
    setForwarding: async (id: string, numbers: readonly string[]): Promise<Ensured> => {
      const now = (await present(id)).forwardingNumbers;
      return same(now, numbers) ? { changed: false } : patch(id, { forwarding_numbers: numbers });
    },

    /**
     * Within a country numbers and licence go along; abroad the numbers are lost and Dialpad gives a new one.
     * @throws ConnectorError `no-seat` when the office has none free.
     */
    moveOffice: async (id: string, officeId: string): Promise<Ensured> => {
      if ((await present(id)).officeId === officeId) return { changed: false };
      await api.write('PATCH', '/users/{id}/move_office', { id }, { office_id: officeId });
      return { changed: true };
    },
    /** Numbers are kept where the licence allows it; groups may be dropped by Dialpad. @throws ConnectorError `no-seat`. */
    setLicense: async (id: string, license: string): Promise<Ensured> =>
      (await present(id)).license === license ? { changed: false } : patch(id, { license, keep_paid_numbers: true }),

    /** The line of no return: Dialpad keeps the user for 72 h, and only its console can restore one. */
    deleteUser: async (id: string): Promise<Ensured> => {
      const now = await readUser(id);
      if (!now || now.state === 'deleted') return { changed: false };
      await api.write('DELETE', '/users/{id}', { id });
      return { changed: true };
    },

    removeDeskPhone: async (userId: string, phoneId: string): Promise<Ensured> => {
      if (!(await deskPhones(userId)).some((each) => each.id === phoneId)) return { changed: false };
      try {
        await api.write('DELETE', '/users/{parent_id}/deskphones/{id}', { parent_id: userId, id: phoneId });
      } catch (error) {
        if (isConnectorError(error, 'not-found')) return { changed: false };
        throw error;
      }
      return { changed: true };
    },
  };
};

const same = (left: readonly string[], right: readonly string[]): boolean => left.length === right.length && left.every((each) => right.includes(each));
