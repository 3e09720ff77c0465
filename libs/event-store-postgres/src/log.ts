import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { LOGGED, entryOf, type LoggedRow } from './event-row.ts';

export interface LogFilter {
  readonly caseId?: string | undefined;
  readonly personRef?: string | undefined;
  readonly actor?: string | undefined;
  readonly type?: string | undefined;
  /** ISO instants; `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const WHERE = `($2::text IS NULL OR e.stream_id = $2) AND ($3::text IS NULL OR e.type = $3)
  AND ($4::timestamptz IS NULL OR e.recorded_at >= $4) AND ($5::timestamptz IS NULL OR e.recorded_at < $5)
  AND ($6::text IS NULL OR convert_from(e.meta, 'UTF8')::jsonb->>'actor' = $6)
  AND ($7::text IS NULL OR e.stream_id = 'person/' || $7 OR e.stream_id IN (SELECT 'case/' || id FROM app.case_row WHERE person_ref = $7))`;

const valuesOf = ({ caseId, type, from, to, actor, personRef }: LogFilter): unknown[] => [
  caseId === undefined ? null : `case/${caseId}`,
  type ?? null,
  from ?? null,
  to ?? null,
  actor ?? null,
  personRef ?? null,
];

/** Events at `position > after` in log order: what a follower reads, never skipping one and never seeing one twice. */
export const followLog = async (
  dataSource: DataSource,
  { after, limit, ...filter }: LogFilter & { readonly after: number; readonly limit: number },
): Promise<readonly LogEntry[]> =>
  (
    (await dataSource.query(
      `SELECT ${LOGGED} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position > $1 AND ${WHERE} ORDER BY l.position LIMIT $8`,
      [after, ...valuesOf(filter), limit],
    )) as LoggedRow[]
  ).map(entryOf);

/** The same backwards, for eyes. */
export const lookBack = async (
  dataSource: DataSource,
  { before, limit, ...filter }: LogFilter & { readonly before: number; readonly limit: number },
): Promise<readonly LogEntry[]> =>
  (
    (await dataSource.query(
      `SELECT ${LOGGED} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position < $1 AND ${WHERE} ORDER BY l.position DESC LIMIT $8`,
      [before, ...valuesOf(filter), limit],
    )) as LoggedRow[]
  ).map(entryOf);

export interface KeptCheckpoint {
  readonly size: number;
  readonly keyId: string;
  readonly root: Uint8Array;
  readonly note: string;
  readonly at: string;
}

interface CheckpointRow {
  readonly size: string;
  readonly key_id: string;
  readonly root: Buffer;
  readonly note: string;
  readonly at: Date;
}

const keptOf = ({ size, key_id, root, note, at }: CheckpointRow): KeptCheckpoint => ({
  size: Number(size),
  keyId: key_id,
  root: new Uint8Array(root),
  note,
  at: at.toISOString(),
});

/** Newest first. */
export const checkpoints = async (dataSource: DataSource, limit = 1_000): Promise<readonly KeptCheckpoint[]> =>
  ((await dataSource.query('SELECT size, key_id, root, note, at FROM ev.log_checkpoint ORDER BY size DESC, at DESC LIMIT $1', [limit])) as CheckpointRow[]).map(
    keptOf,
  );

/** Oldest first, those of logs larger than `size`; one for each size, by the newest key. */
export const checkpointsAfter = async (dataSource: DataSource, size: number, limit: number): Promise<readonly KeptCheckpoint[]> =>
  (
    (await dataSource.query('SELECT DISTINCT ON (size) size, key_id, root, note, at FROM ev.log_checkpoint WHERE size > $1 ORDER BY size, at DESC LIMIT $2', [
      size,
      limit,
    ])) as CheckpointRow[]
  ).map(keptOf);

/** The newest of this size, where one was signed. */
export const checkpointAt = async (dataSource: DataSource, size: number): Promise<KeptCheckpoint | undefined> =>
  (
    (await dataSource.query('SELECT size, key_id, root, note, at FROM ev.log_checkpoint WHERE size = $1 ORDER BY at DESC LIMIT 1', [size])) as CheckpointRow[]
  ).map(keptOf)[0];
