import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { LOGGED, entryOf, type LoggedRow } from './event-row.ts';

export interface ChainedEntry {
  readonly entry: LogEntry;
  /** The hash of the event before it in the stream; empty for the first. */
  readonly previous: Uint8Array;
}

/** A whole stream as it lies in the log; null while its newest events have no place there yet. */
export const streamEntries = async (dataSource: DataSource, stream: string): Promise<readonly ChainedEntry[] | null> => {
  const rows: (LoggedRow & { previous: Buffer | null })[] = await dataSource.query(
    `SELECT ${LOGGED}, lag(e.hash) OVER (ORDER BY e.version) AS previous
     FROM ev.event e LEFT JOIN ev.log_leaf l ON l.seq = e.seq WHERE e.stream_id = $1 ORDER BY e.version`,
    [stream],
  );
  if (rows.some((row) => row.position === null)) return null;

  return rows.map((row) => ({ entry: entryOf(row), previous: new Uint8Array(row.previous ?? Buffer.alloc(0)) }));
};

/** The entries at these positions, in log order. */
export const entriesAt = async (dataSource: DataSource, positions: readonly number[]): Promise<readonly LogEntry[]> => {
  if (positions.length === 0) return [];
  const rows: LoggedRow[] = await dataSource.query(
    `SELECT ${LOGGED} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position = ANY ($1::bigint[]) ORDER BY l.position`,
    [positions],
  );
  return rows.map(entryOf);
};
