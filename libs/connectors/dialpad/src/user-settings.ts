import type { Api } from './api.ts';
import { ensure } from './ensure.ts';
import type { Address, CallerId, Ensured, Persona } from './types.ts';
import { address } from './wire/company.ts';
import { callerId, persona } from './wire/users.ts';

/** What a user shows and calls as, and where help is sent to. */
export const userSettingsApi = (api: Api) => {
  const readCallerId = (id: string): Promise<CallerId | null> => api.find(callerId, '/users/{id}/caller_id', { id });
  const readE911 = (id: string): Promise<Address | null> => api.get(address, '/users/{id}/e911', { id });

  return {
    /** `null` for a user that Dialpad does not know. */
    readCallerId,
    /** `'blocked'` hides it. @throws ConnectorError `invalid` when the user may not call from that number. */
    setCallerId: (id: string, wanted: string): Promise<Ensured> =>
      ensure({
        isSo: async () => (await readCallerId(id))?.callerId === wanted,
        write: () => api.write('POST', '/users/{id}/caller_id', { id }, { caller_id: wanted }),
      }),
    /** The lines a user can call as: their own, and those of their groups and offices. */
    personas: (id: string): Promise<readonly Persona[]> => api.whole(persona, '/users/{id}/personas', { id }),
    /** The address that an emergency call tells; `null` when none is set. */
    readE911,
    setE911: (id: string, wanted: Address, { useValidated = true }: { readonly useValidated?: boolean } = {}): Promise<Ensured> =>
      ensure({
        isSo: async () => isSameAddress(await readE911(id), wanted),
        write: () => api.write('PUT', '/users/{id}/e911', { id }, addressBody(wanted, { use_validated_option: useValidated })),
      }),
  };
};

export const addressBody = (wanted: Address, also: object): object => ({
  address: wanted.address,
  ...(wanted.address2 === null ? {} : { address2: wanted.address2 }),
  city: wanted.city,
  state: wanted.state,
  zip: wanted.zip,
  country: wanted.country,
  ...also,
});

/** Dialpad answers the country in lower case, and may spell a validated address in its own way. */
export const isSameAddress = (left: Address | null, right: Address): boolean =>
  left !== null && (['address', 'address2', 'city', 'state', 'zip', 'country'] as const).every((part) => plain(left[part]) === plain(right[part]));

const plain = (part: string | null): string => (part ?? '').trim().toLowerCase();
