import type { EventMeta, JsonObject, StoredEvent } from '@handover/event-store';
import type { LogEntry } from '@handover/record-proof';

/** A row of `ev.event`, as far as it is hashed. */
export interface EventRow {
  readonly event_id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly schema_version: number;
  readonly recorded_at: Date;
  readonly body: Buffer;
  readonly meta: Buffer;
  readonly key_id: string | null;
  readonly sealed: Buffer | null;
}

/** With its place in the log, null before it is given one, and its hash. */
export interface LoggedRow extends EventRow {
  readonly position: string | null;
  readonly hash: Buffer;
}

/** Of `ev.event e`. */
export const EVENT = 'e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.recorded_at, e.body, e.meta';
export const SEALED_EVENT = `${EVENT}, e.key_id, e.sealed`;
/** Of `ev.event e` and `ev.log_leaf l`. */
export const LOGGED = `l.position, ${SEALED_EVENT}, e.hash`;

/** The event without what is personal, in the shape it was written in. */
export const eventOf = (row: Omit<EventRow, 'key_id' | 'sealed'>): StoredEvent => ({
  id: row.event_id,
  stream: row.stream_id,
  version: Number(row.version),
  type: row.type,
  schema: row.schema_version,
  recordedAt: row.recorded_at.toISOString(),
  data: JSON.parse(row.body.toString('utf8')) as JsonObject,
  meta: JSON.parse(row.meta.toString('utf8')) as EventMeta,
});

/** What is hashed, byte for byte; at position -1 without a place in the log. */
export const entryOf = (row: LoggedRow): LogEntry => ({
  position: row.position === null ? -1 : Number(row.position),
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
