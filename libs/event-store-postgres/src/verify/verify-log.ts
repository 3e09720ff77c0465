import { emptyFrontier, equal, growAll, isTileRoot, rootOf, type Frontier } from '@handover/merkle';
import {
  changedColumn,
  chainHash,
  eventLeaf,
  followKeys,
  logLeaf,
  readNote,
  readStatement,
  sha256,
  type KnownKey,
  type PublicKey,
} from '@handover/record-proof';
import { checkpointKeys, type LogKey } from '../signing.ts';
import { LISTED, entryOf, problem, type EventRow, type Problem, type Queryable } from './problem.ts';
import { columnName, eventRows } from './verify-streams.ts';

/** What an auditor kept where the database's owner cannot reach it. */
export interface Outside {
  /** Checkpoints, each a signed note. */
  readonly notes: readonly string[];
  /** Trusted keys; without any, those of the database are believed. */
  readonly keys: readonly PublicKey[];
  /** Statements by which a key took over from another. */
  readonly statements?: readonly string[];
}

export interface LogVerified {
  readonly size: number;
  /** Events without a position yet. */
  readonly unsealed: number;
  readonly checkpoints: number;
  /** Events under a checkpoint that is right. */
  readonly signed: number;
  readonly problems: readonly Problem[];
}

interface Tree {
  readonly frontier: Frontier;
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** `level/index` of the roots of full tiles. */
  readonly nodes: ReadonlyMap<string, Uint8Array>;
}

/** The log against the events, its own gaps, its tree, its keys, and every checkpoint: the database's and those kept elsewhere. */
export const verifyLog = async (db: Queryable, outside: Outside = { notes: [], keys: [] }): Promise<LogVerified> => {
  const kept = (await db.query(
    `SELECT size, key_id, root, note, at, at <> date_trunc('second', at) AS odd FROM ev.log_checkpoint ORDER BY size, at`,
  )) as CheckpointRow[];
  const keys = await checkpointKeys(db);
  const sizes = new Set([...kept.map(({ note }) => note), ...outside.notes].map(sizeIn));
  const tree = await grown(db, sizes);
  const { problems, signed } = checkpointProblems({ kept, keys, outside, tree });
  const [counts] = (await db.query(
    'SELECT (SELECT count(*) FROM ev.event e WHERE NOT EXISTS (SELECT 1 FROM ev.log_leaf l WHERE l.seq = e.seq)) AS unsealed',
  )) as { unsealed: string }[];

  return {
    size: tree.frontier.size,
    unsealed: Number(counts?.unsealed ?? 0),
    checkpoints: kept.length + outside.notes.length,
    signed,
    problems: [
      ...(await leafProblems(db)),
      ...(await stateProblems(db, tree)),
      ...(await nodeProblems(db, tree)),
      ...keyProblems(keys, await oddKeys(db)),
      ...problems,
    ],
  };
};

const sizeIn = (note: string): number => Number(note.split('\n')[1]);

const READ_AT_ONCE = 20_000;

/** The whole tree anew. The hashes come joined: a row for each would cost more than hashing it. */
const grown = async (db: Queryable, sizes: ReadonlySet<number>): Promise<Tree> => {
  const roots = new Map<number, Uint8Array>();
  const nodes = new Map<string, Uint8Array>();
  let frontier = emptyFrontier;
  let after = -1;
  for (;;) {
    const [row] = (await db.query(
      `SELECT count(*) AS n, max(position) AS last, string_agg(CASE WHEN octet_length(hash) = 32 THEN hash ELSE sha256(hash) END, ''::bytea ORDER BY position) AS hashes
         FROM (SELECT position, hash FROM ev.log_leaf WHERE position > $1 ORDER BY position LIMIT ${READ_AT_ONCE}) l`,
      [after],
    )) as { n: string; last: string | null; hashes: Buffer | null }[];
    if (!row?.hashes || row.last === null) break;
    const hashes = row.hashes;
    for (let [from, total] = [0, Number(row.n)]; from < total;) {
      // Up to the next size that somebody signed.
      const to = Math.min(
        total,
        ...[...sizes].filter((size) => size > frontier.size && size <= frontier.size + total - from).map((size) => from + size - frontier.size),
      );
      const leaves = Array.from({ length: to - from }, (_, n) => logLeaf(hashes.subarray((from + n) * 32, (from + n + 1) * 32)));
      frontier = growAll(sha256, frontier, leaves, (level, index, root) => void (isTileRoot(level) && nodes.set(`${level}/${index}`, root)));
      if (sizes.has(frontier.size)) roots.set(frontier.size, rootOf(sha256, frontier));
      from = to;
    }
    after = Number(row.last);
  }
  return { frontier, roots, nodes };
};

