import type { PublicKey } from '@handover/record-proof';
import type { DataSource } from 'typeorm';

/** Before the first pack is signed with it: a signature by a key that nobody announced proves nothing. */
export const announcePackKey = async (dataSource: DataSource, { keyId, origin, publicKey }: PublicKey): Promise<void> => {
  await dataSource.query('INSERT INTO ev.pack_key (key_id, origin, public_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [keyId, origin, publicKey]);
};

/** Oldest first: packs that were signed with earlier keys stay verifiable. */
export const packKeys = async (dataSource: DataSource): Promise<readonly PublicKey[]> =>
  (
    (await dataSource.query('SELECT key_id, origin, public_key FROM ev.pack_key ORDER BY since')) as { key_id: string; origin: string; public_key: string }[]
  ).map((row) => ({ keyId: row.key_id, origin: row.origin, publicKey: row.public_key }));
