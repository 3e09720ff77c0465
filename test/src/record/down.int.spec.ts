import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaverTerms } from '@handover/case/testing';
import { Cases } from '@handover/case-service';
import { describeSchema, migrate, verifyStreams } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;

beforeAll(async () => {
  record = await openRecord({ poolSize: 2 });
  db = record.db;
}, 60_000);
afterAll(() => record.drop());

const tables = async (): Promise<readonly { readonly name: string }[]> => db.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'ev'`);

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

  it('are taken back to heads of streams in a table of their own, as the events have them', async () => {
    for (const [stream, expected] of [
      ['one', 0],
      ['two', 0],
      ['two', 1],
    ] as const)
      await record.store.commit([{ stream, expected, events: [happened(stream, expected + 1)] }]);
    while ((await tables()).every(({ name }) => name !== 'stream')) await db.undoLastMigration({ transaction: 'each' });

    const [one, two] = (await db.query(`SELECT hash FROM ev.event WHERE (stream_id, version) IN (('one', 1), ('two', 2)) ORDER BY stream_id`)) as {
      hash: Buffer;
    }[];
    expect(await db.query('SELECT * FROM ev.stream ORDER BY stream_id')).toEqual([
      { stream_id: 'one', version: '1', head: one?.hash },
      { stream_id: 'two', version: '2', head: two?.hash },
    ]);
    await db.query(
      `SELECT ev.append('two', 2, ARRAY[gen_random_uuid()], ARRAY['Happened'], ARRAY[1], ARRAY['{}'::bytea], ARRAY['{}'::bytea], ARRAY[NULL]::uuid[], ARRAY[NULL]::bytea[])`,
    );
    expect(await db.query(`SELECT version FROM ev.stream WHERE stream_id = 'two'`)).toEqual([{ version: '3' }]);
    await db.runMigrations({ transaction: 'each' });
    expect((await verifyStreams(db)).problems).toEqual([]);
    expect(await record.store.read('two')).toHaveLength(3);
  }, 60_000);

  it('are taken back to rows of cases, as the program before reads them', async () => {
    const cases = new Cases(record.store);
    const [caseId, number] = [randomUUID(), randomUUID()];
    const by = { actor: 'hr', channel: 'api', commandId: 'opens' } as const;
    const wanted = { personRef: 'p', source: 'generic', requester: 'hr', office: 'Berlin', factId: null, reason: null };
    const to = { kind: 'person', personRef: 'heir' } as const;
    await cases.execute(caseId, { type: 'open', open: { ...wanted, terms: { ...leaverTerms, successor: to } } }, by);
    const terms = { kind: 'number', number: '+493012345678', action: 'release', to: null } as const;
    await cases.execute(number, { type: 'open', open: { ...wanted, personRef: null, terms } }, by);
    const before = [await cases.view(caseId), await cases.view(number)];
    while (((await db.query(`SELECT to_regclass('app.case_row') AS there`)) as [{ there: unknown }])[0].there === null)
      await db.undoLastMigration({ transaction: 'each' });

    const rows = await db.query(
      `SELECT id, kind, person_ref, office, waiting_on, closed, version, view, number, mentions FROM app.case_row ORDER BY number NULLS FIRST`,
    );
    const row = { office: 'Berlin', waiting_on: null, closed: false, version: '1' };
    expect(rows).toEqual([
      { ...row, id: caseId, kind: 'leaver', person_ref: 'p', view: before[0], number: null, mentions: ['heir'] },
      { ...row, id: number, kind: 'number', person_ref: null, view: before[1], number: '+493012345678', mentions: null },
    ]);
    await db.runMigrations({ transaction: 'each' });
    expect([await cases.view(caseId), await cases.view(number)]).toEqual(before);
  }, 60_000);

  it('each leave what was there before them, to the last function, when they are taken back', async () => {
    for (let left = db.migrations.length; left > 0; left -= 1) await db.undoLastMigration({ transaction: 'each' });
    const all = [...db.migrations];
    // Rights on the application's tables are granted when all migrations ran.
    const schema = async () => (await describeSchema(db)).filter((line) => !line.startsWith('right on app.'));
    const states = [await schema()];
    for (let count = 1; count <= all.length; count += 1) {
      Object.assign(db, { migrations: all.slice(0, count) });
      await db.runMigrations({ transaction: 'each' });
      states.push(await schema());
    }
    for (const { name } of [...all].reverse()) {
      await db.undoLastMigration({ transaction: 'each' });
      states.pop();
      expect([name, await schema()]).toEqual([name, states.at(-1)]);
    }
  }, 60_000);
});
