import { randomBytes } from 'node:crypto';
import { PostgresEventStore, keyTable, migrate, openDatabase } from '@handover/event-store-postgres';
import { Keyring } from '@handover/privacy';
import { testPostgres } from '@handover/servers';

/** A record on a database of its own, with a master key of its own; nothing is in it yet. */
export const openRecord = async (options: Parameters<typeof openDatabase>[1] = {}) => {
  const database = await testPostgres();
  const db = await openDatabase(database.url, options);
  await migrate(db);
  const keyring = new Keyring(randomBytes(32), keyTable(db));

  return {
    url: database.url,
    db,
    keyring,
    store: new PostgresEventStore(db, keyring),
    drop: async (): Promise<void> => {
      await db.destroy();
      await database.drop();
    },
  };
};

export type OwnRecord = Awaited<ReturnType<typeof openRecord>>;
