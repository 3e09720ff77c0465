import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventIdOf } from '@handover/event-ids';
import { Sequencer, checkpointKeys, checkpoints, currentKey, followLog, proofOf, rotateKey, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { provesInclusion } from '@handover/merkle';
import { followKeys, readEntry, readNote, sha256, verifyExport, writeEntry, type LogEntry } from '@handover/record-proof';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happenedTo, newSigner, sealAll } from '../support/record.ts';

let record: OwnRecord;
let db: DataSource;
let store: OwnRecord['store'];
let sequencer: Sequencer;

const signer = newSigner();
const append = (stream: string, n: number): Promise<unknown> => store.commit([{ stream, expected: n - 1, events: [happenedTo(stream, n)] }]);
const all = (): Promise<readonly LogEntry[]> => followLog(db, { after: -1, limit: 10_000 });

/** A database that lets something happen after each statement. */
const stepping = (dataSource: DataSource, happen: () => Promise<void>): DataSource => {
  const { master } = dataSource.driver as unknown as { readonly master: pg.Pool };
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await master.connect();
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    return {
      release: client.release.bind(client),
      query: async (...args: unknown[]) => {
        const result = await query(...args);
        await happen();
        return result;
      },
    } as unknown as pg.PoolClient;
  };
  return { driver: { master: { connect } } } as unknown as DataSource;
};

beforeAll(async () => {
  record = await openRecord({ poolSize: 20 });
  ({ db, store } = record);
  sequencer = new Sequencer(db, { signer });
}, 60_000);
afterAll(() => record.drop());

