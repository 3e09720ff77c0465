import { EventStoreError, type Committed, type SideWrites } from '@handover/event-store';
import { DatabaseError, type Pool, type QueryConfig } from 'pg';
import { listsOf, valuesOf, type PreparedAppend } from './event-columns.ts';
import { pgArray } from './pg-array.ts';
import { loneMessageOf, sideOf } from './side-columns.ts';

/** One commit, ready to be written: all or nothing. */
export interface PreparedCommit {
  readonly streams: readonly string[];
  readonly appends: readonly PreparedAppend[];
  readonly side: SideWrites;
}

interface Row {
  readonly versions: readonly string[];
  readonly already: boolean;
  readonly failure: string | null;
  readonly message: string | null;
  readonly detail: string | null;
  readonly place: number | null;
}

/** The database could not do it, for a reason that has nothing to do with what was asked. */
export class WriteFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'WriteFailed';
  }
}

/** The stream is where it was expected, and an id is taken all the same: a repetition, or a reuse. */
class IdTaken extends EventStoreError {
  constructor(stream: string) {
    super('id-reused', stream);
  }
}

/** A version that no stream has: asked for it, the database compares what is stored under the ids. */
const NOWHERE = -1;

/** Refused before anything of it was compared with what is stored. */
const mayBeStored = (answer: Committed | Error): boolean => answer instanceof IdTaken || (answer instanceof EventStoreError && answer.code === 'erased');

/**
 * The same commit as a question: is just this stored already? Null when the answer says no more than is known. A repetition
 * that was decided anew comes at the version of now, where only the taken id shows that it is one, or that its person is erased by now.
 */
export const asRepetition = (commit: PreparedCommit, answer: Committed | Error): PreparedCommit | null =>
  mayBeStored(answer) ? { ...commit, appends: commit.appends.map((append) => ({ ...append, expected: NOWHERE })) } : null;

/** As JSON writes U+0000 and halves of surrogate pairs, which jsonb refuses; with an even number of backslashes it would be plain text. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** The same JSON. @throws WriteFailed for what the record itself could keep, and nothing that follows it: it would stand still for ever. */
export const storable = (json: string): string => {
  if (json.includes('\\u') && UNSTORABLE.test(json)) throw unstorable();
  return json;
};

const unstorable = (): Error => new WriteFailed('22P05', 'a value has the character U+0000 or half of a surrogate pair, which PostgreSQL cannot store');

/** What one commit writes in a statement of its own: each text is prepared once per connection. */
const ALONE = {
  one: 'ev.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9)',
  all: 'ev.append_all($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
};

const told = (from: number): string => `WITH told AS (INSERT INTO app.outbox (case_id, kind) VALUES ($${from}, $${from + 1}))`;

/** All as one commit. By itself, which is how most come, a commit of one event needs no lists, and what Temporal is told of it no JSON. */
const atOnce = (commits: readonly PreparedCommit[]): QueryConfig | null => {
  const appends = commits.flatMap((commit) => commit.appends);
  const sides = commits.map(({ side }) => side);
  const [append, ...more] = appends;
  const message = sides.length === 1 && sides[0] ? loneMessageOf(sides[0]) : null;
  const side = message ? '{}' : JSON.stringify(sideOf(sides));
  if (append === undefined) return side === '{}' ? null : { name: 'handover side', text: 'SELECT app.write_side($1)', values: [side] };

  const which = more.length === 0 && append.ids.length === 1 ? 'one' : 'all';
  const values = which === 'one' ? valuesOf(append) : listsOf(appends);
  const next = values.length + 1;
  if (message) return { name: `handover ${which} told`, text: `${told(next)} SELECT ${ALONE[which]}`, values: [...values, ...message] };
  if (side === '{}') return { name: `handover ${which}`, text: `SELECT ${ALONE[which]}`, values: [...values] };

  return { name: `handover ${which} side`, text: `SELECT ${ALONE[which]}, app.write_side($${next})`, values: [...values, side] };
};

const ONE_BY_ONE = {
  name: 'handover app.commit',
  text: 'SELECT * FROM app.commit($11, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12)',
};

/**
 * Writes several commits in one statement: as one, and where that fails each by itself, so that each answers for itself.
 * @throws when nothing can be said of any of them.
 */
export const writeCommits = async (pool: Pool, asked: readonly PreparedCommit[]): Promise<readonly (Committed | Error)[]> => {
  // One lock order for all processes, else two batches could wait for each other.
  const commits = [...asked].sort((a, b) => ((a.streams[0] ?? '') < (b.streams[0] ?? '') ? -1 : 1));
  try {
    const statement = atOnce(commits);
    if (statement) await pool.query(statement);
    return asked.map(writtenAsAsked);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
  const answers = await oneByOne(pool, commits);

  return asked.map((commit) => answers.get(commit) ?? unstorable());
};

/** The sides of all are one value, which the database reads as a whole: what would make it refuse all of them is left out. */
const oneByOne = async (pool: Pool, asked: readonly PreparedCommit[]): Promise<ReadonlyMap<PreparedCommit, Committed | Error>> => {
  const written = asked.map((commit) => ({ commit, side: JSON.stringify(sideOf([commit.side])) })).filter(({ side }) => !UNSTORABLE.test(side));
  const commits = written.map(({ commit }) => commit);
  const counts = pgArray(
    'int',
    commits.map(({ appends }) => appends.length),
  );
  const { rows } = await pool.query<Row>({
    ...ONE_BY_ONE,
    values: [...listsOf(commits.flatMap(({ appends }) => appends)), counts, `[${written.map(({ side }) => side).join(',')}]`],
  });

  return new Map(commits.map((commit, index) => [commit, answerOf(commit, rows[index] as Row)]));
};

/** Without a prototype: an object whose keys no other has would cost V8 a class of objects each time. */
const byStream = (entries: readonly (readonly [string, number])[]): Readonly<Record<string, number>> => {
  const versions = Object.create(null) as Record<string, number>;
  for (const [stream, version] of entries) versions[stream] = version;
  return versions;
};

const writtenAsAsked = ({ appends }: PreparedCommit): Committed => ({
  versions: byStream(appends.map(({ stream, expected, ids }) => [stream, expected + ids.length])),
  already: false,
});

const answerOf = (commit: PreparedCommit, row: Row): Committed | Error => {
  if (row.failure !== null) return failureOf(commit, row);
  return { versions: byStream(commit.streams.map((stream, index) => [stream, Number(row.versions[index])])), already: row.already };
};

const failureOf = ({ appends, streams }: PreparedCommit, { failure, message, detail, place }: Row): Error => {
  const at = appends[(place ?? 1) - 1];
  const stream = at?.stream ?? streams[0] ?? '';
  if (failure === 'ES001') return new EventStoreError('conflict', stream, { actual: Number(detail), expected: at?.expected ?? 0 });
  // Somebody met this person first.
  if (failure === 'ES008') return new EventStoreError('conflict', `person/${detail ?? ''}`);
  if (failure === '23505' && place !== null) return new IdTaken(stream);
  if (failure === 'ES002') return new EventStoreError('id-reused', stream);
  if (failure === 'ES005') return new EventStoreError('erased', stream);
  // A deadlock or a serialization failure is a lost race like any other.
  if (failure === '40P01' || failure === '40001') return new EventStoreError('conflict', stream, at ? { expected: at.expected } : {});

  return new WriteFailed(failure ?? '', message ?? 'the commit failed');
};
