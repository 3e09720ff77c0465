import { createHash } from 'node:crypto';
import { upcasters } from '@handover/case';
import { canonicalJson } from '@handover/event-store';
import { Sequencer } from '@handover/event-store-postgres';
import type { Signer } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { sealAll } from '../support/record.ts';
import { aStory } from './a-leaver.ts';

const PER_STREAM = 10;

/** Cases of ten events each, what is sealed as large as ours on average. */
const APPEND = `SELECT count(*) FROM generate_series($1::int, $2::int) s, LATERAL (SELECT md5(s::text)::uuid::text AS id) c,
  LATERAL ev.append('case/' || c.id, 0, ARRAY(SELECT gen_random_uuid() FROM generate_series(1, ${PER_STREAM}) WHERE s > 0), $3::text[],
    $4::int[], $5::bytea[], array_fill(convert_to('{"actor":"bench","caseId":"' || c.id || '","channel":"system"}', 'UTF8'), ARRAY[${PER_STREAM}]),
    array_fill('00000000-0000-4000-8000-000000000001'::uuid, ARRAY[${PER_STREAM}]), array_fill(decode(repeat('ab', 142), 'hex'), ARRAY[${PER_STREAM}])) a`;

/** So many events in streams of ten, each appended, chained and sealed into the log like any other. */
export const fillRecord = async (db: DataSource, signer: Signer, events: number): Promise<void> => {
  const streams = events / PER_STREAM;
  const story = await aStory(PER_STREAM);
  const told = [story.map(({ type }) => type), story.map(({ type }) => upcasters.versionOf(type)), story.map(({ data }) => Buffer.from(canonicalJson(data)))];
  for (let from = 1; from <= streams; from += 5_000) {
    await db.transaction(async (inside) => {
      await inside.query('SET LOCAL statement_timeout = 0');
      await inside.query(APPEND, [from, Math.min(streams, from + 4_999), ...told]);
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
