import { upcasters } from '@handover/case';
import type { JsonObject } from '@handover/event-store';
import type { DataSource } from 'typeorm';

/** What happened about legal holds in one stream, oldest first. Readable parts only: reasons stay sealed. */
export interface HoldHistory {
  readonly stream: string;
  readonly events: readonly { readonly type: string; readonly data: JsonObject; readonly at: string }[];
}

/** Every stream that ever was held; few, and read by an index of their own. */
export const holdHistories = async (dataSource: DataSource): Promise<readonly HoldHistory[]> => {
  const rows = (await dataSource.query(
    `SELECT stream_id, type, schema_version, body, recorded_at FROM ev.event WHERE type LIKE 'LegalHold%' ORDER BY stream_id, version`,
  )) as {
    stream_id: string;
    type: string;
    schema_version: number;
    body: Buffer;
    recorded_at: Date;
  }[];
  const streams = new Map<string, HoldHistory['events'][number][]>();
  for (const { stream_id, type, schema_version, body, recorded_at } of rows) {
    const events = streams.get(stream_id) ?? [];
    const { data } = upcasters.current({ type, schema: schema_version, data: JSON.parse(body.toString('utf8')) as JsonObject });
    events.push({ type, data, at: recorded_at.toISOString() });
    streams.set(stream_id, events);
  }

  return [...streams].map(([stream, events]) => ({ stream, events }));
};
