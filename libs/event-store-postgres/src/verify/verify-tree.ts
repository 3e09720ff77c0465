import { emptyFrontier, equal, growAll, isTileRoot, rootOf, type Frontier } from '@handover/merkle';
import { logLeaf, sha256 } from '@handover/record-proof';
import { LISTED, problem, type Problem, type Queryable } from './problem.ts';

export interface Tree {
  readonly frontier: Frontier;
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** `level/index` of the roots of full tiles. */
  readonly nodes: ReadonlyMap<string, Uint8Array>;
}

const READ_AT_ONCE = 20_000;

/** The whole tree anew, with its roots at these sizes. The hashes come joined: a row for each would cost more than hashing it. */
export const grown = async (db: Queryable, sizes: Iterable<number>): Promise<Tree> => {
  const wanted = [...new Set(sizes)].filter((size) => size > 0).sort((a, b) => a - b); // a note may say anything
  const roots = new Map<number, Uint8Array>();
  const nodes = new Map<string, Uint8Array>();
  let frontier = emptyFrontier;
  let next = 0;
  for (let after = -1; ;) {
    const [row] = (await db.query(HASHES, [after])) as { n: string; last: string | null; hashes: Buffer | null }[];
    if (!row?.hashes || row.last === null) return { frontier, roots, nodes };
    const [hashes, total] = [row.hashes, Number(row.n)];
    for (let from = 0; from < total;) {
      while (next < wanted.length && (wanted[next] ?? 0) <= frontier.size) next += 1;
      const to = Math.min(total, from + (wanted[next] ?? Infinity) - frontier.size); // up to the next size that somebody signed
      const leaves = Array.from({ length: to - from }, (_, n) => logLeaf(hashes.subarray((from + n) * 32, (from + n + 1) * 32)));
      frontier = growAll(sha256, frontier, leaves, (level, index, root) => void (isTileRoot(level) && nodes.set(`${level}/${index}`, root)));
      if (frontier.size === wanted[next]) roots.set(frontier.size, rootOf(sha256, frontier));
      from = to;
    }
    after = Number(row.last);
  }
};

const HASHES = `SELECT count(*) AS n, max(position) AS last,
    string_agg(CASE WHEN octet_length(hash) = 32 THEN hash ELSE sha256(hash) END, ''::bytea ORDER BY position) AS hashes
  FROM (SELECT position, hash FROM ev.log_leaf WHERE position > $1 ORDER BY position LIMIT ${READ_AT_ONCE}) l`;

/** What the sequencer goes on from. */
export const stateProblems = async (db: Queryable, { frontier }: Tree): Promise<readonly Problem[]> => {
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

/** What proofs are made of. */
export const nodeProblems = async (db: Queryable, { nodes }: Tree): Promise<readonly Problem[]> => {
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
