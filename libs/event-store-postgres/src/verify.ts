import type { DataSource } from 'typeorm';

export interface Problem {
  readonly stream: string;
  readonly version: number | null;
  readonly what: 'content changed' | 'chain broken' | 'event missing' | 'head differs' | 'stream unknown';
}

export interface Verified {
  readonly streams: number;
  readonly events: number;
  readonly problems: readonly Problem[];
}

/** Hashes every stored byte again, and every link: what was edited, inserted, deleted or reordered is named. */
const EVENTS = `SELECT stream_id, version, leaf_ok, chain_ok, version = row AS in_order FROM (
    SELECT stream_id, version, row_number() OVER w AS row,
      leaf = ev.leaf_hash(event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed) AS leaf_ok,
      hash = sha256('\\x02'::bytea || coalesce(lag(hash) OVER w, '\\x'::bytea) || leaf) AS chain_ok
    FROM ev.event WINDOW w AS (PARTITION BY stream_id ORDER BY version)) e
  WHERE NOT (leaf_ok AND chain_ok AND version = row) ORDER BY stream_id, version LIMIT 1000`;

const HEADS = `SELECT coalesce(s.stream_id, e.stream_id) AS stream_id, s.stream_id IS NULL AS unknown FROM ev.stream s
  FULL JOIN (SELECT DISTINCT ON (stream_id) stream_id, version, hash FROM ev.event ORDER BY stream_id, version DESC) e ON e.stream_id = s.stream_id
  WHERE s.stream_id IS NULL OR e.stream_id IS NULL OR s.version <> e.version OR s.head <> e.hash LIMIT 1000`;

export const verifyStreams = async (dataSource: DataSource): Promise<Verified> => {
  const [counts] = (await dataSource.query('SELECT (SELECT count(*) FROM ev.stream) AS streams, (SELECT count(*) FROM ev.event) AS events')) as {
    streams: string;
    events: string;
  }[];
  const events = (await dataSource.query(EVENTS)) as { stream_id: string; version: string; leaf_ok: boolean; chain_ok: boolean; in_order: boolean }[];
  const heads = (await dataSource.query(HEADS)) as { stream_id: string; unknown: boolean }[];

  return {
    streams: Number(counts?.streams ?? 0),
    events: Number(counts?.events ?? 0),
    problems: [
      ...events.map(({ stream_id, version, leaf_ok, in_order }): Problem => ({
        stream: stream_id,
        version: Number(version),
        what: !leaf_ok ? 'content changed' : !in_order ? 'event missing' : 'chain broken',
      })),
      ...heads.map(({ stream_id, unknown }): Problem => ({ stream: stream_id, version: null, what: unknown ? 'stream unknown' : 'head differs' })),
    ],
  };
};
