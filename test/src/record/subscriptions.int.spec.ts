import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewEvent } from '@handover/event-store';
import { LogListener, NotThereYet, ReadModels, Sequencer, waitUntil, type Projection } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, sealAll } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];
let sequencer: Sequencer;

const event = (stream: string, n: number): NewEvent =>
  happened(stream, n, n % 3 === 0 ? { personal: { person: `p-${stream}`, data: { name: 'canary of a name' } } } : {});
const append = (stream: string, from: number, count: number): Promise<unknown> =>
  store.commit([{ stream, expected: from - 1, events: Array.from({ length: count }, (_, index) => event(stream, from + index)) }]);
const seal = (): Promise<void> => sealAll(sequencer);

/** Counts events for each stream and remembers every position it was given. */
const counting = (name: string, more: Partial<Projection<'count' | 'seen'>> = {}): Projection => ({
  name,
  version: 1,
  tables: [`${name}_count`, `${name}_seen`] as never,
  create: async (to, tables) => {
    await to.query(`CREATE TABLE ${tables[`${name}_count`]} (stream text PRIMARY KEY, n int NOT NULL)`);
    await to.query(`CREATE TABLE ${tables[`${name}_seen`]} (position bigint PRIMARY KEY, n int NOT NULL)`);
  },
  apply: async (events, to, tables) => {
    for (const each of events) {
      await to.query(`INSERT INTO ${tables[`${name}_count`]} AS c VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET n = c.n + 1`, [each.stream]);
      await to.query(`INSERT INTO ${tables[`${name}_seen`]} VALUES ($1, $2)`, [each.position, each.data['n']]);
    }
  },
  ...(more as Partial<Projection>),
});
const rowsOf = async (view: string): Promise<number> => Number(((await db.query(`SELECT count(*) FROM read.${view}`)) as { count: string }[])[0]?.count);
const stateOf = async (models: ReadModels, name: string) => (await models.status()).filter((each) => each.name === name);

beforeAll(async () => {
  record = await openRecord({ poolSize: 30 });
  ({ db, store } = record);
  sequencer = new Sequencer(db, { signer: null });
}, 60_000);
afterAll(() => record.drop());

describe('a read model that follows the log', () => {
  it('can be read at once on an empty log, applies each event once and in order, and goes on where it was', async () => {
    const models = new ReadModels(db, [counting('first')], { batch: 7 });
    await Promise.all([models.prepare(), new ReadModels(db, [counting('first')]).prepare()]);
    expect(await rowsOf('first_seen')).toBe(0);

    await append('one', 1, 20);
    await seal();
    await models.catchUp();
    await append('one', 21, 5);
    await seal();
    await new ReadModels(db, [counting('first')]).catchUp();

    expect(await db.query('SELECT * FROM read.first_count')).toEqual([{ stream: 'one', n: 25 }]);
    expect(await stateOf(models, 'first')).toMatchObject([{ state: 'live', position: 25, lag: 0, failure: null }]);
  });

  it('is worked on by one of several workers at a time, so that nothing is applied twice', async () => {
    const models = Array.from({ length: 6 }, () => new ReadModels(db, [counting('first')], { batch: 3 }));
    await append('raced', 1, 60);
    await seal();
    await Promise.all(models.map(async (each) => void (await each.catchUp())));
    for (const each of models) await each.catchUp();

    expect(await db.query(`SELECT n FROM read.first_count WHERE stream = 'raced'`)).toEqual([{ n: 60 }]);
  });

  it('says why it does not get on, applies nothing by halves, and goes on once it can', async () => {
    let broken = true;
    const usual = counting('fragile');
    const models = new ReadModels(db, [
      {
        ...usual,
        apply: async (events, to, tables) => {
          await usual.apply(events, to, tables);
          if (broken) throw new TypeError('cannot work this out');
        },
      },
    ]);
    await models.prepare();
    await expect(models.advance('fragile')).rejects.toThrow('cannot work this out');
    expect(await stateOf(models, 'fragile')).toMatchObject([{ position: 0, failure: { what: 'TypeError: cannot work this out' } }]);

    broken = false;
    await models.catchUp();
    expect(await stateOf(models, 'fragile')).toMatchObject([{ lag: 0, failure: null, state: 'live' }]);
    expect(await rowsOf('fragile_seen')).toBe(85);
  });

  it('never holds what is personal', async () => {
    const seen: unknown[] = [];
    const models = new ReadModels(db, [{ ...counting('curious'), apply: (events) => Promise.resolve(void seen.push(...events)) }]);
    await models.prepare();
    await models.catchUp();
    expect(JSON.stringify(seen)).not.toContain('canary');
    expect(seen).toContainEqual(expect.objectContaining({ stream: 'one', version: 3, person: 'p-one' }));
  });

  it('is woken by the sequencer, and is waited for by who must see their own write', async () => {
    const models = new ReadModels(db, [counting('first')]);
    const listener = new LogListener(db).start();
    let woken = 0;
    const stop = listener.onNews(() => void (woken += 1));
    await sleep(100);
    woken = 0;
    await append('woken', 1, 3);
    await expect(waitUntil(db, 'first', { stream: 'woken', version: 3 }, 50)).rejects.toBeInstanceOf(NotThereYet);
    const waiting = waitUntil(db, 'first', { stream: 'woken', version: 3 });
    await seal();
    await models.catchUp();
    await waiting;
    expect(woken).toBe(1);
    stop();
    listener.stop();
  });
});

