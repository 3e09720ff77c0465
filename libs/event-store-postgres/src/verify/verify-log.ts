import { checkpointKeys } from '../signing.ts';
import type { Problem, Queryable } from './problem.ts';
import { checkpointProblems, keyProblems, oddKeys, type CheckpointRow, type Outside } from './verify-checkpoints.ts';
import { leafProblems } from './verify-leaves.ts';
import { grown, nodeProblems, stateProblems } from './verify-tree.ts';

export interface LogVerified {
  readonly size: number;
  /** Events without a position yet. */
  readonly unsealed: number;
  readonly checkpoints: number;
  /** Events under a checkpoint that is right. */
  readonly signed: number;
  readonly problems: readonly Problem[];
}

/** The log against the events, its own gaps, its tree, its keys, and every checkpoint: the database's and those kept elsewhere. */
export const verifyLog = async (db: Queryable, outside: Outside = { notes: [], keys: [] }): Promise<LogVerified> => {
  const kept = (await db.query(
    `SELECT size, key_id, root, note, at, at <> date_trunc('second', at) AS odd FROM ev.log_checkpoint ORDER BY size, at`,
  )) as CheckpointRow[];
  const keys = await checkpointKeys(db);
  const tree = await grown(db, [...kept.map(({ note }) => note), ...outside.notes].map(sizeIn));
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
