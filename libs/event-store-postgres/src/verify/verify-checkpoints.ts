import { emptyFrontier, equal, rootOf } from '@handover/merkle';
import { followKeys, readNote, readStatement, sha256, type KnownKey, type PublicKey } from '@handover/record-proof';
import type { LogKey } from '../signing.ts';
import { problem, type Problem, type Queryable } from './problem.ts';
import type { Tree } from './verify-tree.ts';

/** What an auditor kept where the database's owner cannot reach it. */
export interface Outside {
  /** Checkpoints, each a signed note. */
  readonly notes: readonly string[];
  /** Trusted keys; without any, those of the database are believed. */
  readonly keys: readonly PublicKey[];
  /** Statements by which a key took over from another. */
  readonly statements?: readonly string[];
}

export const oddKeys = async (db: Queryable): Promise<ReadonlySet<string>> =>
  new Set(((await db.query(`SELECT key_id FROM ev.log_key WHERE since <> date_trunc('second', since)`)) as { key_id: string }[]).map((row) => row.key_id));

/** Each key against its own statement, and the statements against each other. */
export const keyProblems = (keys: readonly LogKey[], odd: ReadonlySet<string>): readonly Problem[] => {
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

export interface CheckpointRow {
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

/** Each against its own note, and each note against the log; those that were kept elsewhere alike. */
export const checkpointProblems = ({ kept, keys, outside, tree }: Checked): { readonly problems: readonly Problem[]; readonly signed: number } => {
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
