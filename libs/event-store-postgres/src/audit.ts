import type { DataSource } from 'typeorm';
import { BadCursor } from './rows.ts';

export interface AuditFilter {
  readonly caseId?: string | undefined;
  readonly type?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Row {
  seq: string;
  stream_id: string;
  version: string;
  recorded_at: Date;
  type: string;
  meta: Buffer;
  hash: Buffer;
}

/**
 * Events newest first, for eyes. Going back from the newest never skips one that is already there; what is committed
 * later is on a newer page. A follower that must miss nothing needs the gap-free log instead.
 */
export const listEvents = async (
  dataSource: DataSource,
  { caseId, type, cursor, limit }: AuditFilter,
): Promise<{ items: readonly object[]; cursor?: string }> => {
  if (cursor !== undefined && !/^\d{1,18}$/.test(cursor)) throw new BadCursor('the cursor is not one of ours');
  const rows: Row[] = await dataSource.query(
    `SELECT seq, stream_id, version, recorded_at, type, meta, hash FROM ev.event
     WHERE ($1::text IS NULL OR stream_id = $1) AND ($2::text IS NULL OR type = $2) AND ($3::bigint IS NULL OR seq < $3) ORDER BY seq DESC LIMIT $4`,
    [caseId === undefined ? null : `case/${caseId}`, type ?? null, cursor ?? null, limit + 1],
  );
  const items = rows.slice(0, limit).map((row) => {
    const { actor, channel } = JSON.parse(row.meta.toString('utf8')) as { actor: string; channel: string };
    return {
      position: row.seq,
      stream: row.stream_id,
      version: Number(row.version),
      at: row.recorded_at.toISOString(),
      type: row.type,
      actor,
      channel,
      hash: row.hash.toString('hex'),
    };
  });
  const last = items[items.length - 1];

  return rows.length > limit && last ? { items, cursor: last.position } : { items };
};
