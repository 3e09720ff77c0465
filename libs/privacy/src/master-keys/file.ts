import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { subKey } from '../crypto.ts';
import { localMasterKey } from './local.ts';
import { MasterKeyError, type MasterKey, type MasterKeys } from './master-key.ts';
import { transitMasterKey } from './transit.ts';

const id = z.string().regex(/^[\w.-]{1,64}$/, 'expected an id like master-2');
const bytes = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes in base64: openssl rand -base64 32');
const transit = z.strictObject({
  address: z.url(),
  mount: z.string().default('transit'),
  key: z.string().min(1),
  version: z.number().int().positive().optional(),
  tokenFile: z.string().min(1),
  namespace: z.string().optional(),
});

/** `ready`: known and not used yet. `leaving`: still unwraps, until nothing is wrapped under it. `retired`: refused. */
const entry = z
  .strictObject({
    id,
    state: z.enum(['ready', 'current', 'leaving', 'retired']),
    local: bytes.optional(),
    transit: transit.optional(),
    retiredAt: z.iso.datetime().optional(),
    /** The key that the first release derived its own keys from. */
    first: z.boolean().optional(),
  })
  .refine((key) => key.state === 'retired' || (key.local === undefined) !== (key.transit === undefined), 'expected either local or transit');
const document = z
  .strictObject({ keys: z.array(entry).min(1) })
  .refine(({ keys }) => keys.filter((key) => key.state === 'current').length === 1, 'expected exactly one key in state current')
  .refine(({ keys }) => new Set(keys.map((key) => key.id)).size === keys.length, 'expected every id once');

export type MasterKeyEntry = z.infer<typeof entry>;

/** A single line of base64, as the first release wrote it, is the key `master-1`. @throws MasterKeyError */
export const parseMasterKeys = (text: string, name: string): readonly MasterKeyEntry[] => {
  const plain = bytes.safeParse(text.trim());
  if (plain.success) return [{ id: 'master-1', state: 'current', local: plain.data, first: true }];
  const json = z.string().transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected 32 bytes in base64, or JSON with keys' });
      return z.NEVER;
    }
  });
  const parsed = json.pipe(document).safeParse(text);
  if (parsed.success) return parsed.data.keys;
  const issues = parsed.error.issues.map((issue) => `  ${issue.path.map(String).join('.') || '(top)'}: ${issue.message}`);

  throw new MasterKeyError('unreadable', `the master keys of ${name} are not valid:\n${issues.join('\n')}`);
};

export const readMasterKeyFile = (file: string): readonly MasterKeyEntry[] => {
  try {
    return parseMasterKeys(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof MasterKeyError) throw error;
    throw new MasterKeyError('unreadable', `the master key file ${file} cannot be read; check the path and its owner`, { cause: error });
  }
};

/** Whole or not at all: a reader never sees half a file. */
export const writeMasterKeyFile = (file: string, keys: readonly MasterKeyEntry[]): void => {
  document.parse({ keys });
  writeFileSync(`${file}.new`, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

/** How long a process may go on with what it read before it looks at the file again. */
export const LOOK_AGAIN_MS = 1_000;

/** Follows the file: after a rotation every process wraps under the new key within a second, without a restart. */
export const masterKeysInFile = (file: string): MasterKeys => {
  let changed = '';
  return masterKeysFrom(
    () => readMasterKeyFile(file),
    () => {
      const { mtimeMs, ino, size } = statSync(file);
      const seen = `${mtimeMs}/${ino}/${size}`;
      const isNew = seen !== changed;
      changed = seen;
      return isNew;
    },
  );
};

/** From an environment variable: what it says is so until the next start. */
export const masterKeysInText = (text: string, name: string): MasterKeys => {
  const keys = parseMasterKeys(text, name);
  return masterKeysFrom(
    () => keys,
    () => false,
  );
};

/** @throws MasterKeyError when neither is named. */
export const masterKeysOf = (env: {
  readonly HANDOVER_MASTER_KEY_FILE?: string | undefined;
  readonly HANDOVER_MASTER_KEYS?: string | undefined;
}): MasterKeys => {
  if (env.HANDOVER_MASTER_KEY_FILE !== undefined) {
    readMasterKeyFile(env.HANDOVER_MASTER_KEY_FILE); // a bad one is said at the start
    return masterKeysInFile(env.HANDOVER_MASTER_KEY_FILE);
  }
  if (env.HANDOVER_MASTER_KEYS !== undefined) return masterKeysInText(env.HANDOVER_MASTER_KEYS, 'HANDOVER_MASTER_KEYS');
  throw new MasterKeyError('unreadable', 'set HANDOVER_MASTER_KEY_FILE (or HANDOVER_MASTER_KEYS): 32 bytes in base64, or JSON with keys');
};

const masterKeysFrom = (read: () => readonly MasterKeyEntry[], hasChanged: () => boolean): MasterKeys => {
  let entries: readonly MasterKeyEntry[] | null = null;
  let looked = 0;
  const made = new Map<string, MasterKey>();
  const look = (): readonly MasterKeyEntry[] => {
    if (entries !== null && Date.now() - looked < LOOK_AGAIN_MS) return entries;
    looked = Date.now();
    if (entries !== null && !hasChanged()) return entries;
    made.clear();
    return (entries = read());
  };
  const keyOf = (from: MasterKeyEntry): MasterKey => {
    const known = made.get(from.id);
    if (known) return known;
    const key = from.transit ? transitMasterKey(from.id, from.transit) : localMasterKey(from.id, Buffer.from(from.local ?? '', 'base64'));
    made.set(from.id, key);
    return key;
  };
  const found = (wanted: string): MasterKeyEntry | undefined => look().find((each) => each.id === wanted);
  const refresh = (): void => void (looked = 0);

  return {
    refresh,
    current: async () => {
      const current = look().find((each) => each.state === 'current');
      if (!current) throw new MasterKeyError('unknown', 'no master key is in state current');
      return keyOf(current);
    },
    byId: async (wanted) => {
      if (!found(wanted)) refresh();
      const entryOf = found(wanted);
      if (!entryOf)
        throw new MasterKeyError(
          'unknown',
          `a key is wrapped under master key ${wanted}, which is not configured here; a restored backup needs the keys of its time: npm run handover -- keys bring-back FILE`,
        );
      if (entryOf.state === 'retired')
        throw new MasterKeyError('retired', `the master key ${wanted} is retired and unwraps nothing any more; after a restore: keys bring-back FILE`);
      return keyOf(entryOf);
    },
    seed: async (purpose) => {
      const first = look().find((each) => each.first);
      return first?.local === undefined ? null : subKey(Buffer.from(first.local, 'base64'), purpose);
    },
  };
};
