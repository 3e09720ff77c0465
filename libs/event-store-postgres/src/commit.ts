import { EventStoreError, type Committed, type SideWrites } from '@handover/event-store';
import { DatabaseError, type Pool } from 'pg';
import { pgArray, type PgType, type PgValue } from './pg-array.ts';
import { sideOf } from './side-columns.ts';

/** An append as the database takes it, personal parts sealed. */
export interface PreparedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly schemas: readonly number[];
  readonly bodies: readonly Buffer[];
  readonly metas: readonly Buffer[];
  readonly keys: readonly (string | null)[];
  readonly sealed: readonly (Buffer | null)[];
}

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

const unstorable = (): Error => new WriteFailed('22P05', 'a value has the character U+0000 or half of a surrogate pair, which PostgreSQL cannot store');

const EVENTS = '$1::text[], $2::bigint[], $3::int[], $4::uuid[], $5::text[], $6::int[], $7::bytea[], $8::bytea[], $9::uuid[], $10::bytea[]';
const AT_ONCE = { name: 'handover-commit-all', text: `SELECT app.commit_all(${EVENTS}, $11::jsonb)` };
const ONE_BY_ONE = { name: 'handover-commit', text: `SELECT * FROM app.commit($11::int[], ${EVENTS}, $12::jsonb)` };

/**
 * Writes several commits in one statement: as one, and where that fails each by itself, so that each answers for itself.
 * @throws when nothing can be said of any of them.
 */
export const writeCommits = async (pool: Pool, asked: readonly PreparedCommit[]): Promise<readonly (Committed | Error)[]> => {
  // One lock order for all processes, else two batches could wait for each other.
  const commits = [...asked].sort((a, b) => ((a.streams[0] ?? '') < (b.streams[0] ?? '') ? -1 : 1));
  try {
    await pool.query({ ...AT_ONCE, values: [...eventsOf(commits), JSON.stringify(sideOf(commits.map(({ side }) => side)))] });
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
  const { rows } = await pool.query<Row>({ ...ONE_BY_ONE, values: [...eventsOf(commits), counts, `[${written.map(({ side }) => side).join(',')}]`] });

  return new Map(commits.map((commit, index) => [commit, answerOf(commit, rows[index] as Row)]));
};

const eventsOf = (commits: readonly PreparedCommit[]): readonly Buffer[] => {
  const appends = commits.flatMap((commit) => commit.appends);
  const one = <T extends PgType>(type: T, of: (append: PreparedAppend) => PgValue<T>): Buffer => pgArray(type, appends.map(of));
  const all = <T extends PgType>(type: T, of: (append: PreparedAppend) => readonly (PgValue<T> | null)[]): Buffer => pgArray(type, appends.flatMap(of));
  return [
    one('text', ({ stream }) => stream),
    one('bigint', ({ expected }) => expected),
    one('int', ({ ids }) => ids.length),
    all('uuid', ({ ids }) => ids),
    all('text', ({ types }) => types),
    all('int', ({ schemas }) => schemas),
    all('bytea', ({ bodies }) => bodies),
    all('bytea', ({ metas }) => metas),
    all('uuid', ({ keys }) => keys),
    all('bytea', ({ sealed }) => sealed),
  ];
};

const writtenAsAsked = ({ appends }: PreparedCommit): Committed => ({
  versions: Object.fromEntries(appends.map(({ stream, expected, ids }) => [stream, expected + ids.length])),
  already: false,
});

const answerOf = (commit: PreparedCommit, row: Row): Committed | Error => {
  if (row.failure !== null) return failureOf(commit, row);
  return { versions: Object.fromEntries(commit.streams.map((stream, index) => [stream, Number(row.versions[index])])), already: row.already };
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
