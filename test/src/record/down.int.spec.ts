import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeSchema, migrate } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';

let record: OwnRecord;
let db: DataSource;

beforeAll(async () => {
  record = await openRecord({ poolSize: 2 });
  db = record.db;
}, 60_000);
afterAll(() => record.drop());

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

  it('each leave what was there before them, to the last function, when they are taken back', async () => {
    for (let left = db.migrations.length; left > 0; left -= 1) await db.undoLastMigration({ transaction: 'each' });
    const all = [...db.migrations];
    const states = [await describeSchema(db)];
    for (let count = 1; count <= all.length; count += 1) {
      Object.assign(db, { migrations: all.slice(0, count) });
      await db.runMigrations({ transaction: 'each' });
      states.push(await describeSchema(db));
    }
    for (const { name } of [...all].reverse()) {
      await db.undoLastMigration({ transaction: 'each' });
      states.pop();
      expect([name, await describeSchema(db)]).toEqual([name, states.at(-1)]);
    }
  }, 60_000);
});
