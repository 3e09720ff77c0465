import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND } from './1772000000000-record.ts';
import { APPEND_ALL, FENCED, ONE_PLAN, replacing } from './1772000000060-commit-at-once.ts';
import { APPEND_ONE } from './1772000000062-commit-alone.ts';

/**
 * The last event of a stream says its version and its head; the table that said so again is gone. Of two that append at one
 * version the key (stream_id, version) lets one through. Also, the fence looks keys up: without statistics, which a table has
 * for the first time when it was vacuumed, it read all of them. The functions stand here whole: what ran before stays as it ran.
 */
export class HeadsInEvents1772000000064 implements MigrationInterface {
  name = 'HeadsInEvents1772000000064';

  async up(db: QueryRunner): Promise<void> {
    for (const text of [APPEND_TO_EVENTS, APPEND_ALL_TO_EVENTS, APPEND_ONE_TO_EVENTS]) await db.query(replacing(text));
    await db.query(`DROP TABLE ev.stream`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE ev.stream (
      stream_id text PRIMARY KEY, version bigint NOT NULL, head bytea NOT NULL
    ) WITH (fillfactor = 70)`);
    await db.query(`INSERT INTO ev.stream SELECT DISTINCT ON (stream_id) stream_id, version, hash FROM ev.event ORDER BY stream_id, version DESC`);
    await db.query(replacing(APPEND.replace('    at := date_trunc', `${FENCED}    at := date_trunc`)));
    await db.query(`ALTER FUNCTION ev.append ${ONE_PLAN}`);
    for (const text of [APPEND_ALL, APPEND_ONE]) await db.query(replacing(text));
  }
}

/** Whoever loses the race for a version reads again; whose id another stream has would do so for ever. */
const APPEND_TO_EVENTS = `CREATE FUNCTION ev.append(p_stream text, p_expected bigint, p_ids uuid[], p_types text[], p_schemas int[],
    p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[])
  RETURNS TABLE (last_version bigint, already boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp ${ONE_PLAN} AS $$
DECLARE
  k int := cardinality(p_ids); v bigint; h bytea; at timestamptz; leaves bytea[]; hashes bytea[];
  known int; same boolean; top bigint;
BEGIN
  IF k IS NULL OR k = 0 THEN RAISE EXCEPTION 'no events' USING ERRCODE = '22023'; END IF;
  LOOP
    SELECT e.version, e.hash INTO v, h FROM event e WHERE e.stream_id = p_stream ORDER BY e.version DESC LIMIT 1;
    IF NOT FOUND THEN v := 0; h := '\\x'; END IF;
    IF v <> p_expected THEN
      SELECT count(*), max(e.version), bool_and(e.stream_id = p_stream AND e.type = p_types[i] AND e.schema_version = p_schemas[i]
          AND e.body = p_bodies[i] AND e.key_id IS NOT DISTINCT FROM p_keys[i] AND e.sealed IS NOT DISTINCT FROM p_sealed[i])
        INTO known, top, same FROM unnest(p_ids) WITH ORDINALITY u(id, i) JOIN event e ON e.event_id = u.id;
      IF known = k AND same THEN RETURN QUERY SELECT top, true; RETURN; END IF;
      IF known > 0 THEN RAISE EXCEPTION 'an event id is already used with other content' USING ERRCODE = 'ES002'; END IF;
      RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001', DETAIL = v::text;
    END IF;
${FENCED}    at := date_trunc('milliseconds', clock_timestamp());
    FOR i IN 1..k LOOP
      leaves[i] := leaf_hash(p_ids[i], p_stream, v + i, p_types[i], p_schemas[i], at, p_bodies[i], p_metas[i], p_keys[i], p_sealed[i]);
      h := sha256('\\x02'::bytea || h || leaves[i]);
      hashes[i] := h;
    END LOOP;
    BEGIN
      INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
        SELECT a, p_stream, v + o, b, c, at, d, e, f, g, l, m
        FROM unnest(p_ids, p_types, p_schemas, p_bodies, p_metas, p_keys, p_sealed, leaves, hashes) WITH ORDINALITY u(a, b, c, d, e, f, g, l, m, o);
      RETURN QUERY SELECT v + k, false;
      RETURN;
    EXCEPTION WHEN unique_violation THEN
      IF NOT EXISTS (SELECT 1 FROM event e WHERE e.stream_id = p_stream AND e.version > v) THEN RAISE; END IF;
    END;
  END LOOP;
END $$`;

/** Appends to several streams, all or nothing; in the events' arrays one append comes after the other. Says no more than that it failed. */
const APPEND_ALL_TO_EVENTS = `CREATE FUNCTION ev.append_all(p_streams text[], p_expected bigint[], p_counts int[], p_ids uuid[], p_types text[],
    p_schemas int[], p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[])
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp ${ONE_PLAN} SET enable_seqscan = off AS $$
DECLARE
  at timestamptz := date_trunc('milliseconds', clock_timestamp());
  e int := 0; v bigint; h bytea; names text[]; versions bigint[]; leaves bytea[]; hashes bytea[];
BEGIN
${FENCED}  FOR a IN 1 .. cardinality(p_streams) LOOP
    IF p_counts[a] < 1 THEN RAISE EXCEPTION 'no events' USING ERRCODE = '22023'; END IF;
    v := p_expected[a];
    h := '\\x';
    IF v <> 0 THEN
      SELECT s.hash INTO h FROM event s WHERE s.stream_id = p_streams[a] AND s.version = v;
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
  END LOOP;
  INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
    SELECT p_ids[i], names[i], versions[i], p_types[i], p_schemas[i], at, p_bodies[i], p_metas[i], p_keys[i], p_sealed[i], leaves[i], hashes[i]
    FROM generate_series(1, e) i;
END $$`;

/** `ev.append_all` for one event of one stream, word for word. */
const APPEND_ONE_TO_EVENTS = `CREATE FUNCTION ev.append_one(p_stream text, p_expected bigint, p_id uuid, p_type text, p_schema int,
    p_body bytea, p_meta bytea, p_key uuid, p_sealed bytea)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
DECLARE
  at timestamptz := date_trunc('milliseconds', clock_timestamp());
  v bigint := p_expected + 1; h bytea := '\\x'; leaf bytea;
BEGIN
  IF EXISTS (SELECT 1 FROM subject_key s WHERE s.key_id = p_key AND s.destroyed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the key of the person is destroyed' USING ERRCODE = 'ES005'; END IF;
  IF p_expected <> 0 THEN
    SELECT s.hash INTO h FROM event s WHERE s.stream_id = p_stream AND s.version = p_expected;
    IF NOT FOUND THEN RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001'; END IF;
  END IF;
  leaf := leaf_hash(p_id, p_stream, v, p_type, p_schema, at, p_body, p_meta, p_key, p_sealed);
  h := sha256('\\x02'::bytea || h || leaf);
  INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
    VALUES (p_id, p_stream, v, p_type, p_schema, at, p_body, p_meta, p_key, p_sealed, leaf, h);
END $$`;
