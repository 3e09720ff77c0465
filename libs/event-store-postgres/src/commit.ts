import { EventStoreError, type CaseRow, type Committed, type PersonIndexEntry, type SideWrites } from '@handover/event-store';
import type { Pool } from 'pg';

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

/**
 * The same commit as a question: is just this stored already? Null when the answer says no more than is known. A repetition
 * that was decided anew comes at the version of now, where only the taken id shows that it is one.
 */
export const asRepetition = (commit: PreparedCommit, answer: Committed | Error): PreparedCommit | null =>
  answer instanceof IdTaken ? { ...commit, appends: commit.appends.map((append) => ({ ...append, expected: NOWHERE })) } : null;

const COMMIT = {
  name: 'handover-commit',
  text: 'SELECT * FROM app.commit($1::int[], $2::text[], $3::bigint[], $4::int[], $5::uuid[], $6::text[], $7::int[], $8::bytea[], $9::bytea[], $10::uuid[], $11::bytea[], $12::jsonb)',
};

/** Writes several commits in one statement; each answers for itself. @throws when nothing can be said of any of them. */
export const writeCommits = async (pool: Pool, asked: readonly PreparedCommit[]): Promise<readonly (Committed | Error)[]> => {
  // One lock order for all processes, else two batches could wait for each other.
  const commits = [...asked].sort((a, b) => ((a.streams[0] ?? '') < (b.streams[0] ?? '') ? -1 : 1));
  const appends = commits.flatMap((commit) => commit.appends);
  const all = <T>(of: (append: PreparedAppend) => readonly T[]): T[] => appends.flatMap(of);
  const { rows } = await pool.query<Row>({
    ...COMMIT,
    values: [
      commits.map((commit) => commit.appends.length),
      appends.map((append) => append.stream),
      appends.map((append) => append.expected),
      appends.map((append) => append.ids.length),
      all((append) => append.ids),
      all((append) => append.types),
      all((append) => append.schemas),
      all((append) => append.bodies),
      all((append) => append.metas),
      all((append) => append.keys),
      all((append) => append.sealed),
      JSON.stringify(commits.map((commit) => sideOf(commit.side))),
    ],
  });

  const answers = new Map(commits.map((commit, index) => [commit, answerOf(commit, rows[index] as Row)]));

  return asked.map((commit) => answers.get(commit) as Committed | Error);
};

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

/** Named as the columns are; `rare` spares most commits what few need. */
const sideOf = ({ cases = [], outbox = [], people = [], inbox, purgeInbox = [], forgetInbox = [], destroyKeysOf = [] }: SideWrites): object => {
  const isRare = people.length + purgeInbox.length + forgetInbox.length > 0 || inbox !== undefined;
  if (cases.length + outbox.length + destroyKeysOf.length === 0 && !isRare) return {};
  return {
    cases: cases.map(caseColumns),
    outbox: outbox.map(({ caseId, kind }) => ({ case_id: caseId, kind })),
    ...(isRare ? { rare: true, people: people.map(personColumns), inbox: inbox && inboxColumns(inbox), purge: { gone: purgeInbox, worked: forgetInbox } } : {}),
    ...(destroyKeysOf.length > 0 ? { erased: destroyKeysOf } : {}),
  };
};

/** `over`: whom the entry may be taken from; `*` anybody. */
const personColumns = ({ index, personRef, over }: PersonIndexEntry): object => ({
  index,
  person_ref: personRef,
  ...(over === undefined ? {} : { over: over === 'anybody' ? '*' : over.personRef }),
});

const caseColumns = ({ personRef, waitingOn, openedAt, ...row }: CaseRow): object => ({
  ...row,
  person_ref: personRef,
  waiting_on: waitingOn,
  opened_at: openedAt,
});

const inboxColumns = ({ caseIds, ...outcome }: NonNullable<SideWrites['inbox']>): object => ({
  ...outcome,
  case_ids: caseIds,
  purge: outcome.status === 'processed' || outcome.status === 'ignored',
});
