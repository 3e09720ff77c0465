import { fold, upcasters, viewOf, type CaseEvent } from '@handover/case';
import type { StoredEvent } from '@handover/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EVENT, eventOf, type EventRow } from '../event-row.ts';
import { WRITE_SIDE, replacing } from './1772000000060-commit-at-once.ts';
import { WRITE_SIDE_BY_NAME } from './1772000000063-mentions-apart.ts';
import { WRITE_NEW_OR_KNOWN } from './1772000000065-new-case.ts';

/**
 * The row of a case follows the log like every other read model, and is built anew like one; with the events only what Temporal
 * is told is written. Processes of the version before, which go on while an update takes, still send rows, which nobody keeps.
 */
export class CasesFollow1772000000066 implements MigrationInterface {
  name = 'CasesFollow1772000000066';

  async up(db: QueryRunner): Promise<void> {
    await db.query(replacing(WRITE_SIDE.replace(/ {2}INSERT INTO app\.case_row[^;]*;\n/, '')));
    await db.query(`DROP FUNCTION app.write_case`);
    await db.query(`DROP TABLE app.case_row`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of CASE_ROW) await db.query(statement);
    await db.query(replacing(WRITE_SIDE_BY_NAME));
    await db.query(WRITE_NEW_OR_KNOWN);
    await writeRows(db);
  }
}

/** As the migrations before left it. */
const CASE_ROW = [
  `CREATE TABLE app.case_row (
    id uuid PRIMARY KEY, kind text NOT NULL, phase text NOT NULL, person_ref text, office text, waiting_on text,
    due timestamptz, attention boolean NOT NULL, closed boolean NOT NULL, version bigint NOT NULL, view jsonb NOT NULL,
    opened_at timestamptz NOT NULL, number text, mentions jsonb GENERATED ALWAYS AS (view -> 'mentions') STORED
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX case_row_newest ON app.case_row (opened_at DESC, id DESC)`,
  `CREATE INDEX case_row_person ON app.case_row (person_ref)`,
  `CREATE INDEX case_row_phase ON app.case_row (kind, phase) WHERE NOT closed`,
  `CREATE INDEX case_row_number ON app.case_row (number) WHERE number IS NOT NULL`,
  `CREATE INDEX case_row_mentions ON app.case_row USING gin (mentions) WHERE NOT closed AND mentions <> '[]'`,
];

/** The program before tells Temporal of a case by its row: those there are get one out of their events. */
const writeRows = async (db: QueryRunner): Promise<void> => {
  const cases = (await db.query(`SELECT stream_id FROM ev.event WHERE stream_id LIKE 'case/%' AND version = 1`)) as Pick<EventRow, 'stream_id'>[];
  for (const { stream_id } of cases) {
    const rows = (await db.query(`SELECT ${EVENT} FROM ev.event e WHERE e.stream_id = $1 ORDER BY e.version`, [stream_id])) as EventRow[];
    await writeRow(
      db,
      rows.map((row) => upcasters.current(eventOf(row))),
    );
  }
};

const writeRow = async (db: QueryRunner, events: readonly StoredEvent[]): Promise<void> => {
  const state = fold(events as unknown as readonly CaseEvent[]);
  const version = events.length;
  const [first] = events;
  if (state.status === 'none' || first === undefined) return;
  const view = viewOf(state, version);
  await db.query(
    `INSERT INTO app.case_row (id, kind, phase, person_ref, office, waiting_on, due, attention, closed, version, view, opened_at, number)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[first.stream.slice('case/'.length), state.kind, state.phase, state.personRef, state.office, view.waitsFor[0]?.on ?? null, view.due],
      ...[view.attention !== null, view.closed, version, JSON.stringify(view), first.recordedAt, state.terms.kind === 'number' ? state.terms.number : null],
    ],
  );
};
