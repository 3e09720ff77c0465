import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LogDamaged, Sequencer, checkpoints, consistencyOf, proofOf, proofsAt } from '@handover/event-store-postgres';
import { provesConsistency, provesInclusion } from '@handover/merkle';
import { sha256 } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, newSigner } from '../support/record.ts';

const EVENTS = 700;
let record: OwnRecord;
let db: DataSource;
const signer = newSigner();

beforeAll(async () => {
  record = await openRecord();
  db = record.db;
  const sequencer = new Sequencer(db, { signer });
  for (const [from, to] of [
    [0, 255],
    [255, 257],
    [257, EVENTS],
  ] as const) {
    const events = Array.from({ length: to - from }, (_, n) => happened('long', from + n));
    await record.store.commit([{ stream: 'long', expected: from, events }]);
    await sequencer.once({ checkpoint: true });
  }
}, 60_000);
afterAll(() => record.drop());

/** How many rows a call reads. */
const rowsRead = async (work: (source: DataSource) => Promise<unknown>): Promise<number> => {
  let rows = 0;
  const counting = { query: async (sql: string, values: unknown[]) => ((found: unknown[]) => ((rows += found.length), found))(await db.query(sql, values)) };
  await work(counting as unknown as DataSource);
  return rows;
};

describe('the upper part of the tree', () => {
  it('is one row for each full tile, whatever batches the events came in', async () => {
    expect(await db.query('SELECT level, index FROM ev.log_node ORDER BY 1, 2')).toEqual([
      { level: 8, index: '0' },
      { level: 8, index: '1' },
    ]);
  });

  it('is what the migration makes of a log that was there before', async () => {
    const runner = db.createQueryRunner();
    const [before] = [await db.query('SELECT * FROM ev.log_node ORDER BY 1, 2')];
    await runner.startTransaction();
    const tree = db.migrations.find(({ name }) => name === 'Tree1772000000040');
    await tree?.down(runner);
    await tree?.up(runner);
    expect(await runner.query('SELECT * FROM ev.log_node ORDER BY 1, 2')).toEqual(before);
    await runner.rollbackTransaction();
    await runner.release();
  });
});

describe('a proof', () => {
  it('leads from any event to the newest checkpoint, and reads some tiles only', async () => {
    const positions = [0, 1, 254, 255, 256, 511, 512, 600, EVENTS - 1];
    const found = await proofsAt(db, positions);
    const { root, size } = found?.checkpoint ?? { root: new Uint8Array(), size: 0 };
    expect(size).toBe(EVENTS);
    positions.forEach((index, n) =>
      expect(provesInclusion(sha256, { leaf: found?.leaves[n] as Uint8Array, index, size, root }, found?.proofs[n] ?? [])).toBe(true),
    );
    expect(await rowsRead((source) => proofOf(source, 3))).toBeLessThan(512 + 3);
  });

  it('leads from an older tree to a newer one, also when the older checkpoint is no longer stored', async () => {
    const kept = await checkpoints(db);
    expect(kept.map(({ size }) => size)).toEqual([EVENTS, 257, 255]);
    for (const { size, root } of kept) {
      const found = await consistencyOf(db, { from: size });
      expect(provesConsistency(sha256, { size, root }, found?.to ?? { size: 0, root }, found?.proof ?? [])).toBe(true);
    }
    expect(await consistencyOf(db, { from: 256, to: 257 })).toMatchObject({ from: { size: 256 }, to: { size: 257 } });
    expect(await consistencyOf(db, { from: 1, to: 300 })).toBeNull();
    expect(await consistencyOf(db, { from: EVENTS + 1 })).toBeNull();
  });

  it.each([
    ['a node of the tree', `UPDATE ev.log_node SET hash = sha256(hash) WHERE index = 1`],
    ['a leaf', `UPDATE ev.log_leaf SET hash = sha256(hash) WHERE position = 5`],
    ['a row that is gone', `DELETE FROM ev.log_leaf WHERE position = 7`],
  ])('is never made of %s that was changed', async (_what, sql) => {
    const runner = db.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SET LOCAL session_replication_role = replica');
    await runner.query(sql);
    const inside = { query: (text: string, values: unknown[]) => runner.query(text, values) as Promise<unknown> } as unknown as DataSource;
    await expect(proofOf(inside, 3)).rejects.toThrow(LogDamaged);
    await runner.rollbackTransaction();
    await runner.release();
  });
});
