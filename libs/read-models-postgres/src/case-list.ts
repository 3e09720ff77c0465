import type { Db, Projection, Tables } from '@handover/event-store-postgres';
import { caseOf, caseRowOf, followCase, type CaseRow, type FollowedCase } from '@handover/read-models';
import { columns } from './columns.ts';

type Name = 'case_row';

/** Every case as it is now: what lists show, and what looks for cases in some state. */
export const caseList: Projection<Name> = {
  name: 'cases',
  version: 1,
  tables: ['case_row'],
  create: async (db, { case_row }) => {
    // `state` is what the next event of the case is applied to: json and not jsonb, because its order is the case's.
    await db.query(`CREATE TABLE ${case_row} (
      id uuid PRIMARY KEY, kind text NOT NULL, phase text NOT NULL, person_ref text, number text, office text, waiting_on text, due timestamptz,
      attention boolean NOT NULL, closed boolean NOT NULL, open_task boolean NOT NULL, mentions text[] NOT NULL, version bigint NOT NULL,
      opened_at timestamptz NOT NULL, state json NOT NULL
    ) WITH (fillfactor = 70)`);
  },
  index: async (db, { case_row }) => {
    await db.query(`CREATE INDEX ON ${case_row} (opened_at DESC, id DESC)`);
    await db.query(`CREATE INDEX ON ${case_row} (person_ref)`);
    await db.query(`CREATE INDEX ON ${case_row} (number) WHERE number IS NOT NULL`);
    await db.query(`CREATE INDEX ON ${case_row} (kind, phase) WHERE NOT closed`);
    await db.query(`CREATE INDEX ON ${case_row} (opened_at) WHERE open_task`);
    await db.query(`CREATE INDEX ON ${case_row} USING gin (mentions) WHERE NOT closed AND mentions <> '{}'`);
  },
  apply: async (events, db, tables) => {
    const told = events.flatMap((event) => {
      const id = caseOf(event);
      return id === null ? [] : [{ id, event }];
    });
    if (told.length === 0) return;
    const cases = await known([...new Set(told.map(({ id }) => id))], db, tables);
    for (const { id, event } of told) cases.set(id, followCase(cases.get(id) ?? null, event));
    await save([...cases], db, tables);
  },
};

interface Row {
  readonly id: string;
  readonly state: FollowedCase['state'];
  readonly version: string;
  readonly opened_at: Date;
}

const known = async (ids: readonly string[], db: Db, { case_row }: Tables<Name>): Promise<Map<string, FollowedCase>> => {
  const rows = await db.query<Row>(`SELECT id, state, version, opened_at FROM ${case_row} WHERE id = ANY ($1::uuid[])`, [ids]);
  return new Map(rows.map((row) => [row.id, { state: row.state, version: Number(row.version), openedAt: row.opened_at.toISOString() }]));
};

const COLUMNS = 'id, kind, phase, person_ref, number, office, waiting_on, due, attention, closed, open_task, mentions, version, opened_at, state';
/** What never changes is not written again, so that most updates touch no index (HOT). */
const CHANGES = COLUMNS.split(', ').filter((column) => !['id', 'kind', 'person_ref', 'number', 'opened_at'].includes(column));

const save = async (cases: readonly (readonly [string, FollowedCase])[], db: Db, { case_row }: Tables<Name>): Promise<void> => {
  const rows = cases.flatMap(([id, followed]) => {
    const row = caseRowOf(id, followed);
    return row === null ? [] : [valuesOf(row, followed)];
  });
  await db.query(
    `INSERT INTO ${case_row} (${COLUMNS})
     SELECT id, kind, phase, person_ref, number, office, waiting_on, due, attention, closed, open_task,
       ARRAY(SELECT json_array_elements_text(mentions)), version, opened_at, state
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::boolean[], $10::boolean[],
       $11::boolean[], $12::json[], $13::bigint[], $14::timestamptz[], $15::json[]) AS u (${COLUMNS})
     ON CONFLICT (id) DO UPDATE SET ${CHANGES.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    columns(rows, 15),
  );
};

const valuesOf = (row: CaseRow, { state }: FollowedCase): readonly unknown[] => [
  ...[row.id, row.kind, row.phase, row.personRef, row.number, row.office, row.waitingOn, row.due],
  ...[row.attention, row.closed, row.openTask, JSON.stringify(row.mentions), row.version, row.openedAt, JSON.stringify(state)],
];
