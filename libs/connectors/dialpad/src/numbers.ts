import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import type { DialpadUser, Ensured, PhoneNumber, RoutingTarget } from './types.ts';
import { number } from './wire.ts';

export interface NumberAssignment {
  /** E.164. */
  readonly number: string;
  readonly target: RoutingTarget;
  readonly primary: boolean;
  /** Who may hold it now; from anybody else it is never taken. */
  readonly from?: string;
}

export const numberApi = (api: Api, readUser: (id: string) => Promise<DialpadUser | null>) => {
  const readNumber = (e164: string): Promise<PhoneNumber | null> => api.find(number, '/numbers/{number}', { number: e164 });
  const numbersOf = async (userId: string): Promise<readonly { readonly number: string }[]> =>
    ((await readUser(userId))?.phoneNumbers ?? []).map((each) => ({ number: each }));

  return {
    readNumber,
    numbersOf,
    /** In the company's pool, ready to be given. */
    pooledNumbers: async (officeId?: string): Promise<readonly PhoneNumber[]> =>
      (await api.list(number, '/numbers', {}, { status: 'available' })).filter(
        (each) => each.status === 'available' && (officeId === undefined || each.officeId === officeId),
      ),

    /** @throws ConnectorError `conflict` (`number-taken`) when somebody else holds it, `not-found` (`number-unknown`). */
    assignNumber: async ({ number: e164, target, primary, from }: NumberAssignment): Promise<Ensured> => {
      const operation = 'POST /numbers/{number}/assign';
      const now = await readNumber(e164);
      if (now === null) throw new ConnectorError({ kind: 'not-found', operation, code: 'number-unknown', ambiguous: false });
      if (now.targetId === target.id) return { changed: false };
      if (now.targetId !== null && now.targetId !== from) throw new ConnectorError({ kind: 'conflict', operation, code: 'number-taken', ambiguous: false });
      await api.write('POST', '/numbers/{number}/assign', { number: e164 }, { target_id: target.id, target_type: target.type, primary });

      return { changed: true };
    },

    /** Dialpad chooses the number. `before`: what the user had, so that a repeat sees its own success. */
    assignNumberByAreaCode: async ({
      userId,
      areaCode,
      before,
    }: {
      readonly userId: string;
      readonly areaCode: string;
      readonly before: readonly string[];
    }): Promise<Ensured> => {
      const gained = (await numbersOf(userId)).some((each) => !before.includes(each.number));
      if (gained) return { changed: false };
      await api.write('POST', '/users/{id}/assign_number', { id: userId }, { area_code: areaCode, primary: true });

      return { changed: true };
    },

    /** Back to the company's pool; a company without one loses the number (Dialpad's description of `DELETE /numbers/{number}`). */
    poolNumber: async (e164: string): Promise<Ensured> => {
      const now = await readNumber(e164);
      if (now === null || now.status === 'available') return { changed: false };
      await api.write('DELETE', '/numbers/{number}', { number: e164 });

      return { changed: true };
    },
  };
};