const LEAVES = `SELECT l.position, l.seq, l.hash, e.seq IS NULL AS gone, l.step FROM
    (SELECT position, seq, hash, position - lag(position, 1, -1::bigint) OVER (ORDER BY position, seq) AS step FROM ev.log_leaf) l
    LEFT JOIN ev.event e ON e.seq = l.seq
  WHERE e.hash IS DISTINCT FROM l.hash OR l.step <> 1 ORDER BY l.position LIMIT ${LISTED}`;

const leafProblems = async (db: Queryable): Promise<readonly Problem[]> => {
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

const hashProblem = (row: EventRow, position: number, hash: Buffer, rows: readonly EventRow[]): Problem => {
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

const stateProblems = async (db: Queryable, { frontier }: Tree): Promise<readonly Problem[]> => {
  const rows = (await db.query(
    `SELECT the_one, size, roots, watermark, coalesce(watermark > (SELECT last_value FROM pg_sequences WHERE schemaname = 'ev' AND sequencename = 'event_seq_seq'), false) AS ahead,
       watermark < 0 AS below FROM ev.log_state`,
  )) as { the_one: boolean; size: string; roots: Buffer[]; ahead: boolean; below: boolean }[];
  const [row, ...more] = rows;
  const wrong = (column: string | null, what: string): Problem => problem({ table: 'log_state', column, what });
  if (!row || more.length > 0) return [wrong('the_one', `the log has ${rows.length} states`)];
  const sameRoots = row.roots.length === frontier.roots.length && row.roots.every((root, n) => equal(root, frontier.roots[n] ?? new Uint8Array()));

  return [
    ...(row.the_one ? [] : [wrong('the_one', 'the state of the log is not its one')]),
    ...(Number(row.size) === frontier.size ? [] : [wrong('size', `the state says ${row.size} events, and the log has ${frontier.size}`)]),
    ...(sameRoots ? [] : [wrong('roots', 'the roots of the state are not those of the log')]),
    ...(row.ahead || row.below ? [wrong('watermark', 'the watermark is beyond the last event: what comes next would never be sealed')] : []),
  ];
};

const nodeProblems = async (db: Queryable, { nodes }: Tree): Promise<readonly Problem[]> => {
  const rows = (await db.query('SELECT level, index, hash FROM ev.log_node ORDER BY level, index')) as { level: number; index: string; hash: Buffer }[];
  const seen = new Set<string>();
  const wrong: Problem[] = [];
  for (const { level, index, hash } of rows) {
    const is = nodes.get(`${level}/${index}`);
    const repeated = seen.has(`${level}/${index}`);
    seen.add(`${level}/${index}`);
    if (is === undefined || repeated) wrong.push(problem({ table: 'log_node', column: 'index', what: `the tree has no node ${level}/${index}` }));
    else if (!equal(is, hash)) wrong.push(problem({ table: 'log_node', column: 'hash', what: `the node ${level}/${index} of the tree is another` }));
  }
  for (const name of nodes.keys())
    if (!seen.has(name)) wrong.push(problem({ table: 'log_node', column: 'index', what: `the node ${name} of the tree is missing` }));

  return wrong.slice(0, LISTED);
};

const oddKeys = async (db: Queryable): Promise<ReadonlySet<string>> =>
  new Set(((await db.query(`SELECT key_id FROM ev.log_key WHERE since <> date_trunc('second', since)`)) as { key_id: string }[]).map((row) => row.key_id));

/** Each key against its own statement, and the statements against each other. */
const keyProblems = (keys: readonly LogKey[], odd: ReadonlySet<string>): readonly Problem[] => {
  const wrong = (keyId: string, column: string, what: string): Problem => problem({ table: 'log_key', column, what: `the key ${keyId}: ${what}` });
  return keys.flatMap(({ keyId, origin, publicKey, since, statement }) => {
    const read = readStatement(statement);
    if (!read.ok) return [wrong(keyId, 'statement', 'it has not signed its own statement')];
    const { said } = read;
    return [
      ...(said.keyId === keyId ? [] : [wrong(keyId, 'key_id', `its statement names the key ${said.keyId}`)]),
      ...(said.origin === origin ? [] : [wrong(keyId, 'origin', `its statement is of ${said.origin}`)]),
      ...(said.publicKey === publicKey ? [] : [wrong(keyId, 'public_key', 'its statement has another public key')]),
      ...(said.at === since && !odd.has(keyId) ? [] : [wrong(keyId, 'since', `its statement was made at ${said.at}`)]),
    ];
  });
};

interface CheckpointRow {
  readonly size: string;
  readonly key_id: string;
  readonly root: Buffer;
  readonly note: string;
  readonly at: Date;
  readonly odd: boolean;
}

interface Checked {
  readonly kept: readonly CheckpointRow[];
  readonly keys: readonly LogKey[];
  readonly outside: Outside;
  readonly tree: Tree;
}

const checkpointProblems = ({ kept, keys, outside, tree }: Checked): { readonly problems: readonly Problem[]; readonly signed: number } => {
  const statements = [...keys.map(({ statement }) => statement), ...(outside.statements ?? [])];
  const believed = outside.keys.length > 0 ? outside.keys : firstOf(keys);
  const followed = followKeys(believed, statements);
  const problems: Problem[] = followed.faults.map((what) => problem({ table: 'log_key', column: 'statement', what }));
  let signed = 0;

  for (const row of kept) {
    const said = readNote(row.note, followed.keys);
    const wrong = (column: string, what: string): void =>
      void problems.push(problem({ table: 'log_checkpoint', column, what: `the checkpoint of ${row.size} events: ${what}` }));
    if (!said.ok) {
      wrong('note', `it cannot be relied on: ${said.why}`);
      continue;
    }
    if (said.checkpoint.size !== Number(row.size)) wrong('size', `its note says ${said.checkpoint.size}`);
    if (said.keyId !== row.key_id) wrong('key_id', `its note is signed by ${said.keyId}`);
    if (!equal(said.checkpoint.root, row.root)) wrong('root', 'its note has another root');
    // To the second is what is signed, to the microsecond is what is stored.
    if (row.odd || said.at !== row.at.toISOString()) wrong('at', said.at === null ? 'its time is not signed' : `it was signed at ${said.at}`);
    const why = rootProblem(said.checkpoint, tree);
    if (why === null) signed = Math.max(signed, said.checkpoint.size);
    else problems.push(problem({ table: 'log_checkpoint', position: why.position, what: `the checkpoint of ${said.checkpoint.size} events ${why.what}` }));
  }
  const listed = new Set(kept.map(({ note }) => note.split('\n').slice(0, 3).join('\n')));
  for (const note of outside.notes) {
    const said = readNote(note, followed.keys);
    const wrong = (what: string, position: number | null = null): void =>
      void problems.push(problem({ table: 'outside', position, what: `the checkpoint that was kept elsewhere ${what}` }));
    if (!said.ok) {
      wrong(`cannot be relied on: ${said.why}`);
      continue;
    }
    const { size } = said.checkpoint;
    const why = rootProblem(said.checkpoint, tree);
    if (why !== null) wrong(`(${size} events) ${why.what}`, why.position);
    else signed = Math.max(signed, size);
    if (why === null && !listed.has(note.split('\n').slice(0, 3).join('\n')))
      wrong(`(${size} events) is right, and is no longer in the database: checkpoints were deleted`);
  }
  return { problems, signed };
};

/** Without a key from elsewhere, the first one of the database is believed, and what it vouches for. */
const firstOf = (keys: readonly LogKey[]): readonly KnownKey[] =>
  keys.filter(({ statement }) => {
    const read = readStatement(statement);
    return read.ok && read.said.previous === null;
  });

const rootProblem = (
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  { frontier, roots }: Tree,
): { readonly what: string; readonly position: number | null } | null => {
  if (size > frontier.size) return { what: `says ${size} events, and there are ${frontier.size}: the log was cut`, position: frontier.size };
  if (!equal(roots.get(size) ?? rootOf(sha256, emptyFrontier), root)) return { what: 'has another root: the log was rewritten', position: null };
  return null;
};
