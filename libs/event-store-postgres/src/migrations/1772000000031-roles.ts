import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ROLES, createRoles } from '../roles.ts';

/**
 * Nobody who serves requests owns anything: the application's role reads events and appends them by `ev.append`, the
 * sequencer's adds to the log by `ev.seal`, the eraser's destroys keys. What each may do stands in `roles.ts`.
 */
export class Roles1772000000031 implements MigrationInterface {
  name = 'Roles1772000000031';

  async up(db: QueryRunner): Promise<void> {
    await createRoles(db);
    // What is made in `app` later is the application's to use, without a word in its migration.
    await db.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO handover_app`);
    await db.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO handover_app`);
    await db.query(`ALTER DEFAULT PRIVILEGES FOR ROLE handover_app IN SCHEMA read GRANT SELECT ON TABLES TO handover_reader`);
    await db.query(`CREATE TABLE ev.schema_state (
      the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one), objects jsonb NOT NULL, rights text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
    await db.query(WRITERS);
    await db.query(SEAL);
  }

  /** The roles stay: they belong to the whole server, and another database of it may use them. */
  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION ev.seal, ev.writers`);
    await db.query(`DROP TABLE ev.schema_state`);
    await db.query(`ALTER DEFAULT PRIVILEGES FOR ROLE handover_app IN SCHEMA read REVOKE SELECT ON TABLES FROM handover_reader`);
    await db.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE ALL ON TABLES FROM handover_app`);
    await db.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE ALL ON SEQUENCES FROM handover_app`);
    for (const role of Object.values(ROLES)) await db.query(`DROP OWNED BY ${role}`);
  }
}

/** In this order: whoever takes a number after the first statement takes one above `up_to`, and nobody before it is missed by the second. */
const WRITERS = `CREATE FUNCTION ev.writers(OUT up_to bigint, OUT transactions text[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
BEGIN
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO up_to FROM event_seq_seq;
  SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') INTO transactions FROM pg_locks l
    WHERE l.relation = 'ev.event'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
END $$`;

/** The next places of the log. A leaf is the hash of an event that is there, and places follow each other, whoever calls. */
const SEAL = `CREATE FUNCTION ev.seal(p_size bigint, p_seqs bigint[], p_levels int[], p_indexes bigint[], p_nodes bytea[], p_roots bytea[], p_watermark bigint)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
DECLARE k int := cardinality(p_seqs); sealed int;
BEGIN
  UPDATE log_state SET size = size + k, roots = p_roots, watermark = greatest(watermark, p_watermark) WHERE size = p_size;
  IF NOT FOUND THEN RAISE EXCEPTION 'the log has grown meanwhile' USING ERRCODE = '40001'; END IF;
  INSERT INTO log_leaf (position, seq, hash) SELECT p_size + n - 1, e.seq, e.hash FROM unnest(p_seqs) WITH ORDINALITY u(s, n) JOIN event e ON e.seq = u.s;
  GET DIAGNOSTICS sealed = ROW_COUNT;
  IF sealed <> k THEN RAISE EXCEPTION 'an event to be sealed is not there' USING ERRCODE = 'ES007'; END IF;
  INSERT INTO log_node (level, index, hash) SELECT * FROM unnest(p_levels, p_indexes, p_nodes);
END $$`;
