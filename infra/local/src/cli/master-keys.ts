import { join, resolve } from 'node:path';
import { openDatabase, rotatingAlone, rotationTable, scrubKeys } from '@handover/event-store-postgres';
import { addMaster, bringBack, parseMasterKeys, readMasterKeyFile, rotateMaster } from '@handover/privacy';
import { StartError, type Say } from '@handover/servers';
import { root } from '../root.ts';
import { localOf, readFile } from './local.ts';

export interface MasterKeysArgs {
  readonly dataDir: string | undefined;
  readonly json: boolean;
  readonly to: string | undefined;
}

/** The file that the running parts follow: by environment, or the one of the data folder. */
export const masterKeyFileOf = (dataDir: string | undefined): string =>
  process.env['HANDOVER_MASTER_KEY_FILE'] || join(resolve(root, dataDir ?? process.env['HANDOVER_DATA_DIR'] ?? '.data'), 'secrets', 'master.key');

const databaseOf = (dataDir: string | undefined) =>
  openDatabase(process.env['DATABASE_OWNER_URL'] || process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-keys', poolSize: 12 });

/** Which master keys there are, what each is for, and how many persons' keys each wraps. */
export const showMasterKeys = async ({ dataDir, json }: MasterKeysArgs, say: Say): Promise<number> => {
  const db = await databaseOf(dataDir);
  try {
    const rows = (await db.query('SELECT kek_id, count(*)::int AS n FROM ev.subject_key WHERE wrapped_dek IS NOT NULL GROUP BY 1')) as {
      kek_id: string;
      n: number;
    }[];
    const keys = readMasterKeyFile(masterKeyFileOf(dataDir)).map(({ id, state, transit, retiredAt }) => ({
      id,
      state,
      kept: state === 'retired' ? null : transit ? 'kms' : 'file',
      retiredAt: retiredAt ?? null,
      wraps: rows.find((row) => row.kek_id === id)?.n ?? 0,
    }));
    if (json) say(JSON.stringify({ keys }));
    else for (const { id, state, wraps, retiredAt } of keys) say(`  ${id.padEnd(16)} ${state}${retiredAt ? ` since ${retiredAt}` : ''}, wraps ${wraps} keys`);
    return 0;
  } finally {
    await db.destroy();
  }
};

/** A key for later: where processes run on several machines, each must have it before it is rotated to. */
export const addMasterKey = ({ dataDir, json }: MasterKeysArgs, say: Say): number => {
  const id = addMaster(masterKeyFileOf(dataDir));
  say(json ? JSON.stringify({ id }) : `Added ${id}, not in use yet. Copy the file to every machine, then: keys rotate master --to ${id}`);
  return 0;
};

export const rotateMasterKey = async ({ dataDir, json, to }: MasterKeysArgs, say: Say): Promise<number> => {
  const file = masterKeyFileOf(dataDir);
  const db = await databaseOf(dataDir);
  try {
    let shown = 0;
    const onProgress = (done: number, of: number): void => {
      if (json || (done < of && Date.now() - shown < 500)) return;
      shown = Date.now();
      say(`  wrapped anew: ${done} of ${of} keys`);
    };
    const rotated = await rotatingAlone(db, () => rotateMaster({ file, to, onProgress, table: rotationTable(db) }));
    await scrubKeys(db, 60_000); // what was wrapped under the old key is not left in the table's pages
    if (json) say(JSON.stringify(rotated));
    else {
      say(
        `${rotated.to} is the master key now; ${rotated.from.join(', ')} is retired and refused. Running parts follow the file; nothing has to be restarted.`,
      );
      for (const kept of rotated.keptIn)
        say(`Keep ${kept} with the backups made before now, away from this machine, and destroy it with the last of them: only then is an erasure complete.`);
    }
    return 0;
  } finally {
    await db.destroy();
  }
};

export const bringMasterKeyBack = async ({ dataDir, json }: MasterKeysArgs, from: string | undefined, say: Say): Promise<number> => {
  if (from === undefined) throw new StartError('name the file that the retired key was kept in: keys bring-back FILE');
  const kept = JSON.parse(readFile(from)) as object;
  const [entry] = parseMasterKeys(JSON.stringify({ keys: [{ ...kept, state: 'current' }] }), from);
  if (!entry) throw new StartError(`the file ${from} holds no key`);
  const db = await databaseOf(dataDir);
  try {
    await bringBack(masterKeyFileOf(dataDir), entry, rotationTable(db));
    say(json ? JSON.stringify({ id: entry.id }) : `${entry.id} unwraps again. Now: handover reshred, then handover keys rotate master, which ends its stay.`);
    return 0;
  } finally {
    await db.destroy();
  }
};
