import { ReadModels, logSize, migrate, openDatabase, readLog, verifyStreams, type Db } from '@handover/event-store-postgres';
import { projections } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { newSigner } from '../support/record.ts';
import { fillRecord, hashedPerSecond } from './million.ts';
import { rowOf, type Row } from './row.ts';
import { freshDatabase, type BenchServers } from './servers.ts';

const EVENTS = Number(process.env['HANDOVER_BENCH_EVENTS'] ?? 1_000_000);
const BATCH = 5_000;

/** Seconds. */
const timed = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
};

/** Every read model built anew over a million events, and the chains verified, beside reading and beside hashing as much. */
export const rebuild = async ({ postgresUrl }: BenchServers): Promise<readonly Row[]> => {
  const db = await openDatabase(await freshDatabase(postgresUrl, 'bench_rebuild'), { poolSize: 4 });
  try {
    await migrate(db);
    console.log(`  appending ${EVENTS} events …`);
    await fillRecord(db, newSigner('bench'), EVENTS);
    const params = { events: EVENTS, batch: BATCH };
    const reading = EVENTS / (await timed(() => readThrough(db)));
    const rows: Row[] = [];
    for (const projection of projections) {
      const { name } = projection;
      const ours = EVENTS / (await timed(() => built(new ReadModels(db, [projection], { batch: BATCH }), name)));
      rows.push(
        rowOf({
          name: `rebuild ${name}`,
          unit: 'events/s',
          params,
          ours,
          baseline: reading,
          baselineName: 'the same events read in log order',
          goal: '>= 0.25',
        }),
      );
      console.log(`  ${name}: ${Math.round(ours)} events/s beside ${Math.round(reading)}`);
    }
    let problems = 0;
    const verifying = EVENTS / (await timed(async () => void (problems = (await verifyStreams(db)).problems.length)));
    if (problems > 0) throw new Error('the record does not verify');
    const hashing = await hashedPerSecond(db);
    const limits = [
      { baseline: hashing, baselineName: 'SHA-256 of the bytes of as many events, one core', goal: '>= 0.1' },
      { baseline: reading, baselineName: 'the same events read in log order', goal: 'none' },
    ];
    rows.push(...limits.map((limit) => rowOf({ name: 'verify every chain', unit: 'events/s', params, ours: verifying, ...limit })));

    return rows;
  } finally {
    await db.destroy();
  }
};

/** Nothing of it is there before: a live generation would follow the log at the same time. */
const built = async (models: ReadModels, name: string): Promise<void> => {
  await models.prepare();
  const isLive = async (): Promise<boolean> => (await models.status()).some((each) => each.name === name && each.state === 'live');
  while (!(await isLive())) await models.advance(name);
};

const readThrough = async (db: DataSource): Promise<void> => {
  const from: Db = { query: async (sql, values) => db.query(sql, values as unknown[]) };
  const size = await logSize(from);
  for (let position = 0; position < size;) position += (await readLog(from, position, BATCH)).length;
};
