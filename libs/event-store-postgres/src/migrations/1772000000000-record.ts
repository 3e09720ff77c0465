import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The record: streams, events, keys. Every event is chained by hash within its stream over its bytes as stored, with
 * personal parts as ciphertext, so that erasing a person breaks no chain. bytea, not jsonb: jsonb re-prints what is hashed.
 */
export class Record1772000000000 implements MigrationInterface {
  name = 'Record1772000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE SCHEMA ev`);
    await db.query(`CREATE TABLE ev.stream (
      stream_id text PRIMARY KEY, version bigint NOT NULL, head bytea NOT NULL
    ) WITH (fillfactor = 70)`); // room for HOT updates: this row changes with every append
    await db.query(`CREATE TABLE ev.event (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event_id uuid NOT NULL UNIQUE,
      stream_id text NOT NULL, version bigint NOT NULL,
      type text NOT NULL, schema_version int NOT NULL,
      recorded_at timestamptz NOT NULL,
      body bytea NOT NULL, meta bytea NOT NULL,
      key_id uuid, sealed bytea,
      leaf bytea NOT NULL, hash bytea NOT NULL,
      UNIQUE (stream_id, version), CHECK ((key_id IS NULL) = (sealed IS NULL))
    )`);
    await db.query(`CREATE TABLE ev.subject_key (
      key_id uuid PRIMARY KEY, subject text NOT NULL UNIQUE, kek_id text NOT NULL, wrapped_dek bytea,
      created_at timestamptz NOT NULL DEFAULT now(), destroyed_at timestamptz,
      CHECK ((wrapped_dek IS NULL) = (destroyed_at IS NOT NULL))
    )`);
    await db.query(LEAF_HASH);
    await db.query(APPEND);
    for (const statement of GUARDS) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SCHEMA ev CASCADE`);
  }
}

/** STABLE, not IMMUTABLE: convert_to() is stable, and only then is the function inlined (2.6 instead of 6.1 µs). */
const LEAF_HASH = `CREATE FUNCTION ev.leaf_hash(p_id uuid, p_stream text, p_version bigint, p_type text, p_schema int, p_at timestamptz,
    p_body bytea, p_meta bytea, p_key uuid, p_sealed bytea) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256('\\x00'::bytea || 'EVv1'::bytea || uuid_send(p_id)
    || int4send(octet_length(p_stream)) || convert_to(p_stream, 'UTF8') || int8send(p_version)
    || int4send(octet_length(p_type)) || convert_to(p_type, 'UTF8') || int4send(p_schema) || timestamptz_send(p_at)
    || sha256(p_body) || sha256(p_meta)
    || CASE WHEN p_key IS NULL THEN '\\x00'::bytea ELSE '\\x01'::bytea || uuid_send(p_key) || sha256(p_sealed) END) $$`;

/**
 * One call, one round trip. ES001: the stream is at another version (DETAIL says which); ES002: an id is known with other
 * content. Who said it (meta) is hashed but not compared: a retry on another worker is still the same event.
 */
export const APPEND = `CREATE FUNCTION ev.append(p_stream text, p_expected bigint, p_ids uuid[], p_types text[], p_schemas int[],
    p_bodies bytea[], p_metas bytea[], p_keys uuid[], p_sealed bytea[])
  RETURNS TABLE (last_version bigint, already boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
DECLARE
  k int := cardinality(p_ids); v bigint; h bytea; at timestamptz; leaves bytea[]; hashes bytea[];
  known int; same boolean; top bigint;
BEGIN
  IF k IS NULL OR k = 0 THEN RAISE EXCEPTION 'no events' USING ERRCODE = '22023'; END IF;
  LOOP -- optimistic: no row lock until the one INSERT or UPDATE of the stream; a lost race reads again
    SELECT s.version, s.head INTO v, h FROM stream s WHERE s.stream_id = p_stream;
    IF NOT FOUND THEN v := 0; h := '\\x'; END IF;
    IF v <> p_expected THEN
      SELECT count(*), max(e.version), bool_and(e.stream_id = p_stream AND e.type = p_types[i] AND e.schema_version = p_schemas[i]
          AND e.body = p_bodies[i] AND e.key_id IS NOT DISTINCT FROM p_keys[i] AND e.sealed IS NOT DISTINCT FROM p_sealed[i])
        INTO known, top, same FROM unnest(p_ids) WITH ORDINALITY u(id, i) JOIN event e ON e.event_id = u.id;
      IF known = k AND same THEN RETURN QUERY SELECT top, true; RETURN; END IF;
      IF known > 0 THEN RAISE EXCEPTION 'an event id is already used with other content' USING ERRCODE = 'ES002'; END IF;
      RAISE EXCEPTION 'stream is at another version' USING ERRCODE = 'ES001', DETAIL = v::text;
    END IF;
    at := date_trunc('milliseconds', clock_timestamp());
    FOR i IN 1..k LOOP
      leaves[i] := leaf_hash(p_ids[i], p_stream, v + i, p_types[i], p_schemas[i], at, p_bodies[i], p_metas[i], p_keys[i], p_sealed[i]);
      h := sha256('\\x02'::bytea || h || leaves[i]);
      hashes[i] := h;
    END LOOP;
    IF v = 0 THEN INSERT INTO stream VALUES (p_stream, k, h) ON CONFLICT DO NOTHING;
    ELSE UPDATE stream s SET version = v + k, head = h WHERE s.stream_id = p_stream AND s.version = v;
    END IF;
    EXIT WHEN FOUND;
  END LOOP;
  INSERT INTO event (event_id, stream_id, version, type, schema_version, recorded_at, body, meta, key_id, sealed, leaf, hash)
    SELECT a, p_stream, v + o, b, c, at, d, e, f, g, l, m
    FROM unnest(p_ids, p_types, p_schemas, p_bodies, p_metas, p_keys, p_sealed, leaves, hashes) WITH ORDINALITY u(a, b, c, d, e, f, g, l, m, o);
  RETURN QUERY SELECT v + k, false;
END $$`;

/** Even the owner cannot change history by accident; who means to is found by the hashes. */
const GUARDS = [
  `CREATE FUNCTION ev.append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     RAISE EXCEPTION '% on %.% is not allowed: append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'ES003'; END $$`,
  `CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ev.event FOR EACH ROW EXECUTE FUNCTION ev.append_only()`,
  `CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ev.event FOR EACH STATEMENT EXECUTE FUNCTION ev.append_only()`,
  `CREATE FUNCTION ev.key_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF TG_OP = 'DELETE' OR OLD.destroyed_at IS NOT NULL OR NEW.key_id <> OLD.key_id OR NEW.subject <> OLD.subject
       OR (NEW.wrapped_dek IS NOT NULL AND NEW.kek_id = OLD.kek_id)
     THEN RAISE EXCEPTION 'a key only goes forward: wrapped anew under another master key, or destroyed' USING ERRCODE = 'ES004'; END IF;
     RETURN NEW; END $$`,
  `CREATE TRIGGER key_guard BEFORE UPDATE OR DELETE ON ev.subject_key FOR EACH ROW EXECUTE FUNCTION ev.key_guard()`,
];
