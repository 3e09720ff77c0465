import { createHash } from 'node:crypto';
import { Sequencer } from '@handover/event-store-postgres';
import type { Signer } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { sealAll } from '../support/record.ts';

const PER_STREAM = 10;

/** As large as ours are on average: the content, who did it, and what is sealed. */
const APPEND = `SELECT count(*) FROM generate_series($1::int, $2::int) s, LATERAL ev.append('bench/' || s, 0,
    ARRAY(SELECT gen_random_uuid() FROM generate_series(1, ${PER_STREAM}) WHERE s > 0), array_fill('Happened'::text, ARRAY[${PER_STREAM}]), array_fill(1, ARRAY[${PER_STREAM}]),
    ARRAY(SELECT convert_to('{"n":' || i || ',"s":' || s || ',"text":"' || repeat('x', 360) || '"}', 'UTF8') FROM generate_series(1, ${PER_STREAM}) i),
    array_fill('{"actor":"bench","channel":"system","caseId":"00000000-0000-4000"}'::bytea, ARRAY[${PER_STREAM}]),
    array_fill('00000000-0000-4000-8000-000000000001'::uuid, ARRAY[${PER_STREAM}]), array_fill(decode(repeat('ab', 142), 'hex'), ARRAY[${PER_STREAM}])) a`;

/** So many events in streams of ten, each appended, chained and sealed into the log like any other. */
export const fillRecord = async (db: DataSource, signer: Signer, events: number): Promise<void> => {
  const streams = events / PER_STREAM;
  for (let from = 1; from <= streams; from += 5_000) {
    await db.transaction(async (inside) => {
      await inside.query('SET LOCAL statement_timeout = 0');
      await inside.query(APPEND, [from, Math.min(streams, from + 4_999)]);
    });
  }
  const sequencer = new Sequencer(db, { signer, checkpointEveryMs: 1_000 });
  await sealAll(sequencer);
  await sequencer.once({ checkpoint: true });
  await db.query('VACUUM ANALYZE ev.event');
  await db.query('VACUUM ANALYZE ev.log_leaf');
};

/** How many events' bytes one core can hash in a second, with nothing else to do. */
export const hashedPerSecond = async (db: DataSource): Promise<number> => {
  const [row] = (await db.query('SELECT avg(octet_length(body) + octet_length(meta) + coalesce(octet_length(sealed), 0))::int AS bytes FROM ev.event')) as {
    bytes: number;
  }[];
  const bytes = Buffer.alloc(row?.bytes ?? 600, 7);
  const count = 300_000;
  const begun = performance.now();
  for (let n = 0; n < count; n += 1) createHash('sha256').update(bytes).digest();

  return count / ((performance.now() - begun) / 1_000);
};
