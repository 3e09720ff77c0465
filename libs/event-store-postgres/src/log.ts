import { equal, grow, rootOf, emptyFrontier, type Frontier } from '@handover/merkle';
import { logLeaf, readNote, sha256, type LogEntry, type PublicKey } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { checkpointKeys } from './signing.ts';
import { COLUMNS, entryOf, type Row } from './log-row.ts';

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
      `SELECT ${COLUMNS} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position > $1 AND ${WHERE} ORDER BY l.position LIMIT $8`,
      [after, ...valuesOf(filter), limit],
    )) as Row[]
  ).map(entryOf);

/** The same backwards, for eyes. */
export const lookBack = async (
  dataSource: DataSource,
  { before, limit, ...filter }: LogFilter & { readonly before: number; readonly limit: number },
): Promise<readonly LogEntry[]> =>
  (
    (await dataSource.query(
      `SELECT ${COLUMNS} FROM ev.log_leaf l JOIN ev.event e ON e.seq = l.seq WHERE l.position < $1 AND ${WHERE} ORDER BY l.position DESC LIMIT $8`,
      [before, ...valuesOf(filter), limit],
    )) as Row[]
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

export interface LogProblem {
  readonly position: number | null;
  readonly what: string;
}

const READ_AT_ONCE = 10_000;

/** The log against the events, its own gaps, and every checkpoint: those of the database and those that were kept elsewhere. */
export const verifyLog = async (
  dataSource: DataSource,
  outside: { readonly notes: readonly string[]; readonly keys: readonly PublicKey[] } = { notes: [], keys: [] },
): Promise<{ readonly size: number; readonly checkpoints: number; readonly problems: readonly LogProblem[] }> => {
  const problems: LogProblem[] = [];
  const own = await checkpointKeys(dataSource);
  const kept = (await checkpoints(dataSource, 1_000_000)).map(({ note }) => ({ note, keys: own, where: 'a checkpoint of the database' }));
  const given = outside.notes.map((note) => ({ note, keys: outside.keys.length > 0 ? outside.keys : own, where: 'the checkpoint that was kept elsewhere' }));
  const read = [...kept, ...given].map(({ note, keys, where }) => ({ where, said: readNote(note, keys) }));
  const sizes = new Set(read.flatMap(({ said }) => (said.ok ? [said.checkpoint.size] : [])));
  const roots = new Map<number, Uint8Array>();

  let so: Frontier = emptyFrontier;
  for (let more = true; more;) {
    const rows: { position: string; hash: Buffer; is: Buffer | null }[] = await dataSource.query(
      'SELECT l.position, l.hash, e.hash AS is FROM ev.log_leaf l LEFT JOIN ev.event e ON e.seq = l.seq WHERE l.position >= $1 ORDER BY l.position LIMIT $2',
      [so.size, READ_AT_ONCE],
    );
    for (const row of rows) {
      const position = Number(row.position);
      if (position !== so.size) problems.push({ position: so.size, what: 'a position of the log is missing' });
      if (row.is === null) problems.push({ position, what: 'the event at this position is missing' });
      else if (!equal(row.is, row.hash)) problems.push({ position, what: 'the event at this position has another hash than when it was sealed' });
      so = grow(sha256, so, logLeaf(row.hash));
      if (sizes.has(so.size)) roots.set(so.size, rootOf(sha256, so));
    }
    more = rows.length === READ_AT_ONCE;
  }
  for (const { where, said } of read) {
    if (!said.ok) problems.push({ position: null, what: `${where} cannot be relied on: ${said.why}` });
    else if (said.checkpoint.size > so.size) problems.push({ position: so.size, what: `${where} says ${said.checkpoint.size} events: the log was cut` });
    else if (!equal(roots.get(said.checkpoint.size) ?? new Uint8Array(), said.checkpoint.root))
      problems.push({ position: null, what: `${where} (${said.checkpoint.size} events) has another root: the log was rewritten` });
  }

  return { size: so.size, checkpoints: read.length, problems };
};
