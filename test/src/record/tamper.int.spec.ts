import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { checkpoints, type Problem } from '@handover/event-store-postgres';
import { newSigner } from '../support/record.ts';
import { TamperedRecord, ownKey, rechain, relog, resign } from '../support/tampered-record.ts';

let record: TamperedRecord;
beforeAll(async () => {
  record = await TamperedRecord.build();
}, 60_000);
afterAll(() => record.destroy());

/** Tables of the schema that are no evidence, and why. A new table belongs here or into ROW. */
const NO_EVIDENCE: Readonly<Record<string, string>> = {
  subject_key: 'keys are destroyed on purpose, and have rules of their own',
  master_key: 'says which master keys are retired; they wrap what is sealed, and the record verifies without them',
  pack_key: 'public keys of evidence packs, which are trusted from outside only',
  schema_state: 'says how far the schema is; a wrong one stops the start',
};

/** One other value of each type. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `${column} || 'x'`,
  bigint: (column) => `${column} + 1000000`,
  integer: (column) => `${column} + 1`,
  smallint: (column) => `${column} + 8`,
  boolean: (column) => `NOT ${column}`,
  uuid: () => `'00000000-0000-4000-8000-00000000dead'`,
  bytea: (column) => `set_byte(${column}, 3, get_byte(${column}, 3) # 1)`,
  'bytea[]': (column) => `array_prepend(sha256(${column}[1]), ${column}[2:])`,
  'timestamp with time zone': (column) => `${column} + interval '1 microsecond'`,
};

/** One row of each table, somewhere in the middle. */
const ROW: Readonly<Record<string, string>> = {
  event: `stream_id = 'b' AND version = 40`,
  log_leaf: 'position = 111',
  log_node: 'level = 8 AND index = 0',
  log_state: 'true',
  log_checkpoint: 'size = 400',
  log_key: `since = (SELECT max(since) FROM ev.log_key) AND ctid = (SELECT max(ctid) FROM ev.log_key)`,
};

/** What nobody can guess the true value of, or what takes the place of another: found and named, but not by its column. */
const NOT_BY_COLUMN: Readonly<Record<string, string>> = {
  'event.event_id': 'a random id has no neighbours',
  'event.type': 'any word could have been there',
  'event.body': 'any content could have been there',
  'event.meta': 'any actor could have been there',
  'event.key_id': 'any key could have been there',
  'event.sealed': 'any ciphertext could have been there',
  'log_leaf.hash': 'the event and its log differ: the event is right in itself, so it is the log',
  'log_leaf.seq': 'the event of that number is gone, and another has no position',
  'log_node.level': 'one node is missing and one is too many',
};

const columns = async (): Promise<readonly { readonly table: string; readonly column: string; readonly type: string }[]> =>
  record.db.query(
    `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'ev'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> ALL ($1) ORDER BY 1, a.attnum`,
    [Object.keys(NO_EVIDENCE)],
  );

describe('the record as it is', () => {
  it('is right, from the first event to what was kept elsewhere', async () => {
    expect(await record.after(async () => undefined)).toEqual({ streams: [], log: [], outside: [] });
  });
});

describe('any column of any table', () => {
  it('that is changed is noticed, and named wherever that can be told; the columns are those of the database', async () => {
    const all = await columns();
    expect(new Set(all.map(({ table }) => table))).toEqual(new Set(Object.keys(ROW)));
    const missed: string[] = [];
    for (const { table, column, type } of all) {
      const change = OTHER[type];
      if (!change) throw new Error(`say how ${table}.${column} of type ${type} can be changed`);
      const noticed = await record.after((db) => db.query(`UPDATE ev.${table} SET ${column} = ${change(`${column}`)} WHERE ${ROW[table]}`));
      const found = [...noticed.streams, ...noticed.log];
      const named = found.filter((each) => each.column === column && (each.table === table || each.table === 'event'));
      if (found.length === 0) missed.push(`${table}.${column} is not noticed`);
      else if (named.length === 0 && !(`${table}.${column}` in NOT_BY_COLUMN))
        missed.push(`${table}.${column} is noticed as ${JSON.stringify(found.slice(0, 3))}`);
      if (table === 'event' && !['seq', 'stream_id', 'version'].includes(column))
        expect(found).toContainEqual(expect.objectContaining({ stream: 'b', version: 40, position: expect.any(Number), eventId: expect.any(String) }));
    }
    expect(missed).toEqual([]);
  }, 120_000);
});