describe('a rebuild', () => {
  it('goes on beside the model in use while events come, shows its progress, and readers see the old whole or the new whole', async () => {
    const models = new ReadModels(db, [counting('first')], { batch: 10 });
    const before = await rowsOf('first_seen');
    const { generation } = await models.rebuild('first');
    expect(await models.rebuild('first')).toEqual({ generation });

    const sizes: number[] = [];
    let done = false;
    const reader = (async () => {
      while (!done) sizes.push(await rowsOf('first_seen'));
    })();
    const positions: number[] = [];
    for (let n = 1; (await stateOf(models, 'first')).length > 1; n += 1) {
      if (n < 5) {
        await append('meanwhile', n, 1);
        await seal();
      }
      await models.advance('first');
      const building = (await stateOf(models, 'first')).find((each) => each.generation === generation);
      positions.push(building?.position ?? -1);
    }
    done = true;
    await reader;

    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(before);
    expect(positions.length).toBeGreaterThan(3);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(await stateOf(models, 'first')).toMatchObject([{ generation, state: 'live', lag: 0 }]);
    expect(await db.query(`SELECT n FROM read.first_count WHERE stream = 'meanwhile'`)).toEqual([{ n: 4 }]);
    expect(await db.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'read' AND tablename LIKE 'first%'`)).toHaveLength(2);
  }, 30_000);

  it('follows a new version of the code; a process of the old version leaves the new one alone', async () => {
    const old = new ReadModels(db, [counting('shape')]);
    await old.prepare();
    await old.catchUp();
    const next = new ReadModels(db, [
      counting('shape', {
        version: 2,
        tables: ['shape_total'] as never,
        create: (to, tables) => to.query(`CREATE TABLE ${(tables as never)['shape_total']} (n int NOT NULL)`).then(() => undefined),
        apply: (events, to, tables) => to.query(`INSERT INTO ${(tables as never)['shape_total']} VALUES ($1)`, [events.length]).then(() => undefined),
      }),
    ]);
    await next.prepare();
    expect(await stateOf(next, 'shape')).toMatchObject([
      { state: 'live', version: 1 },
      { state: 'building', version: 2 },
    ]);
    await append('rolling', 1, 2);
    await seal();
    await old.catchUp(); // the old process keeps the old one up meanwhile
    expect(await stateOf(next, 'shape')).toMatchObject([{ version: 1, lag: 0 }, { version: 2 }]);

    await next.catchUp();
    await old.prepare();
    await old.catchUp();
    expect(await stateOf(next, 'shape')).toMatchObject([{ state: 'live', version: 2, lag: 0 }]);
    await expect(db.query('SELECT * FROM read.shape_count')).rejects.toThrow('does not exist');
    expect(await db.query('SELECT sum(n)::int AS n FROM read.shape_total')).toEqual([{ n: (await stateOf(next, 'shape'))[0]?.position }]);
  });

  it('waits for nobody’s long query: it comes back later', async () => {
    const models = new ReadModels(db, [counting('first')]);
    const slow = db.createQueryRunner();
    await slow.startTransaction();
    await slow.query('SELECT count(*) FROM read.first_seen');
    const { generation } = await models.rebuild('first');
    while ((await models.advance('first')) > 0);
    expect((await stateOf(models, 'first')).at(-1)).toMatchObject({
      generation,
      state: 'building',
      failure: { what: expect.stringContaining('lock timeout') },
    });
    await slow.commitTransaction();
    await slow.release();
    await models.catchUp();
    expect(await stateOf(models, 'first')).toMatchObject([{ generation, state: 'live', failure: null }]);
  });
});