describe('the log', () => {
  it('gives every event one place, without gaps, whatever is appended at the same time and whatever is rolled back', async () => {
    const writers = Array.from({ length: 8 }, (_, w) =>
      (async () => {
        for (let n = 1; n <= 25; n += 1) {
          await append(`busy-${w}`, n);
          if (n % 5 === 0) await append(`busy-${w}`, n).catch(() => undefined); // already known, or too early: a number is given out for nothing
        }
      })(),
    );
    const seen: LogEntry[] = [];
    let done = false;
    const reader = (async () => {
      for (let last = false; !last;) {
        last = done;
        await sequencer.once();
        seen.push(...(await followLog(db, { after: seen[seen.length - 1]?.position ?? -1, limit: 50 })));
        if (last) await sealAll(sequencer);
      }
      for (let more = true; more;) {
        const next = await followLog(db, { after: seen[seen.length - 1]?.position ?? -1, limit: 50 });
        seen.push(...next);
        more = next.length > 0;
      }
    })();
    await Promise.all(writers);
    done = true;
    await reader;
    expect(seen.map((entry) => entry.position)).toEqual(seen.map((_, index) => index));
    expect(seen).toHaveLength(200);
    for (let w = 0; w < 8; w += 1)
      expect(seen.filter((entry) => entry.stream === `busy-${w}`).map((entry) => entry.version)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1));
  }, 30_000);

  it('never skips an event whose transaction was slow', async () => {
    await sequencer.once();
    const before = (await all()).length;
    const slow = new pg.Client({ connectionString: record.url });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(
      `SELECT * FROM ev.append('slow', 0, ARRAY['${eventIdOf('slow', ['event', 1])}']::uuid[], ARRAY['Happened'], ARRAY[1], ARRAY['{}'::bytea], ARRAY['{"actor":"slow","channel":"system"}'::bytea], ARRAY[NULL]::uuid[], ARRAY[NULL]::bytea[])`,
    );
    await append('fast', 1);
    for (let n = 0; n < 5; n += 1) await sequencer.once(); // the watermark must not pass the open transaction
    expect((await all()).slice(before).map((entry) => entry.stream)).toEqual(['fast']);
    await slow.query('COMMIT');
    await slow.end();
    await sequencer.once();
    expect((await all()).slice(before).map((entry) => entry.stream)).toEqual(['fast', 'slow']);
  });

  it('never skips an event whose transaction commits while a look is being taken, whenever in the look that is', async () => {
    for (let statement = 1; statement <= 8; statement += 1) {
      const stream = `between-${statement}`;
      const slow = new pg.Client({ connectionString: record.url });
      await slow.connect();
      await slow.query('BEGIN');
      await slow.query(
        `SELECT * FROM ev.append($1, 0, ARRAY[$2]::uuid[], ARRAY['Happened'], ARRAY[1], ARRAY['{}'::bytea], ARRAY['{}'::bytea], ARRAY[NULL]::uuid[], ARRAY[NULL]::bytea[])`,
        [stream, eventIdOf(stream, ['event', 1])],
      );
      await append(`after-${stream}`, 1); // a later number that is sealed first
      let left = Number.POSITIVE_INFINITY;
      const interrupted = new Sequencer(
        stepping(db, async () => void ((left -= 1) === 0 && (await slow.query('COMMIT')))),
        { signer: null },
      );
      await interrupted.once();
      left = statement;
      await interrupted.once();
      if (left > 0) await slow.query('COMMIT');
      left = Number.POSITIVE_INFINITY;
      await slow.end();
      for (let n = 0; n < 3; n += 1) await interrupted.once();

      expect([statement, (await all()).filter((entry) => entry.stream === stream)]).toEqual([statement, [expect.objectContaining({ version: 1 })]]);
    }
  }, 30_000);

  it('is written by one sequencer at a time, however many run', async () => {
    await append('many', 1);
    const others = Array.from({ length: 6 }, () => new Sequencer(db, { signer }));
    const counts = await Promise.all(others.map((each) => each.once()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('is signed: the checkpoint proves an event with the public key alone', async () => {
    await sequencer.once({ checkpoint: true });
    const entries = await all();
    const found = await proofOf(db, 3);
    if (!found) throw new Error('no proof');
    const said = readNote(found.checkpoint.note, [signer]);
    expect(said).toMatchObject({ ok: true, checkpoint: { size: entries.length, origin: 'test.example' } });
    if (said.ok)
      expect(provesInclusion(sha256, { leaf: found.leaf, index: 3, size: said.checkpoint.size, root: said.checkpoint.root }, found.proof)).toBe(true);
    expect(readNote(found.checkpoint.note, [])).toMatchObject({ ok: false });
    expect(readNote(found.checkpoint.note.replace(`\n${entries.length}\n`, `\n${entries.length - 1}\n`), [signer])).toEqual({
      ok: false,
      why: 'the signature is wrong',
    });
  });

  it('changes its key by the key before, and is signed by no other', async () => {
    await sequencer.once({ checkpoint: true });
    const next = newSigner();
    const refused: unknown[] = [];
    const foreign = new Sequencer(db, { signer: next, refused: (...why) => refused.push(why) });
    await append('rotated', 1);
    expect(await foreign.once({ checkpoint: true })).toBe(1); // sealed, and not signed
    expect(refused).toEqual([['key unknown', next.keyId]]);

    await rotateKey(db, { previous: signer, next });
    const [newest] = await checkpoints(db, 1);
    expect(newest).toMatchObject({ keyId: next.keyId, size: (await all()).length });
    await append('rotated', 2);
    await new Sequencer(db, { signer, refused: (...why) => refused.push(why) }).once({ checkpoint: true });
    expect(refused[1]).toEqual(['key replaced', signer.keyId]);
    sequencer = new Sequencer(db, { signer: next });
    await sequencer.once({ checkpoint: true });

    const keys = await checkpointKeys(db);
    expect(keys.map((key) => key.keyId).sort()).toEqual([signer.keyId, next.keyId].sort());
    expect(currentKey(keys)?.keyId).toBe(next.keyId);
    const followed = followKeys(
      [signer],
      keys.map(({ statement }) => statement),
    ); // whoever knows the first one only
    expect(followed.faults).toEqual([]);
    for (const { note } of await checkpoints(db)) expect(readNote(note, followed.keys)).toMatchObject({ ok: true });
    expect((await verifyLog(db)).problems).toEqual([]);
    await expect(rotateKey(db, { previous: signer, next: newSigner() })).rejects.toThrow('is not the one that signs now');
    await expect(rotateKey(db, { previous: next, next: signer })).rejects.toThrow('was used before');
  });

  it('is proved from an export, with no database', async () => {
    await sequencer.once({ checkpoint: true });
    const lines = (await all()).map(writeEntry);
    const notes = (await checkpoints(db)).map((each) => each.note);
    const verified = verifyExport(
      lines.map((line, index) => readEntry(line, index + 1)),
      notes,
      await checkpointKeys(db),
    );
    expect(verified).toMatchObject({ faults: [], events: lines.length, checkpoints: notes.length });
    expect(lines.join('')).not.toContain('Name 1');
  });
});

describe('an export that was touched', () => {
  let entries: LogEntry[];
  let notes: string[];
  beforeEach(async () => {
    await sequencer.once({ checkpoint: true });
    entries = [...(await all())];
    notes = (await checkpoints(db)).map((each) => each.note);
  });
  const faults = async (touched: readonly LogEntry[], given: readonly string[] = notes) => verifyExport(touched, given, await checkpointKeys(db)).faults;
  const edited = (change: Partial<LogEntry>): LogEntry[] => entries.map((entry, index) => (index === 7 ? { ...entry, ...change } : entry));

  it.each([
    ['its event id', { eventId: '00000000-0000-4000-8000-000000000000' }],
    ['its stream', { stream: 'another' }],
    ['its version', { version: 99 }],
    ['its type', { type: 'Other' }],
    ['its schema', { schema: 2 }],
    ['its time', { recordedAt: '2020-01-01T00:00:00.000Z' }],
    ['its content', { body: Buffer.from('{"n":0}') }],
    ['who did it', { meta: Buffer.from('{"actor":"somebody else","channel":"system"}') }],
    ['whose key', { keyId: '00000000-0000-4000-8000-000000000000' }],
    ['what is sealed', { sealed: Buffer.from('other') }],
    ['its hash', { hash: new Uint8Array(32) }],
  ])('in %s is named', async (_says, change) => {
    const found = await faults(edited(change as Partial<LogEntry>));
    expect(found.some((fault) => fault.position === 7)).toBe(true);
  });

  it('by taking one out, putting one in, swapping two or cutting the end is found', async () => {
    const [a, b] = [entries[4] as LogEntry, entries[5] as LogEntry];
    expect(await faults(entries.filter((_, index) => index !== 5))).not.toEqual([]);
    expect(await faults([...entries.slice(0, 5), { ...a, position: 5 }, ...entries.slice(5)])).not.toEqual([]);
    expect(await faults(entries.map((entry, index) => (index === 4 ? { ...b, position: 4 } : index === 5 ? { ...a, position: 5 } : entry)))).not.toEqual([]);
    expect((await faults(entries.slice(0, -1))).map((fault) => fault.what).join()).toContain('the log was cut');
  });

  it('in what is readable beside the bytes is refused', () => {
    const line = writeEntry(entries[0] as LogEntry).replace('"data":{"n":1}', '"data":{"n":2}');
    expect(() => readEntry(line, 1)).toThrow('line 1 of the export is no event of a record');
  });
});

describe('somebody who owns the database', () => {
  it('and rewrites a stream with all hashes, leaves and checkpoints is found by a checkpoint that was kept elsewhere, and by nothing else', async () => {
    await sequencer.once({ checkpoint: true });
    const kept = (await checkpoints(db, 1)).map((each) => each.note);
    const keys = await checkpointKeys(db);
    for (const table of ['event', 'log_leaf', 'log_checkpoint', 'log_key']) await db.query(`ALTER TABLE ev.${table} DISABLE TRIGGER ALL`);

    await db.query(`UPDATE ev.event SET body = '{"n":12345}'::bytea WHERE stream_id = 'busy-0' AND version = 3`);
    expect((await verifyStreams(db)).problems.length).toBeGreaterThan(0);
    await db.query(
      `UPDATE ev.event SET leaf = ev.leaf_hash(event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed) WHERE stream_id = 'busy-0'`,
    );
    const chain: { version: string; leaf: Buffer }[] = await db.query(`SELECT version, leaf FROM ev.event WHERE stream_id = 'busy-0' ORDER BY version`);
    let hash = Buffer.alloc(0);
    for (const { version, leaf } of chain) {
      hash = Buffer.from(sha256(Buffer.concat([Buffer.from([2]), hash, leaf])));
      await db.query(`UPDATE ev.event SET hash = $1 WHERE stream_id = 'busy-0' AND version = $2`, [hash, version]);
    }
    expect((await verifyStreams(db)).problems).toEqual([]);
    expect((await verifyLog(db)).problems.map((each) => each.what)).toContain('the event at this position has another hash than when it was sealed');

    // The log and its checkpoints too, signed with a key of their own.
    await db.query('UPDATE ev.log_leaf l SET hash = e.hash FROM ev.event e WHERE e.seq = l.seq');
    await db.query('DELETE FROM ev.log_checkpoint');
    await db.query('DELETE FROM ev.log_key');
    await db.query(`UPDATE ev.log_state SET size = 0, roots = '{}', watermark = 0`);
    await db.query('DELETE FROM ev.log_leaf');
    const forger = new Sequencer(db, { signer: newSigner() });
    while ((await forger.once({ checkpoint: true })) > 0) await sleep(1);
    expect((await verifyLog(db)).problems).toEqual([]);

    const problems = (await verifyLog(db, { notes: kept, keys })).problems.map((each) => each.what);
    expect(problems.join()).toMatch(/the checkpoint that was kept elsewhere \(\d+ events\) has another root: the log was rewritten/);
  }, 30_000);
});
