import { rootOf, type Frontier } from '@handover/merkle';
import { readStatement, sha256, stateKey, type PublicKey, type Signer } from '@handover/record-proof';
import type { Queryable } from './verify/problem.ts';

export interface LogKey extends PublicKey {
  /** ISO instant, as its statement says. */
  readonly since: string;
  /** Signed by the key itself and by the key before it (`readStatement`, `followKeys` of record-proof). */
  readonly statement: string;
}

interface KeyRow {
  readonly key_id: string;
  readonly origin: string;
  readonly public_key: string;
  readonly since: Date;
  readonly statement: string;
}

const KEYS = 'SELECT key_id, origin, public_key, since, statement FROM ev.log_key ORDER BY since, key_id';

const keyOf = (row: KeyRow): LogKey => ({
  origin: row.origin,
  keyId: row.key_id,
  publicKey: row.public_key,
  since: row.since.toISOString(),
  statement: row.statement,
});

/** All that ever signed, the oldest first. */
export const checkpointKeys = async (dataSource: Queryable): Promise<readonly LogKey[]> => ((await dataSource.query(KEYS)) as KeyRow[]).map(keyOf);

/** The key that signs now: the one that no other has replaced. */
export const currentKey = (keys: readonly LogKey[]): LogKey | null => {
  const replaced = keys.map(({ statement }) => readStatement(statement)).map((read) => (read.ok ? read.said.previous : null));
  return keys.filter(({ keyId }) => !replaced.includes(keyId)).at(-1) ?? null;
};

/** Why a checkpoint was not signed: this process has a key that is not, or no longer, the log's. */
export type NotSigned = 'key replaced' | 'key unknown';

export type Signed = { readonly note: string | null } | { readonly refused: NotSigned };

/** Signs the log as it is in this transaction; `note` is null when that was done before, or when there is nothing yet. */
export const signCheckpoint = async (runner: Queryable, signer: Signer, frontier: Frontier, at: Date): Promise<Signed> => {
  const { size } = frontier;
  if (size === 0) return { note: null };
  const keys = await checkpointKeys(runner);
  if (keys.length === 0) await insertKey(runner, signer, stateKey(signer, null, { size: 0, at }), at);
  else if (currentKey(keys)?.keyId !== signer.keyId) return { refused: keys.some(({ keyId }) => keyId === signer.keyId) ? 'key replaced' : 'key unknown' };

  return { note: await insertCheckpoint(runner, signer, frontier, at) };
};

const insertCheckpoint = async (runner: Queryable, signer: Signer, frontier: Frontier, at: Date): Promise<string | null> => {
  const root = rootOf(sha256, frontier);
  const note = signer.note({ size: frontier.size, root }, at);
  const kept = (await runner.query(
    `INSERT INTO ev.log_checkpoint (size, key_id, root, note, at) VALUES ($1, $2, $3, $4, date_trunc('second', $5::timestamptz))
       ON CONFLICT DO NOTHING RETURNING size`,
    [frontier.size, signer.keyId, Buffer.from(root), note, at],
  )) as unknown[];
  return kept.length > 0 ? note : null;
};

const insertKey = (runner: Queryable, { keyId, origin, publicKey }: Signer, statement: string, at: Date): Promise<unknown> =>
  runner.query(`INSERT INTO ev.log_key (key_id, origin, public_key, since, statement) VALUES ($1, $2, $3, date_trunc('second', $4::timestamptz), $5)`, [
    keyId,
    origin,
    publicKey,
    at,
    statement,
  ]);

/** The log's key cannot be replaced as asked. */
export class KeyRefused extends Error {}

/**
 * From here on `next` signs, and the key of now has signed that it does. `previous` null: that key is lost, nobody vouches
 * for the new one, and every verifier has to be told of it. In the transaction of the caller, who holds the sequencer's lock.
 * @throws KeyRefused when `previous` is not the key of now.
 */
export const replaceKey = async (runner: Queryable, previous: Signer | null, next: Signer, frontier: Frontier, at: Date): Promise<void> => {
  const keys = await checkpointKeys(runner);
  const now = currentKey(keys);
  if (previous !== null && now !== null && now.keyId !== previous.keyId)
    throw new KeyRefused(`the key ${previous.keyId} is not the one that signs now (${now.keyId}): it cannot vouch for another`);
  if (keys.some(({ keyId }) => keyId === next.keyId)) throw new KeyRefused(`the key ${next.keyId} was used before`);
  // A log that nothing was signed in yet takes its first key first.
  if (now === null && previous !== null) await insertKey(runner, previous, stateKey(previous, null, { size: 0, at }), at);
  const statement = stateKey(next, previous, { size: frontier.size, at, ...(now ? { replaces: now.keyId } : {}) });
  await insertKey(runner, next, statement, at);
  if (frontier.size > 0) await insertCheckpoint(runner, next, frontier, at);
};
