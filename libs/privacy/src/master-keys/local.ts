import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, subKey } from '../crypto.ts';
import type { MasterKey, MasterKeys } from './master-key.ts';
import { MasterKeyError } from './master-key.ts';

/** 32 random bytes, held by this process: for one machine, and wherever the file is guarded as well as a KMS would be. */
export const localMasterKey = (id: string, bytes: Uint8Array): MasterKey => {
  const kek = subKey(bytes, 'kek');

  return {
    id,
    wrap: (key, context) => Promise.resolve(encrypt(kek, randomBytes(12), key, context)),
    unwrap: (wrapped, context) => Promise.resolve(decrypt(kek, wrapped, context)),
  };
};

/** The only one, for ever: tests, and what was before rotation. */
export const singleMasterKey = (bytes: Uint8Array, id = 'master-1'): MasterKeys => {
  const only = localMasterKey(id, bytes);

  return {
    current: () => Promise.resolve(only),
    byId: (wanted) =>
      wanted === id ? Promise.resolve(only) : Promise.reject(new MasterKeyError('unknown', `the master key ${wanted} is not configured; only ${id} is`)),
    refresh: () => undefined,
    seed: (purpose) => Promise.resolve(subKey(bytes, purpose)),
  };
};
