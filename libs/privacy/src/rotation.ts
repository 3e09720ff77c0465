import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import type { KeyRow } from './keyring.ts';
import { LOOK_AGAIN_MS, masterKeysInFile, readMasterKeyFile, writeMasterKeyFile, type MasterKeyEntry } from './master-keys/file.ts';
import { MasterKeyError } from './master-keys/master-key.ts';

/** What a rotation needs of the place where wrapped keys are kept. */
export interface RotationTable {
  /** Live keys that are not wrapped under this master key. */
  readonly countOthers: (kekId: string) => Promise<number>;
  readonly nextOthers: (kekId: string, limit: number) => Promise<readonly (KeyRow & { readonly wrapped: Uint8Array })[]>;
  /** False when the key was destroyed or wrapped anew meanwhile. */
  readonly rewrap: (key: { readonly keyId: string; readonly from: string; readonly to: string; readonly wrapped: Uint8Array }) => Promise<boolean>;
  /** From here on nothing can be wrapped under it. False while something still is. */
  readonly retire: (kekId: string) => Promise<boolean>;
  readonly readmit: (kekId: string) => Promise<void>;
}

export interface Rotated {
  readonly from: readonly string[];
  readonly to: string;
  readonly rewrapped: number;
  /** Where the retired keys lie now; null where a KMS keeps it. */
  readonly keptIn: readonly string[];
}

const BATCH = 100;
const AT_ONCE = 8;

/**
 * A new master key, everything wrapped anew under it, and the old one refused, while the system runs. Killed anywhere, it
 * goes on where it was when it is run again: what has still to be done is written in the file and in every row.
 */
export const rotateMaster = async (options: {
  readonly file: string;
  readonly table: RotationTable;
  /** Id of a key of the file in state `ready`; without one a local key is made. */
  readonly to?: string | undefined;
  readonly onProgress?: (done: number, of: number) => void;
  readonly now?: () => string;
}): Promise<Rotated> => {
  const { file, table, to, onProgress = () => undefined, now = () => new Date().toISOString() } = options;
  const entries = begun(readMasterKeyFile(file), to);
  writeMasterKeyFile(file, entries);
  const current = entries.find((each) => each.state === 'current')?.id ?? '';
  const leaving = entries.filter((each) => each.state === 'leaving');

  let rewrapped = await rewrapAll(file, table, current, onProgress);
  for (const { id } of leaving) {
    // A process that read the file just before it changed may still wrap under the old key for a moment.
    while (!(await table.retire(id))) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS / 2));
      rewrapped += await rewrapAll(file, table, current, onProgress);
    }
  }
  const keptIn = leaving.flatMap((each) => putAside(file, each));
  writeMasterKeyFile(
    file,
    readMasterKeyFile(file).map((each) => (each.state === 'leaving' ? retired(each, now()) : each)),
  );

  return { from: leaving.map((each) => each.id), to: current, rewrapped, keptIn };
};

/** A rotation that was begun is gone on with; only a finished one is followed by another. */
const begun = (entries: readonly MasterKeyEntry[], to: string | undefined): readonly MasterKeyEntry[] => {
  if (entries.some((each) => each.state === 'leaving')) return entries;
  const next = to === undefined ? freshKey(entries) : entries.find((each) => each.id === to && each.state === 'ready');
  if (!next) throw new MasterKeyError('unknown', `the master key ${to} is not in the file in state ready`);
  const others = entries.filter((each) => each.id !== next.id).map((each): MasterKeyEntry => (each.state === 'current' ? { ...each, state: 'leaving' } : each));

  return [...others, { ...next, state: 'current' }];
};

/** A key of the file that is not used yet: copied to every machine before a rotation to it. */
export const addMaster = (file: string): string => {
  const entries = readMasterKeyFile(file);
  const added = freshKey(entries);
  writeMasterKeyFile(file, [...entries, added]);

  return added.id;
};

const freshKey = (entries: readonly MasterKeyEntry[]): MasterKeyEntry => {
  const numbers = entries.map((each) => Number(/^master-(\d+)$/.exec(each.id)?.[1] ?? 0));
  return { id: `master-${Math.max(0, ...numbers) + 1}`, state: 'ready', local: randomBytes(32).toString('base64') };
};

const retired = ({ id, first }: MasterKeyEntry, at: string): MasterKeyEntry => ({ id, state: 'retired', retiredAt: at, ...(first ? { first } : {}) });

/** Out of the running system's reach, for as long as there are backups whose keys it wraps; destroyed with the last of them. */
const putAside = (file: string, entry: MasterKeyEntry): readonly string[] => {
  if (entry.local === undefined) return [];
  const aside = `${file}.retired-${entry.id}`;
  writeFileSync(`${aside}.new`, `${JSON.stringify({ id: entry.id, local: entry.local, ...(entry.first ? { first: true } : {}) })}\n`, { mode: 0o600 });
  renameSync(`${aside}.new`, aside);

  return [aside];
};

/** After a restore: the backup's keys are wrapped under a key that was retired since. The next rotation ends its stay. */
export const bringBack = async (file: string, aside: MasterKeyEntry, table: Pick<RotationTable, 'readmit'>): Promise<void> => {
  const others = readMasterKeyFile(file).filter((each) => each.id !== aside.id);
  writeMasterKeyFile(file, [{ ...aside, state: 'leaving' }, ...others]);
  await table.readmit(aside.id);
};

const rewrapAll = async (file: string, table: RotationTable, current: string, onProgress: (done: number, of: number) => void): Promise<number> => {
  const keys = masterKeysInFile(file);
  const to = await keys.byId(current);
  const of = await table.countOthers(current);
  let done = 0;

  for (;;) {
    const rows = await table.nextOthers(current, BATCH);
    if (rows.length === 0) return done;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const some = rows.slice(at, at + AT_ONCE);
      const moved = await Promise.all(
        some.map(async ({ keyId, kekId, wrapped }) => {
          const dek = await (await keys.byId(kekId)).unwrap(wrapped, keyId);
          return table.rewrap({ keyId, from: kekId, to: current, wrapped: await to.wrap(dek, keyId) });
        }),
      );
      done += moved.filter(Boolean).length;
    }
    onProgress(done, Math.max(of, done));
  }
};
