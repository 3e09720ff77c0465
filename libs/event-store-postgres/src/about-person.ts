import type { EventMeta, JsonObject } from '@handover/event-store';
import type { Keyring } from '@handover/privacy';
import type { DataSource } from 'typeorm';

/** An event that is about a person: sealed under their key, in a stream of theirs, or naming their reference. */
export interface EventAbout {
  readonly seq: number;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly data: JsonObject;
  readonly meta: EventMeta;
  /** Null where nothing personal was said, where it is about somebody else, and once the key is destroyed. */
  readonly personal: JsonObject | null;
  readonly erased: boolean;
}

interface Row {
  seq: string;
  event_id: string;
  stream_id: string;
  version: string;
  type: string;
  recorded_at: Date;
  body: Buffer;
  meta: Buffer;
  key_id: string | null;
  sealed: Buffer | null;
}

const PAGE = 500;
/** So many events are looked through by one statement: well below a second, however long the record is. */
const WINDOW = 50_000;

/** Read from the table itself and not from an index: what is held somewhere unforeseen is held all the same. */
const ABOUT = `SELECT seq, event_id, stream_id, version, type, recorded_at, body, meta, key_id, sealed FROM ev.event
  WHERE seq > $1 AND seq <= $4 AND (key_id = (SELECT key_id FROM ev.subject_key WHERE subject = $2) OR stream_id = 'person/' || $2
    OR stream_id = ANY($3) OR position($2 IN convert_from(body, 'UTF8')) > 0) ORDER BY seq LIMIT ${PAGE}`;

/** In the order it happened, some hundred at a time: a long story must not pile up in memory. It ends with what was there when it began. */
export async function* eventsAbout(
  dataSource: DataSource,
  keyring: Keyring,
  { personRef, caseIds, window = WINDOW }: { readonly personRef: string; readonly caseIds: readonly string[]; readonly window?: number },
): AsyncGenerator<EventAbout> {
  const streams = caseIds.map((id) => `case/${id}`);
  const [range]: { first: string; last: string }[] = await dataSource.query(
    'SELECT coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last FROM ev.event',
  );
  const end = Number(range?.last);
  for (let after = Number(range?.first) - 1; after < end;) {
    const upTo = Math.min(after + window, end);
    const rows: Row[] = await dataSource.query(ABOUT, [after, personRef, streams, upTo]);
    for (const row of rows) yield await opened(row, keyring, personRef);
    const last = rows[rows.length - 1];
    after = last && rows.length === PAGE ? Number(last.seq) : upTo;
  }
}

const opened = async (row: Row, keyring: Keyring, personRef: string): Promise<EventAbout> => {
  const at = { eventId: row.event_id, stream: row.stream_id, type: row.type };
  const { person = null, plain = null } = row.key_id !== null && row.sealed !== null ? await keyring.open(row.key_id, at, row.sealed) : {};

  return {
    seq: Number(row.seq),
    id: row.event_id,
    stream: row.stream_id,
    version: Number(row.version),
    type: row.type,
    recordedAt: row.recorded_at.toISOString(),
    data: JSON.parse(row.body.toString('utf8')) as JsonObject,
    meta: JSON.parse(row.meta.toString('utf8')) as EventMeta,
    personal: person === personRef && plain !== null ? (JSON.parse(plain) as JsonObject) : null,
    erased: person === personRef && plain === null,
  };
};

/** How many rows beside the record and what follows it are theirs: keyed hashes to find them by, kept answers. */
export const rowsAbout = async (dataSource: DataSource, personRef: string): Promise<Readonly<Record<string, number>>> => {
  const [row] = (await dataSource.query(
    `SELECT (SELECT count(*) FROM app.person_index WHERE person_ref = $1)::int AS "personIndex",
      (SELECT count(*) FROM app.idempotency_key WHERE person_ref = $1)::int AS "keptAnswers"`,
    [personRef],
  )) as Record<string, number>[];
  return row ?? {};
};
