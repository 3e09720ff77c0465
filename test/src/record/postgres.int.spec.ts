import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventIdOf } from '@handover/event-ids';
import { eventStoreContract } from '@handover/event-store/testing';
import { testPostgres, type TestDatabase } from '@handover/servers';
import { Keyring } from '@handover/privacy';
import type { DataSource } from 'typeorm';
import { Inbox, Outbox, PostgresEventStore, keyTable, migrate, openDatabase, poolOf, verifyStreams } from '@handover/event-store-postgres';
import { happened } from '../support/record.ts';

let database: TestDatabase;
let db: DataSource;
let keyring: Keyring;
let store: PostgresEventStore;

beforeAll(async () => {
  database = await testPostgres();
  db = await openDatabase(database.url, { poolSize: 20 });
  await Promise.all([migrate(db), migrate(db), migrate(db)]);
  keyring = new Keyring(randomBytes(32), keyTable(db));
  store = new PostgresEventStore(db, keyring);
}, 60_000);

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

eventStoreContract('on PostgreSQL', () => Promise.resolve(store));

describe('the same event, sent twenty times at once', () => {
  it('is stored once and answered "already" nineteen times', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.commit([{ stream: 'same', expected: 0, events: [happened('same', 1)] }])));

    expect(answers.filter((answer) => !answer.already)).toHaveLength(1);
    expect(await store.read('same')).toHaveLength(1);
  });
});

describe('twenty decisions on one version, each in a process of its own', () => {
  it('are one that is stored and nineteen that hear of it', async () => {
    const stores = Array.from({ length: 20 }, () => new PostgresEventStore(db, keyring));
    for (const expected of [0, 1]) {
      const answers = await Promise.allSettled(
        stores.map((each) => each.commit([{ stream: 'raced', expected, events: [{ ...happened('raced', expected + 1), id: randomUUID() }] }])),
      );

      expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
      for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'conflict', actual: expected + 1, expected });
    }
    expect(await store.read('raced')).toHaveLength(2);
  });
});

describe('a commit that the database cannot store', () => {
  it.each([
    ['the character U+0000', 'Ber\u0000lin'],
    ['half of a pair of surrogates', 'Ber\ud800lin'],
    ['the other half, behind backslashes', 'Ber\\\\\udc00lin'],
  ])('because of %s fails by itself: those that came together with it are stored', async (_what, text) => {
    const streams = ['good-1', 'bad', 'good-2', 'good-3'].map((name) => `${name}/${text.length}/${text.charCodeAt(3)}`);
    const commit = (stream = '', reason = '') =>
      store.commit([{ stream, expected: 0, events: [happened(stream, 1)] }], {
        inbox: { id: eventIdOf(stream, ['inbox', 0]), status: 'ignored', caseIds: [], reason, pointers: [] },
      });
    const said = ['Berlin', text, 'literal \\u0000 and \\ud800', 'whole \ud83d\ude00'];
    const answers = await Promise.allSettled(streams.map((stream, n) => commit(stream, said[n])));

    expect(answers.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: '22P05' } });
    const inEvent = { stream: streams[1] ?? '', expected: 0, events: [happened('', 1, { data: { office: text } })] };
    await expect(store.commit([inEvent])).rejects.toMatchObject({ code: '22P05' });
    expect(await Promise.all(streams.map(async (stream) => (await store.read(stream)).length))).toEqual([1, 0, 1, 1]);
  });
});

