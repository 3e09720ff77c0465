import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND } from './1772000000000-record.ts';
import { FENCE } from './1772000000045-keys.ts';
import { FORGETTING_COMMIT } from './1772000000055-forget-bodies.ts';

/**
 * A batch of commits is written as one, which costs a third, and only when that fails each by itself, to see which one it was.
 * The fence before sealed events is in the functions that append instead of a trigger, which was a tenth of an append.
 */
export class CommitAtOnce1772000000060 implements MigrationInterface {
  name = 'CommitAtOnce1772000000060';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER key_fence ON ev.event`);
    await db.query(`DROP FUNCTION ev.key_fence()`);
    await db.query(replacing(APPEND.replace('    at := date_trunc', `${FENCED}    at := date_trunc`)));
    for (const statement of [APPEND_ALL, WRITE_SIDE, COMMIT_ALL, COMMIT]) await db.query(statement);
    await db.query(`ALTER FUNCTION ev.append ${ONE_PLAN}`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(FORGETTING_COMMIT);
    await db.query(replacing(APPEND));
    await db.query(`DROP FUNCTION app.commit_all, app.write_side, ev.append_all`);
    for (const statement of FENCE) await db.query(statement);
  }
}

/** Restores the settings of a function too: it has none that the text does not name. */
export const replacing = (text: string): string => text.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');

/** Else arrays of few elements look so cheap that their statements are planned anew at every call. */
export const ONE_PLAN = `SET plan_cache_mode = force_generic_plan`;

export const FENCED = `    IF EXISTS (SELECT 1 FROM subject_key s WHERE s.key_id = ANY (p_keys) AND s.destroyed_at IS NOT NULL)
      THEN RAISE EXCEPTION 'the key of the person is destroyed' USING ERRCODE = 'ES005'; END IF;
`;

/** Appends to several streams, all or nothing; in the events' arrays one append comes after the other. Says no more than that it failed. */
export const APPEND_ALL = `CREATE FUNCTION ev.append_all(p_streams text[], p_expected bigint[], p_counts int[], p_ids uuid[], p_types text[],
    p_schemas int[], p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[])
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp ${ONE_PLAN} AS $$
DECLARE
  at timestamptz := date_trunc('milliseconds', clock_timestamp());
  e int := 0; v bigint; h bytea; names text[]; versions bigint[]; leaves bytea[]; hashes bytea[];
BEGIN
${FENCED}  FOR a IN 1 .. cardinality(p_streams) LOOP
    IF p_counts[a] < 1 THEN RAISE EXCEPTION 'no events' USING ERRCODE = '22023'; END IF;
    v := p_expected[a];
    h := '\\x';
    IF v <> 0 THEN
      SELECT s.head INTO h FROM stream s WHERE s.stream_id = p_streams[a] AND s.version = v;
      IF NOT FOUND THEN RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001'; END IF;
    END IF;
    FOR i IN 1 .. p_counts[a] LOOP
      e := e + 1;
      v := v + 1;
      names[e] := p_streams[a];
      versions[e] := v;
      leaves[e] := leaf_hash(p_ids[e], p_streams[a], v, p_types[e], p_schemas[e], at, p_bodies[e], p_metas[e], p_keys[e], p_sealed[e]);
      h := sha256('\\x02'::bytea || h || leaves[e]);
      hashes[e] := h;
    END LOOP;
    IF p_expected[a] = 0 THEN INSERT INTO stream VALUES (p_streams[a], v, h);
    ELSE
      UPDATE stream s SET version = v, head = h WHERE s.stream_id = p_streams[a] AND s.version = p_expected[a];
      IF NOT FOUND THEN RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001'; END IF;
    END IF;
  END LOOP;
  INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
    SELECT p_ids[i], names[i], versions[i], p_types[i], p_schemas[i], at, p_bodies[i], p_metas[i], p_keys[i], p_sealed[i], leaves[i], hashes[i]
    FROM generate_series(1, e) i;
END $$`;

/**
 * What is written beside the events of one commit, or of several. `rare` spares most commits what few need. Processes of the
 * version before, which go on while an update takes, send one inbox entry instead of a list.
 */
export const WRITE_SIDE = `CREATE FUNCTION app.write_side(p_side jsonb) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp ${ONE_PLAN} AS $$
DECLARE person jsonb;
BEGIN
  INSERT INTO app.case_row AS c SELECT r.* FROM jsonb_populate_recordset(NULL::app.case_row, p_side -> 'cases') r
    ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, office = excluded.office, waiting_on = excluded.waiting_on, due = excluded.due,
      attention = excluded.attention, closed = excluded.closed, version = excluded.version, view = excluded.view
    WHERE c.version < excluded.version;
  INSERT INTO app.outbox (case_id, kind) SELECT (x ->> 'case_id')::uuid, x ->> 'kind' FROM jsonb_array_elements(p_side -> 'outbox') x;
  IF p_side ? 'rare' THEN
    FOR person IN SELECT value FROM jsonb_array_elements(p_side -> 'people') LOOP
      INSERT INTO app.person_index AS i (index, person_ref) VALUES (person ->> 'index', person ->> 'person_ref')
        ON CONFLICT (index) DO UPDATE SET person_ref = excluded.person_ref WHERE person ->> 'over' = '*' OR i.person_ref = person ->> 'over';
      IF NOT FOUND THEN RAISE EXCEPTION 'somebody else is found by this' USING ERRCODE = 'ES008', DETAIL = person ->> 'person_ref'; END IF;
    END LOOP;
    UPDATE app.inbox i SET status = x.status, case_ids = x.case_ids, reason = x.reason, pointers = x.pointers, body = CASE WHEN x.purge THEN NULL ELSE i.body END
      FROM jsonb_to_recordset(CASE jsonb_typeof(p_side -> 'inbox') WHEN 'object' THEN jsonb_build_array(p_side -> 'inbox') ELSE p_side -> 'inbox' END) x (
        id uuid, status text, case_ids uuid[], reason text, pointers text[], purge boolean) WHERE i.id = x.id;
    PERFORM app.forget_bodies(p_side -> 'purge');
  END IF;
  IF p_side ? 'erased' THEN
    PERFORM ev.destroy_key(value) FROM jsonb_array_elements_text(p_side -> 'erased');
    DELETE FROM app.person_index WHERE person_ref IN (SELECT jsonb_array_elements_text(p_side -> 'erased'));
    DELETE FROM app.idempotency_key WHERE person_ref IN (SELECT jsonb_array_elements_text(p_side -> 'erased'));
  END IF;
END $$`;

/** A batch of commits as one, all or nothing. With the caller's own rights, as `app.commit`. */
export const COMMIT_ALL = `CREATE FUNCTION app.commit_all(p_streams text[], p_expected bigint[], p_counts int[], p_ids uuid[], p_types text[],
    p_schemas int[], p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[], p_side jsonb)
  RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp ${ONE_PLAN} AS $$
BEGIN
  IF p_streams <> '{}' THEN PERFORM ev.append_all(p_streams, p_expected, p_counts, p_ids, p_types, p_schemas, p_bodies, p_metas, p_keys, p_sealed); END IF;
  IF p_side <> '{}' THEN PERFORM app.write_side(p_side); END IF;
END $$`;

/** Several commits, each all or nothing by itself; as it was, with what is beside the events in the function that both share. */
const COMMIT = `CREATE OR REPLACE FUNCTION app.commit(p_appends int[], p_streams text[], p_expected bigint[], p_counts int[],
    p_ids uuid[], p_types text[], p_schemas int[], p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[], p_sides jsonb)
  RETURNS TABLE (versions bigint[], already boolean, failure text, message text, detail text, place int)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp ${ONE_PLAN} AS $$
DECLARE
  a int := 0; e int := 0; -- the last append and event that were dealt with
  k int; until int; next_e int; known int; side jsonb; stored record;
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
      IF NOT already AND side <> '{}' THEN PERFORM app.write_side(side); END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failure = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    END;
    a := until; e := next_e;
    RETURN NEXT;
  END LOOP;
END $$`;