type Attack = (db: QueryRunner) => Promise<unknown>;
const edit: Attack = (db) => db.query(`UPDATE ev.event SET body = '{"n":-1}' WHERE stream_id = 'b' AND version = 40`);
const rewriteStream: Attack = async (db) => (await edit(db), await rechain(db, 'b'));
const swapped =
  (column: string): Attack =>
  (db) =>
    db.query(`UPDATE ev.event e SET ${column} = o.${column} FROM ev.event o
    WHERE e.stream_id = 'b' AND o.stream_id = 'b' AND (e.version, o.version) IN ((40, 41), (41, 40))`);

/** Who notices: the streams by themselves, the log in the database, or only what was kept elsewhere. */
const ATTACKS: readonly (readonly [string, string, Attack])[] = [
  ['edits a byte', 'streams', edit],
  [
    'edits it and mends its leaf',
    'streams',
    async (db) => (
      await edit(db),
      await db.query(
        `UPDATE ev.event SET leaf = ev.leaf_hash(event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed) WHERE stream_id = 'b' AND version = 40`,
      )
    ),
  ],
  ['deletes an event in the middle', 'streams log', (db) => db.query(`DELETE FROM ev.event WHERE stream_id = 'b' AND version = 40`)],
  [
    'deletes it and closes the gap',
    'log',
    async (db) => {
      await db.query(`DELETE FROM ev.event WHERE stream_id = 'b' AND version = 40`);
      await db.query(`UPDATE ev.event SET version = version - 1 WHERE stream_id = 'b' AND version > 40`);
      await rechain(db, 'b');
    },
  ],
  ['cuts the end of a stream', 'log', (db) => db.query(`DELETE FROM ev.event WHERE stream_id = 'b' AND version > 95`)],
  ['deletes a whole stream', 'log', (db) => db.query(`DELETE FROM ev.event WHERE stream_id = 'b'`)],
  [
    'puts an event in between',
    'streams log',
    (db) =>
      db.query(`INSERT INTO ev.event (seq, event_id, stream_id, version, type, schema_version, recorded_at, body, meta, leaf, hash)
    SELECT -1, gen_random_uuid(), stream_id, version, type, schema_version, recorded_at, body, meta, leaf, hash FROM ev.event WHERE stream_id = 'b' AND version = 40`),
  ],
  [
    'puts an event in between and mends its stream',
    'log',
    async (db) => {
      await db.query(`UPDATE ev.event SET version = version + 1 WHERE stream_id = 'b' AND version >= 40`);
      await db.query(`INSERT INTO ev.event (seq, event_id, stream_id, version, type, schema_version, recorded_at, body, meta, leaf, hash)
      SELECT -1, gen_random_uuid(), stream_id, 40, type, schema_version, recorded_at, body, meta, leaf, hash FROM ev.event WHERE stream_id = 'b' AND version = 41`);
      await rechain(db, 'b');
    },
  ],
  [
    'swaps two events',
    'streams',
    (db) => db.query(`UPDATE ev.event SET version = CASE version WHEN 40 THEN 41 ELSE 40 END WHERE stream_id = 'b' AND version IN (40, 41)`),
  ],
  [
    'swaps two events and mends their stream',
    'log',
    async (db) => (
      await db.query(`UPDATE ev.event SET version = CASE version WHEN 40 THEN 41 ELSE 40 END WHERE stream_id = 'b' AND version IN (40, 41)`),
      await rechain(db, 'b')
    ),
  ],
  [
    'swaps two places in the log',
    'log outside',
    (db) => db.query(`UPDATE ev.log_leaf SET position = CASE position WHEN 111 THEN 112 ELSE 111 END WHERE position IN (111, 112)`),
  ],
  ['swaps two ciphertexts', 'streams', swapped('sealed')],
  [
    'moves a time by a microsecond',
    'streams',
    (db) => db.query(`UPDATE ev.event SET recorded_at = recorded_at + interval '1 microsecond' WHERE stream_id = 'b' AND version = 40`),
  ],
  ['rewrites a stream consistently', 'log', rewriteStream],
  ['... and the log, its tree and its state', 'log outside', async (db) => (await rewriteStream(db), await relog(db))],
  [
    '... and signs every checkpoint with a key that was stolen after it was replaced',
    'log outside',
    async (db) => (await rewriteStream(db), await relog(db), await resign(db, record.old)),
  ],
  [
    '... and hides that it was replaced',
    'outside',
    async (db) => (
      await rewriteStream(db),
      await relog(db),
      await resign(db, record.old),
      await db.query(`DELETE FROM ev.log_key WHERE key_id <> $1`, [record.old.keyId])
    ),
  ],
  [
    '... and signs every checkpoint with a key of their own',
    'outside',
    async (db) => {
      const own = newSigner();
      await rewriteStream(db);
      await relog(db);
      await resign(db, own);
      await ownKey(db, own);
    },
  ],
  [
    'cuts the end of the log with all that belongs to it',
    'outside',
    async (db) => {
      await db.query('DELETE FROM ev.event WHERE seq IN (SELECT seq FROM ev.log_leaf WHERE position >= 350) OR seq NOT IN (SELECT seq FROM ev.log_leaf)');
      await db.query('DELETE FROM ev.log_leaf WHERE position >= 350');
      await db.query('DELETE FROM ev.log_checkpoint WHERE size > 350');
      await rechain(db, 'long');
      await relog(db);
    },
  ],
  ['deletes the checkpoint that somebody kept', 'outside', (db) => db.query('DELETE FROM ev.log_checkpoint WHERE size = 400')],
  ['raises the watermark, so that what comes is never sealed', 'log', (db) => db.query('UPDATE ev.log_state SET watermark = (SELECT max(seq) FROM ev.event)')],
];

