import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, readEnv, reshredEnv } from '@handover/config';
import { Inbox, People, PostgresEventStore, SchemaError, assertMigrated, keyTable, openDatabase, scrubKeys } from '@handover/event-store-postgres';
import { Keyring, MasterKeyError, masterKeysOf } from '@handover/privacy';
import { bodiesIn } from './compose.ts';
import { erasedStayErased } from './reshred.ts';

/** Erases again whom a restored backup has brought back, and ends. Lists are the lines of HANDOVER_ERASURES_FILE, or an export of the record. */
const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
  const env = readEnv(reshredEnv, process.env);
  for (const list of positionals) readFileSync(list); // a list that is named and not there is a mistake
  const dataSource = await openDatabase(env.DATABASE_OWNER_URL ?? env.DATABASE_URL, { name: 'handover-reshred', poolSize: 4 });
  try {
    await assertMigrated(dataSource);
    const keyring = new Keyring(masterKeysOf(env), keyTable(dataSource));
    const indexOf = (source: string, employeeId: string): Promise<string> => keyring.blindIndex('person', source, employeeId);
    const bodies = bodiesIn(new Inbox(dataSource, keyring), new People(dataSource), indexOf);
    const parts = { bodies, store: new PostgresEventStore(dataSource, keyring) };
    const files = [...(env.HANDOVER_ERASURES_FILE === undefined ? [] : [env.HANDOVER_ERASURES_FILE]), ...positionals];
    const erased = await erasedStayErased(parts, dataSource, files);
    if (erased.length > 0) await scrubKeys(dataSource, 60_000);
    console.log(values.json ? JSON.stringify({ erased }) : erased.length === 0 ? 'Everybody who is erased is erased.' : `Erased again: ${erased.join(', ')}`);
  } finally {
    await dataSource.destroy();
  }
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isPlain = [ConfigError, MasterKeyError, SchemaError].some((each) => error instanceof each) || (error as NodeJS.ErrnoException).code === 'ENOENT';
    console.error(isPlain ? (error as Error).message : error);
    process.exit(1);
  },
);
