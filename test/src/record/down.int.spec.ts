import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { testPostgres, type TestDatabase } from '@handover/servers';
import type { DataSource } from 'typeorm';

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await testPostgres();
  db = await openDatabase(database.url, { poolSize: 2 });
  await migrate(db);
}, 60_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const objects = async (): Promise<unknown> =>
  db.query(`SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('ev', 'app', 'read') ORDER BY 1, 2, 3`);

describe('the migrations', () => {
  it('can be taken back to the first, one by one, and made again to the same schema', async () => {
    const before = await objects();
    for (let left = db.migrations.length; left > 0; left -= 1) await db.undoLastMigration({ transaction: 'each' });
    expect(await db.query(`SELECT 1 FROM pg_namespace WHERE nspname IN ('ev', 'app')`)).toEqual([]);
    await migrate(db);
    expect(await objects()).toEqual(before);
  }, 60_000);
});
