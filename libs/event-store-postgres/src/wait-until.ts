import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

/** An event of which one knows where it is in its stream, or already where it is in the log. */
export type Awaited = { readonly stream: string; readonly version: number } | { readonly position: number };

/** The read model did not get there in time; it will, and nothing is lost. */
export class NotThereYet extends Error {}

/** What is waited for takes some 100 ms: more looks would only slow it down where many wait. */
const LOOK_EVERY_MS = 40;
const PATIENCE_MS = 5_000;

/** `event` is applied to what readers of the read model see. For callers that must see their own write; usually some 100 ms. @throws NotThereYet */
export const waitUntil = (dataSource: DataSource, readModel: string, event: Awaited, withinMs = PATIENCE_MS): Promise<void> =>
  until(readModel, withinMs, async () => {
    const position = 'position' in event ? event.position : await positionOf(dataSource, event.stream, event.version);
    if (position === null) return false;
    const rows: { there: boolean }[] = await dataSource.query(`SELECT position > $2 AS there FROM read.subscription WHERE name = $1 AND state = 'live'`, [
      readModel,
      position,
    ]);
    return rows[0]?.there ?? false;
  });

/** Events that have no place in the log yet, and how many have one. */
const SO_FAR = `SELECT s.size, ARRAY(SELECT e.seq FROM ev.event e WHERE e.seq > s.watermark
  AND NOT EXISTS (SELECT 1 FROM ev.log_leaf l WHERE l.seq = e.seq AND l.seq > s.watermark)) AS waiting FROM ev.log_state s`;
const IS_THERE = `SELECT l.count = cardinality($2::bigint[]) AND s.position >= greatest($3, l.next) AS there
  FROM read.subscription s, (SELECT count(*), max(position) + 1 AS next FROM ev.log_leaf WHERE seq = ANY ($2::bigint[])) l WHERE s.name = $1 AND s.state = 'live'`;

/**
 * Everything that was committed until now is applied to what readers of the read model see. For callers who decide by it:
 * where it stands still they hear so, instead of deciding by what was. @throws NotThereYet
 */
export const caughtUp = async (dataSource: DataSource, readModel: string, withinMs = PATIENCE_MS): Promise<void> => {
  const [now] = (await dataSource.query(SO_FAR)) as { size: string; waiting: string[] }[];
  await until(readModel, withinMs, async () => {
    const rows: { there: boolean }[] = await dataSource.query(IS_THERE, [readModel, now?.waiting ?? [], now?.size ?? 0]);
    return rows[0]?.there ?? false;
  });
};

const until = async (readModel: string, withinMs: number, isThere: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + withinMs; ;) {
    if (await isThere()) return;
    if (Date.now() >= deadline) throw new NotThereYet(`the read model ${readModel} has not come so far within ${withinMs} ms`);
    await sleep(LOOK_EVERY_MS);
  }
};

/** Null: it has no place in the log yet. */
const positionOf = async (dataSource: DataSource, stream: string, version: number): Promise<number | null> => {
  const rows: { position: string }[] = await dataSource.query(
    'SELECT l.position FROM ev.event e JOIN ev.log_leaf l ON l.seq = e.seq WHERE e.stream_id = $1 AND e.version = $2',
    [stream, version],
  );
  return rows[0] ? Number(rows[0].position) : null;
};
