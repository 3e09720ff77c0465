import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assertMigrated, describeSchema, migrate, migrateDown, openDatabase, openServiceDatabase } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';

let record: OwnRecord;
let db: DataSource;

beforeEach(async () => {
  record = await openRecord();
  db = record.db;
}, 60_000);
afterEach(() => record.drop());

describe('the schema', () => {
  it('goes up, down to nothing and up again to the same', async () => {
    const first = await describeSchema(db);
    expect(first.length).toBeGreaterThan(150);
    expect(first.filter((line) => line.startsWith('trigger')).length).toBeGreaterThan(5);

    await migrateDown(db);
    expect(await describeSchema(db)).toEqual([]);
    expect(await db.query('SELECT * FROM handover_migrations')).toEqual([]);
    expect(
      await db.query(`SELECT defaclnamespace::regnamespace::text FROM pg_default_acl`), // nothing is left behind for the next one
    ).toEqual([]);

    await migrate(db);
    expect(await describeSchema(db)).toEqual(first);
  }, 60_000);

  it('is brought up by whoever starts first, once, also when all start at once', async () => {
    await migrateDown(db);
    const others = await Promise.all([1, 2, 3].map(() => openDatabase(record.url, { poolSize: 2 })));
    await Promise.all(others.map((each) => migrate(each)));
    await assertMigrated(db);
    await Promise.all(others.map((each) => each.destroy()));
  }, 60_000);

  it.each([
    [
      'a trigger that is switched off',
      'ALTER TABLE ev.event DISABLE TRIGGER no_change',
      /- trigger CREATE TRIGGER no_change .* ON ev.event[^]*\+ .*switched off/,
    ],
    ['a dropped trigger', 'DROP TRIGGER no_truncate ON ev.log_leaf', /- trigger CREATE TRIGGER no_truncate .* ON ev.log_leaf/],
    ['another column', 'ALTER TABLE app.outbox ADD COLUMN note text', /\+ column app.outbox.note text/],
    ['a right too many', 'GRANT UPDATE ON ev.event TO handover_app', /\+ right on ev.event: handover_app=rw/],
    [
      'another function',
      `CREATE OR REPLACE FUNCTION ev.append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
      /- function ev.append_only.*\n.*\+ function ev.append_only/s,
    ],
    ['a missing index', 'DROP INDEX app.person_index_ref', /- index CREATE INDEX person_index_ref/],
  ])('that was changed by hand stops the start, and %s is named', async (_what, sql, named) => {
    await db.query(sql);
    await expect(migrate(db)).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(named) });
    await expect(assertMigrated(db)).rejects.toMatchObject({ code: 'changed' });

    await migrate(db, { acceptChanges: true });
    await migrate(db);
  });

  it('of a newer program stops the start', async () => {
    await db.query(`INSERT INTO handover_migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')`);
    await expect(migrate(db)).rejects.toMatchObject({ code: 'newer', message: expect.stringContaining('Later9999999999999') });
    await expect(openServiceDatabase({ service: 'api', url: record.url })).rejects.toMatchObject({ code: 'newer' });
  });

  it('of an older program stops whoever may not bring it up to date, with what to do', async () => {
    await db.query(`DELETE FROM handover_migrations WHERE name = 'Roles1772000000031'`);
    await expect(assertMigrated(db)).rejects.toMatchObject({ code: 'older', message: expect.stringContaining('npm run handover -- migrate') });
  });
});
