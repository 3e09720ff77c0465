import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

/** An event of which one knows where it is in its stream, or already where it is in the log. */
export type Awaited = { readonly stream: string; readonly version: number } | { readonly position: number };

/** The read model did not get there in time; it will, and nothing is lost. */
export class NotThereYet extends Error {}

const LOOK_EVERY_MS = 15;

/** `event` is applied to what readers of the read model see. For callers that must see their own write; usually some 100 ms. @throws NotThereYet */
export const waitUntil = async (dataSource: DataSource, readModel: string, event: Awaited, withinMs = 5_000): Promise<void> => {
  for (const deadline = Date.now() + withinMs; ;) {
    const position = 'position' in event ? event.position : await positionOf(dataSource, event.stream, event.version);
    const rows: { there: boolean }[] = await dataSource.query(`SELECT position > $2 AS there FROM read.subscription WHERE name = $1 AND state = 'live'`, [
      readModel,
      position ?? Number.MAX_SAFE_INTEGER,
    ]);
    if (rows[0]?.there) return;
    if (Date.now() >= deadline) throw new NotThereYet(`the read model ${readModel} has not come to the event within ${withinMs} ms`);
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