describe('what is personal', () => {
  it('is in no table in the clear', async () => {
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    await store.commit([{ stream: 'sealed', expected: 0, events: [happened('sealed', 1, { personal: { person: 'p-canary', data: { email: canary } } })] }]);
    await new Inbox(db, keyring).accept({ source: 'generic', webhookId: 'w-canary', body: Buffer.from(canary) });

    const tables = (await db.query(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('ev', 'app')`)) as {
      name: string;
    }[];
    expect(tables.length).toBeGreaterThan(6);
    for (const { name } of tables) {
      const hits = (await db.query(`SELECT count(*) FROM ${name} t WHERE t::text LIKE $1 OR t::text LIKE $2`, [
        `%${canary}%`,
        `%${Buffer.from(canary).toString('hex')}%`,
      ])) as { count: string }[];
      expect([name, Number(hits[0]?.count)]).toEqual([name, 0]);
    }
  });

  it('goes with the person’s key, and the record still verifies', async () => {
    await store.commit([], { destroyKeysOf: ['p-canary'] });

    expect((await store.read('sealed'))[0]?.personal).toEqual({ person: 'p-canary', erased: true });
    expect((await verifyStreams(db)).problems).toEqual([]);
  });

  it('never gets its key back', async () => {
    await expect(db.query(`UPDATE ev.subject_key SET wrapped_dek = '\\x00', destroyed_at = NULL WHERE subject = 'p-canary'`)).rejects.toThrow(
      'a key only goes forward',
    );
  });
});

describe('somebody who changes the record', () => {
  const tampered = async (sql: string): Promise<unknown> => {
    const runner = db.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query('ALTER TABLE ev.event DISABLE TRIGGER USER');
      await runner.query(sql);
      return (await verifyStreams(runner)).problems;
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  };

  beforeAll(async () => {
    await store.commit([{ stream: 'audited', expected: 0, events: [happened('audited', 1), happened('audited', 2), happened('audited', 3)] }]);
  });

  it('is refused by the table itself', async () => {
    await expect(db.query(`UPDATE ev.event SET type = 'x'`)).rejects.toThrow('append-only');
    await expect(db.query('DELETE FROM ev.event')).rejects.toThrow('append-only');
    await expect(db.query('TRUNCATE ev.event')).rejects.toThrow('append-only');
  });

  it.each([
    ['edits a body', `UPDATE ev.event SET body = '{"n":9}' WHERE stream_id = 'audited' AND version = 2`, { version: 2, what: 'content changed' }],
    ['edits who said it', `UPDATE ev.event SET meta = '{}' WHERE stream_id = 'audited' AND version = 1`, { version: 1, what: 'content changed' }],
    [
      'edits when it was recorded',
      `UPDATE ev.event SET recorded_at = recorded_at + interval '1 ms' WHERE stream_id = 'audited' AND version = 3`,
      { version: 3, what: 'content changed' },
    ],
    ['deletes an event in the middle', `DELETE FROM ev.event WHERE stream_id = 'audited' AND version = 2`, { version: 3, what: 'event missing' }],
    [
      'swaps two events',
      `UPDATE ev.event SET version = CASE version WHEN 1 THEN -2 WHEN 2 THEN -1 END WHERE stream_id = 'audited' AND version < 3; UPDATE ev.event SET version = -version WHERE version < 0`,
      { version: 1, what: 'content changed' },
    ],
  ])('and %s is found and named', async (_how, sql, problem) => {
    expect(await tampered(sql)).toContainEqual(expect.objectContaining({ stream: 'audited', ...problem }));
  });
});

describe('an inbox', () => {
  it('stores a webhook id once and answers the first id', async () => {
    const inbox = new Inbox(db, keyring);
    const first = await inbox.accept({ source: 'generic', webhookId: 'w1', body: Buffer.from('{}') });

    expect(await inbox.accept({ source: 'generic', webhookId: 'w1', body: Buffer.from('{"other":1}') })).toEqual({ id: first.id, duplicate: true });
    expect((await inbox.accept({ source: 'other', webhookId: 'w1', body: Buffer.from('{}') })).duplicate).toBe(false);
  });

  it('gives an entry to one worker, and its body is gone once it is worked', async () => {
    const inbox = new Inbox(db, keyring);
    const taken = await inbox.take(100);
    expect((await Promise.all(taken.map((each) => each.body()))).map(String)).toContain('{}');
    expect(await inbox.take(100)).toEqual([]);

    for (const { id } of taken) await store.commit([], { inbox: { id, status: 'processed', caseIds: [], reason: null, pointers: [] } });
    expect(await db.query('SELECT id FROM app.inbox WHERE body IS NOT NULL')).toEqual([]);
  });
});

describe('a process of the version before, while an update takes', () => {
  it('settles an entry, and deletes the body of another, as it did', async () => {
    const inbox = new Inbox(db, keyring);
    const [one, other] = await Promise.all(['o1', 'o2'].map((webhookId) => inbox.accept({ source: 'older', webhookId, body: Buffer.from('{}') })));
    const settled = { id: one?.id, status: 'needs-person', case_ids: [], reason: 'x', pointers: [], purge: false };
    const side = { cases: [], outbox: [], rare: true, people: [], inbox: settled, purge: [other?.id] };
    const [answer] = (await db.query(`SELECT failure FROM app.commit('{0}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', $1)`, [
      JSON.stringify([side]),
    ])) as { failure: string | null }[];
    expect(answer).toEqual({ failure: null });
    expect(await db.query(`SELECT id, status, body IS NULL AS gone FROM app.inbox WHERE source = 'older' ORDER BY webhook_id`)).toEqual([
      { id: one?.id, status: 'needs-person', gone: false },
      { id: other?.id, status: 'ignored', gone: true },
    ]);
  });
});

describe('an outbox', () => {
  it('has only the oldest message of a case under way', async () => {
    const outbox = new Outbox(db);
    const caseId = '00000000-0000-4000-8000-000000000001';
    await store.commit([], {
      outbox: [
        { caseId, kind: 'start' },
        { caseId, kind: 'signal' },
      ],
    });
    const [first, ...more] = await outbox.take(10);

    expect([first?.kind, more]).toEqual(['start', []]);
    await outbox.deliver(first?.id ?? '');
    expect((await outbox.take(10)).map((each) => each.kind)).toEqual(['signal']);
  });
});

describe('a pool smaller than the number of writers', () => {
  it('is waited for, and never waited for by those who hold all of it', async () => {
    const small = await openDatabase(database.url, { poolSize: 2 });
    const tight = new PostgresEventStore(small, new Keyring(randomBytes(32), keyTable(small)));
    const stream = (n: number): string => `tight-${n}`;
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        tight.commit([
          { stream: stream(n), expected: 0, events: [happened(stream(n), n, { personal: { person: `tight-person-${n}`, data: { email: 'x@example.com' } } })] },
        ]),
      ),
    );
    expect(await tight.read(stream(11))).toHaveLength(1);
    await small.destroy();
  }, 20_000);
});

describe('a connection that dies in the hands of nobody who listens', () => {
  it('does not end the process, and is replaced', async () => {
    const pool = poolOf(db);
    const client = await pool.connect();
    expect(client.listenerCount('error')).toBe(1);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await db.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    client.release(true);
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
