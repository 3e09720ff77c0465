import type { DataSource } from 'typeorm';
import type { Problem } from './problem.ts';
import type { Outside } from './verify-checkpoints.ts';
import { verifyLog, type LogVerified } from './verify-log.ts';
import { verifyStreams } from './verify-streams.ts';

export interface RecordVerified extends Omit<LogVerified, 'problems'> {
  readonly streams: number;
  readonly events: number;
  /** ms */
  readonly took: number;
  readonly problems: readonly Problem[];
}

/** Everything, at one moment of a system that may go on running: what is written meanwhile is not looked at. */
export const verifyRecord = async (dataSource: DataSource, outside?: Outside): Promise<RecordVerified> => {
  const begun = performance.now();
  return dataSource.transaction('REPEATABLE READ', async (db) => {
    await db.query('SET TRANSACTION READ ONLY');
    // Long is what it takes; sorting a million narrow rows wants memory, for this transaction only.
    await db.query(`SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 4; SET LOCAL jit = off`);
    const streams = await verifyStreams(db);
    const log = await verifyLog(db, outside);

    return { ...log, streams: streams.streams, events: streams.events, took: performance.now() - begun, problems: [...streams.problems, ...log.problems] };
  });
};
