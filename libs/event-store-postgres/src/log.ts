import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { LOGGED, entryOf, type LoggedRow } from './event-row.ts';

/** Events at `position > after` in log order: what a follower reads, never skipping one and never seeing one twice. */
export const followLog = async (dataSource: DataSource, { after, limit }: { readonly after: number; readonly limit: number }): Promise<readonly LogEntry[]> =>
  (
    (await dataSource.query(`SELECT ${LOGGED} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position > $1 ORDER BY l.position LIMIT $2`, [
      after,
      limit,
    ])) as LoggedRow[]
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
