import type { LoggedEvent } from '@handover/event-store';
import type { Db, Projection, Tables } from '@handover/event-store-postgres';
import { numberProvenance, type NumberEntry, type NumberRecord } from '@handover/read-models';
import { columns } from './columns.ts';

type Name = 'number_record' | 'number_entry' | 'number_person';
type NumberTables = Tables<Name>;

/** Who had each number, where, since when and why. Dialpad's console shows the last owner only, and its API nobody. */
export const numberHistory: Projection<Name> = {
  name: 'number-provenance',
  version: 1,
  tables: ['number_record', 'number_entry', 'number_person'],
  create: async (db, { number_record, number_entry, number_person }) => {
    await db.query(`CREATE TABLE ${number_record} (
      number text PRIMARY KEY, office_id text, status text NOT NULL, holder_type text, holder_id text, since timestamptz NOT NULL, since_is_exact boolean NOT NULL,
      last_type text, last_id text, last_office_id text, why text NOT NULL, case_id text, lines int NOT NULL
    )`);
    await db.query(`CREATE INDEX ON ${number_record} (status, number)`);
    await db.query(`CREATE TABLE ${number_entry} (
      number text NOT NULL, line int NOT NULL, at timestamptz NOT NULL, why text NOT NULL, case_id text, office_id text, status text NOT NULL,
      from_type text, from_id text, from_person text, to_type text, to_id text, to_person text, PRIMARY KEY (number, line)
    )`);
    await db.query(`CREATE INDEX ON ${number_entry} (from_id) WHERE from_person IS NULL AND from_type = 'user'`);
    await db.query(`CREATE INDEX ON ${number_entry} (to_id) WHERE to_person IS NULL AND to_type = 'user'`);
    await db.query(`CREATE TABLE ${number_person} (user_id text PRIMARY KEY, person_ref text NOT NULL)`);
  },
  apply: async (events, db, tables) => {
    // In the order of the log, because a Dialpad user may be linked to another person later: each line keeps who it was then.
    let waiting: LoggedEvent[] = [];
    for (const event of events) {
      if (event.type !== 'DialpadUserLinked') waiting.push(event);
      else {
        await followNumbers(waiting, db, tables);
        waiting = [];
        await link(event, db, tables);
      }
    }
    await followNumbers(waiting, db, tables);
  },
};

