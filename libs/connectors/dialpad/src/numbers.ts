import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import { ensure, type Settle } from './ensure.ts';
import type { DialpadUser, Ensured, PhoneNumber, RoutingTarget } from './types.ts';
import { holder, number } from './wire/numbers.ts';

export interface NumberAssignment {
  /** E.164. */
  readonly number: string;
  readonly target: RoutingTarget;
  readonly primary: boolean;
  /** Who may hold it now; from anybody else it is never taken. */
  readonly from?: string;
}

/** A number that Dialpad chooses: of the pool first, else a new one. */
export interface NewNumber {
  readonly target: RoutingTarget;
  /** Without one Dialpad takes that of the office. */
  readonly areaCode?: string;
  readonly primary?: boolean;
  /** What the target had, so that a repeat sees its own success. */
  readonly before: readonly string[];
  /** An earlier attempt may have been cut off in the middle: look longer before asking for a number. */
  readonly repeated?: boolean;
}

export interface NumberSwap {
  readonly target: RoutingTarget;
  /** The number that is given up: the target's primary one. */
  readonly old: string;
  readonly wanted: { readonly number: string } | { readonly areaCode: string } | 'any';
  readonly before: readonly string[];
  /** An earlier attempt may have been cut off in the middle: look longer before swapping. */
  readonly repeated?: boolean;
}

export type NumberStatus = 'available' | 'call_center' | 'call_router' | 'department' | 'dynamic_caller' | 'office' | 'pending' | 'porting' | 'room' | 'user';

/** What can hold numbers and shows them. */
const HOLDERS: Readonly<Record<string, string>> = {
  user: '/users/{id}',
  office: '/offices/{id}',
  department: '/departments/{id}',
  callcenter: '/callcenters/{id}',
  callrouter: '/callrouters/{id}',
};

export const numberApi = (api: Api, readUser: (id: string) => Promise<DialpadUser | null>, settle: Settle) => {
  const readNumber = (e164: string): Promise<PhoneNumber | null> => api.find(number, '/numbers/{number}', { number: e164 });
  const numbersOf = async (userId: string): Promise<readonly { readonly number: string }[]> =>
    ((await readUser(userId))?.phoneNumbers ?? []).map((each) => ({ number: each }));
  const numbersOfTarget = async ({ type, id }: RoutingTarget): Promise<readonly string[]> => {
    const path = HOLDERS[type];
    if (path === undefined) throw new ConnectorError({ kind: 'invalid', operation: 'numbers', code: `target-type.${type}`, ambiguous: false });
    return (await api.find(holder, path, { id }))?.phone_numbers ?? [];
  };
  const gained = async (target: RoutingTarget, before: readonly string[]): Promise<boolean> =>
    (await numbersOfTarget(target)).some((each) => !before.includes(each));
  const taken = (operation: string): ConnectorError => new ConnectorError({ kind: 'conflict', operation, code: 'number-taken', ambiguous: false });
  const remove = (e164: string, query: Record<string, string> = {}): Promise<void> =>
    api.write('DELETE', '/numbers/{number}', { number: e164 }, undefined, query);

  return {
    readNumber,
    numbersOf,
    /** Of a user, an office's main line, a department, a call center or a call router; the primary one first. */
    numbersOfTarget,
    /** Every number of the company, or those of one status. */
    numbers: (status?: NumberStatus): Promise<readonly PhoneNumber[]> => api.list(number, '/numbers', {}, { status }),
    /** In the company's pool, ready to be given. */
    pooledNumbers: async (officeId?: string): Promise<readonly PhoneNumber[]> =>
      (await api.list(number, '/numbers', {}, { status: 'available' })).filter(
        (each) => each.status === 'available' && (officeId === undefined || each.officeId === officeId),
      ),

    /**
     * To a user, an office's main line, a department, a call center or a call router.
     * @throws ConnectorError `conflict` (`number-taken`) when somebody else holds it, `not-found` (`number-unknown`).
     */
    assignNumber: ({ number: e164, target, primary, from }: NumberAssignment): Promise<Ensured> => {
      const operation = 'POST /numbers/{number}/assign';
      return ensure({
        isSo: async () => {
          const now = await readNumber(e164);
          if (now === null) throw new ConnectorError({ kind: 'not-found', operation, code: 'number-unknown', ambiguous: false });
          if (now.targetId === target.id) return true;
          if (now.targetId !== null && now.targetId !== from) throw taken(operation);
          return false;
        },
        write: () => api.write('POST', '/numbers/{number}/assign', { number: e164 }, { target_id: target.id, target_type: target.type, primary }),
      });
    },

    /** Asked for again it is found by what the target gained, so that there is never a second one. */
    assignNewNumber: ({ target, areaCode, primary = true, before, repeated = false }: NewNumber): Promise<Ensured> =>
      ensure({
        isSo: () => gained(target, before),
        write: () =>
          target.type === 'user'
            ? api.write('POST', '/users/{id}/assign_number', { id: target.id }, { ...wish(areaCode), primary })
            : api.write('POST', '/numbers/assign', {}, { target_id: target.id, target_type: target.type, ...wish(areaCode), primary }),
        settle,
        repeated,
      }),

    /**
     * Back to the company's pool; a company without one loses the number (Dialpad's description of `DELETE /numbers/{number}`).
     * @throws ConnectorError `conflict` (`number-taken`) when somebody else than `from` holds it by now.
     */
    poolNumber: (e164: string, { from }: { readonly from?: string } = {}): Promise<Ensured> =>
      ensure({
        isSo: async () => {
          const now = await readNumber(e164);
          if (now === null || now.status === 'available') return true;
          if (from !== undefined && now.targetId !== null && now.targetId !== from) throw taken('DELETE /numbers/{number}');
          return false;
        },
        write: () => remove(e164),
      }),

    /**
     * Gives the number up to the public, for ever: nothing brings it back. Only out of the pool, so that no line loses the
     * number it rings on. @throws ConnectorError `conflict` (`number-taken`) when it is not in the pool.
     */
    releaseNumber: (e164: string): Promise<Ensured> =>
      ensure({
        isSo: async () => {
          const now = await readNumber(e164);
          if (now !== null && now.status !== 'available') throw taken('DELETE /numbers/{number}');
          return now === null;
        },
        write: () => remove(e164, { release: 'true' }),
      }),

    /**
     * Another primary number in place of the old one. Dialpad does not say what becomes of the old one: ask for approval as
     * for a lost number. @throws ConnectorError `conflict`: `number-taken` when the target does not hold the old one any more.
     */
    swapNumber: ({ target, old, wanted, before, repeated = false }: NumberSwap): Promise<Ensured> =>
      ensure({
        isSo: async () => {
          const now = await numbersOfTarget(target);
          if (typeof wanted === 'object' && 'number' in wanted ? now.includes(wanted.number) : now.some((each) => !before.includes(each))) return true;
          if (!now.includes(old)) throw taken('POST /numbers/swap');
          return false;
        },
        write: () => api.write('POST', '/numbers/swap', {}, { target: { target_id: target.id, target_type: target.type }, swap_details: swapDetails(wanted) }),
        settle,
        repeated,
      }),
  };
};

const wish = (areaCode: string | undefined): object => (areaCode === undefined ? {} : { area_code: areaCode });

const swapDetails = (wanted: NumberSwap['wanted']): object => {
  if (wanted === 'any') return { type: 'auto' };
  return 'number' in wanted ? { type: 'provided_number', number: wanted.number } : { type: 'area_code', area_code: wanted.areaCode };
};
