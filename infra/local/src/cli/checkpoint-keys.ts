import { generateKeyPairSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadSecretFile } from '@handover/config';
import { KeyRefused, checkpointKeys, currentKey, openDatabase, rotateKey } from '@handover/event-store-postgres';
import { signerOf, vkeyOf, type Signer } from '@handover/record-proof';
import { StartError, type Say } from '@handover/servers';
import { root } from '../root.ts';
import { localOf } from './local.ts';

export interface CheckpointKeysArgs {
  readonly dataDir: string | undefined;
  readonly json: boolean;
  /** The key of now cannot be used any more: the next one comes without its word. */
  readonly lost: boolean;
}

const fileOf = (dataDir: string | undefined): string =>
  process.env['HANDOVER_CHECKPOINT_KEY_FILE'] || join(resolve(root, dataDir ?? process.env['HANDOVER_DATA_DIR'] ?? '.data'), 'secrets', 'checkpoint.pem');

const databaseOf = (dataDir: string | undefined) =>
  openDatabase(process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-keys', poolSize: 2 });

/** The public keys of the log, as `verify --keys` takes them; `vkey` is what other tools for signed notes take. */
export const showCheckpointKeys = async ({ dataDir, json }: CheckpointKeysArgs, say: Say): Promise<number> => {
  const db = await databaseOf(dataDir);
  try {
    const keys = await checkpointKeys(db);
    const now = currentKey(keys)?.keyId;
    if (json) say(JSON.stringify({ keys: keys.map((key) => ({ ...key, vkey: vkeyOf(key), signsNow: key.keyId === now })) }));
    else for (const key of keys) say(`  ${vkeyOf(key)}  since ${key.since}${key.keyId === now ? ', signs now' : ', replaced'}`);
    if (!json && keys.length === 0) say('Nothing was signed yet.');
    return 0;
  } finally {
    await db.destroy();
  }
};

/**
 * A new key, vouched for by the one of now, which is gone afterwards. Killed in the middle, the next run goes on: the new
 * key waits beside the old one until the log knows it.
 */
export const rotateCheckpointKey = async ({ dataDir, json, lost }: CheckpointKeysArgs, say: Say): Promise<number> => {
  const file = fileOf(dataDir);
  const waiting = `${file}.next`;
  const db = await databaseOf(dataDir);
  try {
    const now = currentKey(await checkpointKeys(db));
    const origin = now?.origin ?? (process.env['HANDOVER_ORIGIN'] || 'handover');
    if (!existsSync(waiting)) writeKey(waiting);
    const next = signerOf(loadSecretFile(waiting).reveal(), origin);
    if (now?.keyId !== next.keyId) await rotateKey(db, { previous: lost ? null : previousIn(file, origin), next });
    renameSync(waiting, file);
    const { keyId, publicKey } = next;
    if (json) say(JSON.stringify({ keyId, publicKey, vkey: vkeyOf(next), replaces: now?.keyId ?? null, endorsed: !lost }));
    else {
      say(`${vkeyOf(next)} signs from now on. Running workers take it up by themselves; workers on other machines need a copy of ${file}.`);
      say(
        lost
          ? 'The key before did not vouch for it: give it to every auditor by a way that they trust, or they will not accept what it signs.'
          : 'The key before vouches for it: whoever has that one can follow (handover keys show). Its private half is gone.',
      );
    }
    return 0;
  } catch (error) {
    throw error instanceof KeyRefused ? new StartError(error.message) : error;
  } finally {
    await db.destroy();
  }
};

const previousIn = (file: string, origin: string): Signer => {
  if (!existsSync(file)) throw new StartError(`the key that signs now is not in ${file} (HANDOVER_CHECKPOINT_KEY_FILE); if it is lost, say so: --lost`);
  return signerOf(loadSecretFile(file).reveal(), origin);
};

/** On the disk before the log knows of it: a key that the log names and nobody has would be the end of signing. */
const writeKey = (file: string): void => {
  const pem = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const half = openSync(`${file}.half`, 'w', 0o600);
  writeSync(half, pem);
  fsyncSync(half);
  closeSync(half);
  renameSync(`${file}.half`, file);
};