const link = async (event: LoggedEvent, db: Db, { number_entry, number_person }: NumberTables): Promise<void> => {
  const userId = String(event.data['userId']);
  const person = event.stream.replace(/^person\//, '');
  await db.query(`INSERT INTO ${number_person} VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET person_ref = excluded.person_ref`, [userId, person]);
  // Most numbers were seen with a user before anybody knew which person that is.
  for (const end of ['from', 'to']) {
    await db.query(`UPDATE ${number_entry} SET ${end}_person = $2 WHERE ${end}_id = $1 AND ${end}_type = 'user' AND ${end}_person IS NULL`, [userId, person]);
  }
};

const followNumbers = async (events: readonly LoggedEvent[], db: Db, tables: NumberTables): Promise<void> => {
  const changes = events.flatMap((event) => numberProvenance.changesIn(event));
  if (changes.length === 0) return;
  const known = await recordsOf([...new Set(changes.map((change) => change.number))], db, tables.number_record);
  const lines = new Map<string, NumberEntry & { readonly number: string; readonly line: number }>();
  for (const change of changes) {
    const before = known.get(change.number) ?? null;
    const { record, entry } = numberProvenance.follow(before?.record ?? null, change);
    const line = entry === null ? (before?.lines ?? 0) : (before?.lines ?? 0) + (entry.corrects ? 0 : 1);
    known.set(change.number, { record, lines: line });
    if (entry !== null) lines.set(`${change.number} ${line}`, { ...entry, number: change.number, line });
  }
  await saveRecords([...known.values()], db, tables.number_record);
  await saveLines([...lines.values()], db, tables);
};

interface Known {
  readonly record: NumberRecord;
  readonly lines: number;
}

const recordsOf = async (numbers: readonly string[], db: Db, table: string): Promise<Map<string, Known>> => {
  const rows = (await db.query(`SELECT * FROM ${table} WHERE number = ANY ($1)`, [numbers])) as RecordRow[];
  return new Map(rows.map((row) => [row.number, { record: recordOf(row), lines: row.lines }]));
};

const RECORD = 'number, office_id, status, holder_type, holder_id, since, since_is_exact, last_type, last_id, last_office_id, why, case_id, lines';

const saveRecords = async (known: readonly Known[], db: Db, table: string): Promise<void> => {
  const rows = known.map(({ record, lines }) => [
    ...[record.number, record.officeId, record.status, record.holder?.type ?? null, record.holder?.id ?? null, record.since, record.sinceIsExact],
    ...[record.last?.type ?? null, record.last?.id ?? null, record.lastOfficeId, record.why, record.caseId, lines],
  ]);
  await db.query(
    `INSERT INTO ${table} (${RECORD}) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::boolean[],
       $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::int[])
     ON CONFLICT (number) DO UPDATE SET (${RECORD}) = (${RECORD.replaceAll(/(\w+)/g, 'excluded.$1')})`,
    columns(rows, 13),
  );
};

const saveLines = async (
  lines: readonly (NumberEntry & { readonly number: string; readonly line: number })[],
  db: Db,
  { number_entry, number_person }: NumberTables,
): Promise<void> => {
  if (lines.length === 0) return;
  const rows = lines.map((each) => [
    ...[each.number, each.line, each.at, each.why, each.caseId, each.officeId, each.status],
    ...[each.from?.type ?? null, each.from?.id ?? null, each.to?.type ?? null, each.to?.id ?? null],
  ]);
  await db.query(
    `INSERT INTO ${number_entry} (number, line, at, why, case_id, office_id, status, from_type, from_id, from_person, to_type, to_id, to_person)
     SELECT l.number, l.line, l.at, l.why, l.case_id, l.office_id, l.status, l.from_type, l.from_id, f.person_ref, l.to_type, l.to_id, t.person_ref
     FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
       AS l (number, line, at, why, case_id, office_id, status, from_type, from_id, to_type, to_id)
     LEFT JOIN ${number_person} f ON f.user_id = l.from_id AND l.from_type = 'user'
     LEFT JOIN ${number_person} t ON t.user_id = l.to_id AND l.to_type = 'user'
     ON CONFLICT (number, line) DO UPDATE SET at = excluded.at, why = excluded.why, case_id = excluded.case_id, office_id = excluded.office_id,
       status = excluded.status, from_type = excluded.from_type, from_id = excluded.from_id, from_person = excluded.from_person,
       to_type = excluded.to_type, to_id = excluded.to_id, to_person = excluded.to_person`,
    columns(rows, 11),
  );
};

export interface RecordRow {
  readonly number: string;
  readonly office_id: string | null;
  readonly status: string;
  readonly holder_type: string | null;
  readonly holder_id: string | null;
  readonly since: Date;
  readonly since_is_exact: boolean;
  readonly last_type: string | null;
  readonly last_id: string | null;
  readonly last_office_id: string | null;
  readonly why: string;
  readonly case_id: string | null;
  readonly lines: number;
}

export const placeOf = (type: string | null, id: string | null): { readonly type: string; readonly id: string } | null =>
  type === null || id === null ? null : { type, id };

export const recordOf = (row: RecordRow): NumberRecord => ({
  number: row.number,
  officeId: row.office_id,
  status: row.status,
  holder: placeOf(row.holder_type, row.holder_id),
  since: row.since.toISOString(),
  sinceIsExact: row.since_is_exact,
  last: placeOf(row.last_type, row.last_id),
  lastOfficeId: row.last_office_id,
  why: row.why,
  caseId: row.case_id,
});