const who = ({ streams, log, outside }: { streams: readonly Problem[]; log: readonly Problem[]; outside: readonly Problem[] }): string =>
  [streams.length > 0 ? 'streams' : '', log.length > 0 ? 'log' : '', outside.length > 0 ? 'outside' : ''].filter(Boolean).join(' ');

describe('somebody with every right on the database, who', () => {
  it.each(ATTACKS)('%s, is noticed by: %s', async (_how, noticed, attack) => {
    expect(who(await record.after(attack))).toBe(noticed);
  });

  it.each([
    ['swaps two ciphertexts', swapped('sealed'), ['sealed', 'sealed']],
    ['swaps who did it', swapped('meta'), ['meta', 'meta']],
    ['swaps what they are', swapped('type'), ['type', 'type']],
    ['swaps two ids', swapped('event_id'), ['event_id', 'event_id']],
    ['swaps two contents', swapped('body'), ['body', 'body']],
  ] as const)('%s, is told what was swapped', async (_how, attack, expected) => {
    const { streams } = await record.after(attack);
    expect(streams.map(({ version, column }) => [version, column])).toEqual([
      [40, expected[0]],
      [41, expected[1]],
    ]);
  });

  it('rewrites a stream consistently, is told where it begins', async () => {
    const { log } = await record.after(rewriteStream);
    expect(log[0]).toMatchObject({ table: 'event', stream: 'b', version: 40, position: expect.any(Number), eventId: expect.any(String) });
    expect(log).toHaveLength(1); // what follows it in its stream only follows
  });

  it('deletes an event, is told its position and what comes after it', async () => {
    const { streams, log } = await record.after((db) => db.query(`DELETE FROM ev.event WHERE stream_id = 'b' AND version = 40`));
    expect(streams).toMatchObject([{ stream: 'b', version: 41, what: 'event missing' }]);
    expect(log).toMatchObject([{ what: 'the event at this position is missing', position: expect.any(Number) }]);
  });
});

/** What was anchored cannot be changed unnoticed; what was not yet, can. This is the limit of the whole, so it is tested too. */
describe('between two anchored checkpoints', () => {
  const rewrite =
    (stream: string, version: number): Attack =>
    async (db) => {
      await db.query(`UPDATE ev.event SET body = '{"n":-1}' WHERE stream_id = $1 AND version = $2`, [stream, version]);
      await rechain(db, stream);
      await relog(db);
      await resign(db, record.current, 400); // even with the key of now
    };

  it('a rewrite with the key of now goes unnoticed by a checkpoint that is older than it', async () => {
    expect(await record.after(rewrite('long', 200))).toEqual({ streams: [], log: [], outside: [] });
  });

  it('and is noticed as soon as one of the time was kept', async () => {
    const [newest] = await checkpoints(record.db, 1);
    expect(newest?.size).toBe(550);
    const { outside } = await record.after(rewrite('long', 200), { notes: [newest?.note ?? ''], keys: [record.old] });
    expect(outside.map(({ what }) => what).join()).toContain('(550 events) has another root: the log was rewritten');
  });

  it('what no checkpoint covers can be rewritten without any key', async () => {
    const unsigned: Attack = async (db) => {
      await db.query(`UPDATE ev.event SET body = '{"n":-1}' WHERE stream_id = 'late' AND version = 5`);
      await rechain(db, 'late');
      await relog(db);
    };
    expect(await record.after(unsigned)).toEqual({ streams: [], log: [], outside: [] });
  });

  it('nothing under the anchored checkpoint can be: not even with the key of now', async () => {
    const { outside } = await record.after(rewrite('long', 50));
    expect(outside.map(({ what }) => what).join()).toContain('(400 events) has another root: the log was rewritten');
  });
});
