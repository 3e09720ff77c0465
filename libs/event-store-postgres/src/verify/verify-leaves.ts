import { equal } from '@handover/merkle';
import { changedColumn, chainHash, eventLeaf } from '@handover/record-proof';
import { entryOf } from '../event-row.ts';
import { LISTED, problem, type Problem, type Queryable, type WholeRow } from './problem.ts';
import { columnName, eventRows } from './verify-streams.ts';

const LEAVES = `SELECT l.position, l.seq, l.hash, e.seq IS NULL AS gone, l.step FROM
    (SELECT position, seq, hash, position - lag(position, 1, -1::bigint) OVER (ORDER BY position, seq) AS step FROM ev.log_leaf) l
    LEFT JOIN ev.event e ON e.seq = l.seq
  WHERE e.hash IS DISTINCT FROM l.hash OR l.step <> 1 ORDER BY l.position LIMIT ${LISTED}`;

/** The log against the events. */
export const leafProblems = async (db: Queryable): Promise<readonly Problem[]> => {
  const rows = (await db.query(LEAVES)) as { position: string; seq: string; hash: Buffer; gone: boolean; step: string }[];
  const differing = await eventRows(
    db,
    rows.filter(({ gone }) => !gone).map(({ seq }) => seq),
  );
  const bySeq = new Map(differing.map((row) => [row.seq, row]));
  const told = new Set<string>(); // of a rewritten stream the first event is the one that was changed

  return [
    ...(
      await Promise.all(
        rows.map(async ({ position, seq, hash, gone, step }): Promise<readonly Problem[]> => {
          const found: Problem[] = [];
          if (step !== '1')
            found.push(
              problem({ table: 'log_leaf', position: Number(position) - Number(step) + 1, column: 'position', what: 'a position of the log is missing' }),
            );
          if (gone) found.push(await goneProblem(db, Number(position), seq, hash));
          const row = bySeq.get(seq);
          if (row && !equal(row.hash, hash)) {
            if (!told.has(row.stream_id)) found.push(hashProblem(row, Number(position), hash, differing));
            told.add(row.stream_id);
          }
          return found;
        }),
      )
    ).flat(),
    ...(await inPlaceOfOthers(db)),
  ];
};

const goneProblem = async (db: Queryable, position: number, seq: string, hash: Buffer): Promise<Problem> => {
  const [moved] = (await db.query('SELECT event_id, stream_id, version FROM ev.event WHERE hash = $1 AND seq <> $2 LIMIT 1', [hash, seq])) as {
    event_id: string;
    stream_id: string;
    version: string;
  }[];
  const named = moved && { eventId: moved.event_id, stream: moved.stream_id, version: Number(moved.version) };
  return problem({
    table: 'event',
    position,
    ...named,
    column: moved ? 'seq' : null,
    what: moved ? 'event has another number' : 'the event at this position is missing',
  });
};

const hashProblem = (row: WholeRow, position: number, hash: Buffer, rows: readonly WholeRow[]): Problem => {
  const [previous, others] = [
    row.previous_sealed ?? new Uint8Array(),
    rows
      .filter((other) => other !== row)
      .slice(0, 200)
      .map(entryOf),
  ];
  // The event is right by itself, and by what follows it: then it is the log that was changed.
  const isEvent = row.leaf_ok && row.chain_ok;
  const column = columnName(changedColumn(entryOf(row), (candidate) => equal(chainHash(previous, eventLeaf(candidate)), hash), others));

  return problem({
    table: 'event',
    position,
    stream: row.stream_id,
    version: Number(row.version),
    eventId: row.event_id,
    column: column ?? (isEvent ? null : 'hash'),
    what: 'the event at this position has another hash than when it was sealed',
  });
};

/** Below the watermark nothing can appear any more: what is there without a position was put there. */
const inPlaceOfOthers = async (db: Queryable): Promise<readonly Problem[]> =>
  (
    (await db.query(
      `SELECT e.event_id, e.stream_id, e.version FROM ev.event e, ev.log_state s WHERE e.seq <= s.watermark
         AND NOT EXISTS (SELECT 1 FROM ev.log_leaf l WHERE l.seq = e.seq) ORDER BY e.seq LIMIT ${LISTED}`,
    )) as { event_id: string; stream_id: string; version: string }[]
  ).map((row) =>
    problem({
      table: 'event',
      stream: row.stream_id,
      version: Number(row.version),
      eventId: row.event_id,
      column: 'seq',
      what: 'the event has no position, though the log is past it: it was put in, or its number was changed',
    }),
  );
