import { equal } from '@handover/merkle';
import { changedColumn, chainHash, eventLeaf, type RecordedEvent } from '@handover/record-proof';
import { entryOf } from '../event-row.ts';
import { LISTED, problem, type Problem, type Queryable, type WholeRow } from './problem.ts';

export interface Verified {
  readonly streams: number;
  readonly events: number;
  readonly problems: readonly Problem[];
}

/** Every stored byte is hashed again; wide rows are only read, never sorted, and by several processes where there are. */
const CONTENT = `SELECT seq FROM ev.event
  WHERE leaf IS DISTINCT FROM ev.leaf_hash(event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed) LIMIT ${LISTED}`;

/** Every link, over narrow rows. */
const CHAIN = `SELECT seq FROM (
    SELECT seq, version, leaf, hash, lag(hash) OVER w AS previous, lag(version, 1, 0::bigint) OVER w AS before
    FROM ev.event WINDOW w AS (PARTITION BY stream_id ORDER BY version, seq)) e
  WHERE version <> before + 1 OR hash IS DISTINCT FROM sha256('\\x02'::bytea || coalesce(previous, '\\x'::bytea) || leaf) LIMIT ${LISTED}`;

const ROWS = `SELECT e.*, extract(microseconds FROM e.recorded_at)::bigint % 1000 AS micros, l.position, l.hash AS log_hash, p.hash AS previous, pl.hash AS previous_sealed, coalesce(p.version, 0) AS previous_version,
    e.leaf IS NOT DISTINCT FROM ev.leaf_hash(e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.recorded_at, e.body, e.meta, e.key_id, e.sealed) AS leaf_ok,
    e.hash IS NOT DISTINCT FROM sha256('\\x02'::bytea || coalesce(p.hash, '\\x'::bytea) || e.leaf) AS chain_ok
  FROM ev.event e LEFT JOIN ev.log_leaf l ON l.seq = e.seq
    LEFT JOIN LATERAL (SELECT * FROM ev.event b WHERE b.stream_id = e.stream_id AND (b.version, b.seq) < (e.version, e.seq) ORDER BY b.version DESC, b.seq DESC LIMIT 1) p ON true
    LEFT JOIN ev.log_leaf pl ON pl.seq = p.seq
  WHERE e.seq = ANY ($1::bigint[]) ORDER BY e.stream_id, e.version, e.seq`;

/** Events with all that is needed to say what is wrong with them. */
export const eventRows = async (db: Queryable, seqs: readonly string[]): Promise<readonly WholeRow[]> =>
  seqs.length === 0 ? [] : ((await db.query(ROWS, [seqs])) as WholeRow[]);

/**
 * The events against their own hashes, and the links between them. That the end of a stream was cut off is nothing that its
 * other events could tell: the log does, in which every event has its place.
 */
export const verifyStreams = async (db: Queryable): Promise<Verified> => {
  const [counts] = (await db.query('SELECT count(*) FILTER (WHERE version = 1) AS streams, count(*) AS events FROM ev.event')) as {
    streams: string;
    events: string;
  }[];
  const found = [...((await db.query(CONTENT)) as { seq: string }[]), ...((await db.query(CHAIN)) as { seq: string }[])];
  const rows = await eventRows(db, [...new Set(found.map(({ seq }) => seq))]);

  return {
    streams: Number(counts?.streams ?? 0),
    events: Number(counts?.events ?? 0),
    problems: rows.flatMap((row) => wrongIn(row, rows, holesIn(rows))),
  };
};

const of = (row: WholeRow): Pick<Problem, 'table' | 'position' | 'stream' | 'version' | 'eventId'> => ({
  table: 'event',
  position: row.position === null ? null : Number(row.position),
  stream: row.stream_id,
  version: Number(row.version),
  eventId: row.event_id,
});

/** Places where an event should be and is not. */
type Hole = Pick<RecordedEvent, 'stream' | 'version'>;

const holesIn = (rows: readonly WholeRow[]): readonly Hole[] =>
  rows
    .filter((row) => Number(row.version) > Number(row.previous_version) + 1)
    .map((row) => ({ stream: row.stream_id, version: Number(row.previous_version) + 1 }));

const wrongIn = (row: WholeRow, rows: readonly WholeRow[], holes: readonly Hole[]): readonly Problem[] => {
  if (Number(row.version) !== Number(row.previous_version) + 1) return [misplaced(row, holes)];
  if (!row.leaf_ok) return [problem({ ...of(row), what: 'content changed', column: contentColumn(row, rows) })];
  // The event before it had another hash when it was sealed: that one is named, and this one only follows it.
  if (row.previous && row.previous_sealed && !equal(row.previous, row.previous_sealed) && row.log_hash && equal(row.hash, row.log_hash)) return [];
  const isHash = row.log_hash !== null && equal(chainHash(row.previous ?? new Uint8Array(), row.leaf), row.log_hash);

  return [problem({ ...of(row), what: isHash ? 'hash changed' : 'chain broken', column: isHash ? 'hash' : rewrittenColumn(row, rows) })];
};

/** It does not follow the event before it: one is missing there, or this one belongs to another place. */
const misplaced = (row: WholeRow, holes: readonly Hole[]): Problem => {
  if (!row.leaf_ok) {
    const hole = holes.find((each) => equal(eventLeaf({ ...entryOf(row), ...each }), row.leaf));
    const column = hole ? (hole.stream === row.stream_id ? 'version' : 'stream_id') : null;
    return problem({ ...of(row), what: 'content changed', column });
  }
  return problem({ ...of(row), what: Number(row.version) > Number(row.previous_version) ? 'event missing' : 'event inserted' });
};

const othersOf = (row: WholeRow, rows: readonly WholeRow[]): readonly RecordedEvent[] =>
  rows
    .filter((other) => other !== row)
    .slice(0, 200)
    .map(entryOf);

/** Its leaf is not that of its content: either one of the two was changed. */
const contentColumn = (row: WholeRow, rows: readonly WholeRow[]): string | null => {
  const previous = row.previous_sealed ?? row.previous ?? new Uint8Array();
  const hash = row.log_hash ?? row.hash;
  const isRight = (candidate: RecordedEvent): boolean => equal(chainHash(previous, eventLeaf(candidate)), hash);
  // What is read here has milliseconds: if that is right, the time was moved by less; else the content is right and the leaf is not.
  if (isRight(entryOf(row))) return Number(row.micros) === 0 ? 'leaf' : 'recorded_at';

  return columnName(changedColumn(entryOf(row), isRight, othersOf(row, rows)));
};

const rewrittenColumn = (row: WholeRow, rows: readonly WholeRow[]): string | null => {
  if (row.log_hash === null) return null;
  const [previous, hash] = [row.previous_sealed ?? row.previous ?? new Uint8Array(), row.log_hash];
  return columnName(changedColumn(entryOf(row), (candidate) => equal(chainHash(previous, eventLeaf(candidate)), hash), othersOf(row, rows)));
};

const NAMES: Readonly<Record<string, string>> = {
  eventId: 'event_id',
  stream: 'stream_id',
  schema: 'schema_version',
  recordedAt: 'recorded_at',
  keyId: 'key_id',
};
export const columnName = (column: string | null): string | null => (column === null ? null : (NAMES[column] ?? column.replace('keyId', 'key_id')));
