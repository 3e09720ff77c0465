import type { LogEntry } from '@handover/record-proof';

export interface Row {
  position: string;
  event_id: string;
  stream_id: string;
  version: string;
  type: string;
  schema_version: number;
  recorded_at: Date;
  body: Buffer;
  meta: Buffer;
  key_id: string | null;
  sealed: Buffer | null;
  hash: Buffer;
}

export const COLUMNS = 'l.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.recorded_at, e.body, e.meta, e.key_id, e.sealed, e.hash';

export const entryOf = (row: Row): LogEntry => ({
  position: Number(row.position),
  eventId: row.event_id,
  stream: row.stream_id,
  version: Number(row.version),
  type: row.type,
  schema: row.schema_version,
  recordedAt: row.recorded_at.toISOString(),
  body: row.body,
  meta: row.meta,
  keyId: row.key_id,
  sealed: row.sealed,
  hash: row.hash,
});
