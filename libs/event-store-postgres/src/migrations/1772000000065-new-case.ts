import type { MigrationInterface, QueryRunner } from 'typeorm';
import { WRITE_CASE } from './1772000000062-commit-alone.ts';

/** The first row of a case is only inserted: looking for one that is there already was a third of what it cost. */
export class NewCase1772000000065 implements MigrationInterface {
  name = 'NewCase1772000000065';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.write_case`);
    await db.query(WRITE_NEW_OR_KNOWN);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.write_case`);
    await db.query(WRITE_CASE);
  }
}

const ROW = `(id, kind, phase, person_ref, office, waiting_on, due, attention, closed, version, view, opened_at, number)
      VALUES (p_id, p_kind, p_phase, p_person_ref, p_office, p_waiting_on, p_due, p_attention, p_closed, p_version, p_view, p_opened_at, p_number)`;

/** `p_new`: it is the case's first row; where that is not true the commit fails, and is written by `app.commit`, which looks. */
export const WRITE_NEW_OR_KNOWN = `CREATE FUNCTION app.write_case(p_new boolean, p_id uuid, p_kind text, p_phase text, p_person_ref text, p_office text,
    p_waiting_on text, p_due timestamptz, p_attention boolean, p_closed boolean, p_version bigint, p_view jsonb, p_opened_at timestamptz, p_number text, p_outbox text)
  RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_new THEN
    INSERT INTO app.case_row ${ROW};
  ELSE
    INSERT INTO app.case_row AS c ${ROW}
      ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, office = excluded.office, waiting_on = excluded.waiting_on, due = excluded.due,
        attention = excluded.attention, closed = excluded.closed, version = excluded.version, view = excluded.view
      WHERE c.version < excluded.version;
  END IF;
  IF p_outbox IS NOT NULL THEN INSERT INTO app.outbox (case_id, kind) VALUES (p_id, p_outbox); END IF;
END $$`;
