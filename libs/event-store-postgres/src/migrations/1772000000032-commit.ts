import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several commits in one round trip and one flush to disk, each all or nothing by itself. */
export class Commit1772000000032 implements MigrationInterface {
  name = 'Commit1772000000032';

  async up(db: QueryRunner): Promise<void> {
    await db.query(COMMIT);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.commit`);
  }
}

/**
 * With the caller's own rights: it appends by `ev.append` and destroys by `ev.destroy_key` or not at all. A commit that fails
 * is undone to where it began and answers with its error; those beside it in the batch do not notice. `place`: which of its
 * appends it failed at, from 1; null in the rows beside. Answers come in the order of the commits and are true once the
 * statement has returned, because only then all of it is on disk.
 */
export const COMMIT = `CREATE FUNCTION app.commit(p_appends int[], p_streams text[], p_expected bigint[], p_counts int[],
    p_ids uuid[], p_types text[], p_schemas int[], p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[], p_sides jsonb)
  RETURNS TABLE (versions bigint[], already boolean, failure text, message text, detail text, place int)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  a int := 0; e int := 0; -- the last append and event that were dealt with
  k int; until int; next_e int; known int; side jsonb; person jsonb; stored record;
BEGIN
  FOR m IN 1 .. cardinality(p_appends) LOOP
    versions := '{}'; already := false; failure := NULL; message := NULL; detail := NULL; place := NULL; known := 0;
    until := a + p_appends[m];
    next_e := e;
    FOR i IN a + 1 .. until LOOP next_e := next_e + p_counts[i]; END LOOP;
    BEGIN
      FOR i IN a + 1 .. until LOOP
        place := i - a;
        k := p_counts[i];
        SELECT r.last_version, r.already INTO stored FROM ev.append(p_streams[i], p_expected[i], p_ids[e + 1 : e + k], p_types[e + 1 : e + k],
          p_schemas[e + 1 : e + k], p_bodies[e + 1 : e + k], p_metas[e + 1 : e + k], p_keys[e + 1 : e + k], p_sealed[e + 1 : e + k]) r;
        versions := versions || stored.last_version;
        known := known + stored.already::int;
        e := e + k;
      END LOOP;
      place := NULL;
      already := known > 0 AND known = p_appends[m];
      -- Part of it was known: what was decided on is not what is there.
      IF known > 0 AND NOT already THEN RAISE EXCEPTION 'only a part of the commit is stored' USING ERRCODE = 'ES002'; END IF;
      side := p_sides -> (m - 1);
      IF NOT already AND side <> '{}' THEN
        INSERT INTO app.case_row AS c SELECT r.* FROM jsonb_populate_recordset(NULL::app.case_row, side -> 'cases') r
          ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, office = excluded.office, waiting_on = excluded.waiting_on, due = excluded.due,
            attention = excluded.attention, closed = excluded.closed, version = excluded.version, view = excluded.view
          WHERE c.version < excluded.version;
        INSERT INTO app.outbox (case_id, kind) SELECT (x ->> 'case_id')::uuid, x ->> 'kind' FROM jsonb_array_elements(side -> 'outbox') x;
        IF side ? 'rare' THEN
          FOR person IN SELECT value FROM jsonb_array_elements(side -> 'people') LOOP
            INSERT INTO app.person_index AS i (index, person_ref) VALUES (person ->> 'index', person ->> 'person_ref')
              ON CONFLICT (index) DO UPDATE SET person_ref = excluded.person_ref WHERE person ->> 'over' = '*' OR i.person_ref = person ->> 'over';
            IF NOT FOUND THEN RAISE EXCEPTION 'somebody else is found by this' USING ERRCODE = 'ES008', DETAIL = person ->> 'person_ref'; END IF;
          END LOOP;
          UPDATE app.inbox i SET status = x.status, case_ids = x.case_ids, reason = x.reason, pointers = x.pointers, body = CASE WHEN x.purge THEN NULL ELSE i.body END
            FROM jsonb_to_record(side -> 'inbox') x (id uuid, status text, case_ids uuid[], reason text, pointers text[], purge boolean) WHERE i.id = x.id;
          -- Nobody can work what has no body any more.
          UPDATE app.inbox SET body = NULL, status = 'ignored', reason = 'the person it was about is erased', pointers = '{}'
            WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text(side -> 'purge')) AND status <> 'received';
        END IF;
        IF side ? 'erased' THEN
          PERFORM ev.destroy_key(value) FROM jsonb_array_elements_text(side -> 'erased');
          DELETE FROM app.person_index WHERE person_ref IN (SELECT jsonb_array_elements_text(side -> 'erased'));
          DELETE FROM app.idempotency_key WHERE person_ref IN (SELECT jsonb_array_elements_text(side -> 'erased'));
        END IF;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failure = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    END;
    a := until; e := next_e;
    RETURN NEXT;
  END LOOP;
END $$`;
