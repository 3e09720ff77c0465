import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COMMIT_ALL } from './1772000000060-commit-at-once.ts';

/**
 * One event and the row of its case, which is what most commits are, as plain values: taking lists and JSON apart was a third
 * of what they cost. What calls the functions is a statement, not one more function around them.
 */
export class CommitAlone1772000000062 implements MigrationInterface {
  name = 'CommitAlone1772000000062';

  async up(db: QueryRunner): Promise<void> {
    await db.query(APPEND_ONE);
    await db.query(WRITE_CASE);
    await db.query(`DROP FUNCTION app.commit_all`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(COMMIT_ALL);
    await db.query(`DROP FUNCTION app.write_case, ev.append_one`);
  }
}

/** `ev.append_all` for one event of one stream, word for word; in its order of locks too. */
export const APPEND_ONE = `CREATE FUNCTION ev.append_one(p_stream text, p_expected bigint, p_id uuid, p_type text, p_schema int,
    p_body bytea, p_meta bytea, p_key uuid, p_sealed bytea)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
DECLARE
  at timestamptz := date_trunc('milliseconds', clock_timestamp());
  v bigint := p_expected + 1; h bytea := '\\x'; leaf bytea;
BEGIN
  IF EXISTS (SELECT 1 FROM subject_key s WHERE s.key_id = p_key AND s.destroyed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the key of the person is destroyed' USING ERRCODE = 'ES005'; END IF;
  IF p_expected <> 0 THEN
    SELECT s.head INTO h FROM stream s WHERE s.stream_id = p_stream AND s.version = p_expected;
    IF NOT FOUND THEN RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001'; END IF;
  END IF;
  leaf := leaf_hash(p_id, p_stream, v, p_type, p_schema, at, p_body, p_meta, p_key, p_sealed);
  h := sha256('\\x02'::bytea || h || leaf);
  IF p_expected = 0 THEN INSERT INTO stream VALUES (p_stream, v, h);
  ELSE
    UPDATE stream s SET version = v, head = h WHERE s.stream_id = p_stream AND s.version = p_expected;
    IF NOT FOUND THEN RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001'; END IF;
  END IF;
  INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
    VALUES (p_id, p_stream, v, p_type, p_schema, at, p_body, p_meta, p_key, p_sealed, leaf, h);
END $$`;

/** As `app.write_side` writes the row of one case; `p_outbox`: what Temporal is told of it, null for nothing. */
export const WRITE_CASE = `CREATE FUNCTION app.write_case(p_id uuid, p_kind text, p_phase text, p_person_ref text, p_office text, p_waiting_on text,
    p_due timestamptz, p_attention boolean, p_closed boolean, p_version bigint, p_view jsonb, p_opened_at timestamptz, p_number text, p_outbox text)
  RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO app.case_row AS c (id, kind, phase, person_ref, office, waiting_on, due, attention, closed, version, view, opened_at, number)
    VALUES (p_id, p_kind, p_phase, p_person_ref, p_office, p_waiting_on, p_due, p_attention, p_closed, p_version, p_view, p_opened_at, p_number)
    ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, office = excluded.office, waiting_on = excluded.waiting_on, due = excluded.due,
      attention = excluded.attention, closed = excluded.closed, version = excluded.version, view = excluded.view
    WHERE c.version < excluded.version;
  IF p_outbox IS NOT NULL THEN INSERT INTO app.outbox (case_id, kind) VALUES (p_id, p_outbox); END IF;
END $$`;
