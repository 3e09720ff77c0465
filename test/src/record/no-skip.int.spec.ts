import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventIdOf } from '@handover/event-ids';
import { ReadModels, Sequencer, type Projection } from '@handover/event-store-postgres';
import { createDatabase } from '@handover/servers';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { eventually } from '../support/wait.ts';

const WRITERS = 10;
const FOR_MS = 3_000;

let record: OwnRecord;
let elsewhere: string;
let db: DataSource;

/** Each consumer notes what it was given, in its own order. */
const consumer = (name: string): Projection => ({
  name,
  version: 1,
  tables: [`${name}_seen`],
  create: async (to, tables) =>
    void (await to.query(`CREATE TABLE ${tables[`${name}_seen`]} (n bigint GENERATED ALWAYS AS IDENTITY, position bigint, stream text, version bigint)`)),
  apply: async (events, to, tables) =>
    void (await to.query(`INSERT INTO ${tables[`${name}_seen`]} (position, stream, version) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])`, [
      events.map((event) => event.position),
      events.map((event) => event.stream),
      events.map((event) => event.version),
    ])),
});
const consumers = [consumer('one'), consumer('two'), consumer('three')];

beforeAll(async () => {
  record = await openRecord({ poolSize: 20 });
  db = record.db;
  await new ReadModels(db, consumers).prepare();
  const other = new URL(record.url);
  other.pathname = `${other.pathname}_other`;
  elsewhere = other.href;
  await createDatabase(record.url, other.pathname.slice(1));
}, 60_000);
afterAll(async () => {
  await db.query(`DROP DATABASE "${new URL(elsewhere).pathname.slice(1)}" WITH (FORCE)`);
  await record.drop();
});

const APPEND = `SELECT * FROM ev.append($1, $2, ARRAY[$3]::uuid[], ARRAY['Happened'], ARRAY[1], ARRAY['{}'::bytea], ARRAY['{"actor":"t","channel":"system"}'::bytea], ARRAY[NULL]::uuid[], ARRAY[NULL]::bytea[])`;

/** Commits late, or not at all; returns how many events it has committed. */
const write = async (writer: number, until: number): Promise<number> => {
  const client = new pg.Client({ connectionString: record.url });
  await client.connect();
  let version = 0;
  for (let turn = 0; Date.now() < until; turn += 1) {
    await client.query('BEGIN');
    await client.query(APPEND, [`w-${writer}`, version, eventIdOf(`w-${writer}`, ['turn', turn])]);
    await sleep(Math.random() * 30);
    const keeps = turn % 7 !== 3;
    await client.query(keeps ? 'COMMIT' : 'ROLLBACK');
    if (keeps) version += 1;
  }
  await client.end();

  return version;
};

it('an event is never skipped, repeated or held up: not by slow commits, rollbacks, or a transaction that somebody left open in another database', async () => {
  const orphan = new pg.Client({ connectionString: elsewhere });
  await orphan.connect();
  await orphan.query('BEGIN');
  await orphan.query('CREATE TABLE left_open (a int)');
  const slow = new pg.Client({ connectionString: record.url });
  await slow.connect();
  await slow.query('BEGIN');
  await slow.query(APPEND, ['slowest', 0, eventIdOf('slowest', ['turn', 0])]);

  let running = true;
  const sequencing = [1, 2].map(async () => {
    const sequencer = new Sequencer(db, { signer: null }); // two, of which one is at work at a time
    while (running) await sequencer.once().then(() => sleep(10));
  });
  const following = [1, 2].map(async () => {
    const models = new ReadModels(db, consumers, { batch: 20 });
    while (running) {
      for (const { name } of consumers) await models.advance(name);
      await sleep(5);
    }
  });
  const written = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer, Date.now() + FOR_MS)));
  const total = written.reduce((sum, each) => sum + each, 0);
  const allSeen = async (count: number): Promise<boolean> => {
    const rows = (await Promise.all(consumers.map(({ name }) => db.query(`SELECT count(*)::int AS n FROM read.${name}_seen`)))) as { n: number }[][];
    return rows.every(([row]) => row?.n === count);
  };
  await eventually('all but the slowest', () => allSeen(total), 20_000); // neither of the open transactions holds anybody else up
  await slow.query('COMMIT'); // its number is lower than nearly all that were sealed
  await eventually('the slowest', () => allSeen(total + 1), 20_000);
  running = false;
  await Promise.all([...sequencing, ...following]);
  await orphan.query('ROLLBACK');
  await Promise.all([orphan.end(), slow.end()]);

  expect(total).toBeGreaterThan(100);
  for (const { name } of consumers) {
    const seen = (await db.query(`SELECT position::int, stream, version::int FROM read.${name}_seen ORDER BY n`)) as {
      position: number;
      stream: string;
      version: number;
    }[];
    expect(seen.map((each) => each.position)).toEqual(Array.from({ length: total + 1 }, (_, index) => index));
    expect(seen.at(-1)?.stream).toBe('slowest');
    for (let writer = 0; writer < WRITERS; writer += 1)
      expect(seen.filter((each) => each.stream === `w-${writer}`).map((each) => each.version)).toEqual(
        Array.from({ length: written[writer] as number }, (_, n) => n + 1),
      );
  }
}, 60_000);
