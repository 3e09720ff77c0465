import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Master keys by id, so that a retired one is refused by the table itself; destroying a key as one function, with the news
 * of it; and the fence: once a key is destroyed, no event is stored that is sealed under it, whoever still has it in memory.
 */
export class Keys1772000000045 implements MigrationInterface {
  name = 'Keys1772000000045';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE ev.master_key (kek_id text PRIMARY KEY, retired_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    for (const statement of [...RETIRED, ...DESTROY, ...FENCE]) await db.query(statement);
    // Which persons are erased is asked at every start, and must not read every event.
    await db.query(`CREATE INDEX event_erasures ON ev.event (stream_id) WHERE type = 'PersonErased'`);
    await db.query(`CREATE INDEX subject_key_kek ON ev.subject_key (kek_id) WHERE wrapped_dek IS NOT NULL`);
    // A destroyed key's old row version is dead, and its bytes stay in the page until they are vacuumed: at once, not at 20 %.
    await db.query(`ALTER TABLE ev.subject_key SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE ev.subject_key RESET (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor)`);
    await db.query(`DROP INDEX ev.subject_key_kek, ev.event_erasures`);
    await db.query(`DROP TRIGGER key_fence ON ev.event`);
    await db.query(`DROP TRIGGER master_key_guard ON ev.subject_key`);
    await db.query(`DROP FUNCTION ev.key_fence(), ev.master_key_guard(), ev.destroy_key(text)`);
    await db.query(`DROP TABLE ev.master_key`);
  }
}

/** FOR KEY SHARE would not do: the row appears when a key is retired. Retiring locks the table of keys instead. */
const RETIRED = [
  `CREATE FUNCTION ev.master_key_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$ BEGIN
     IF EXISTS (SELECT 1 FROM master_key m WHERE m.kek_id = NEW.kek_id)
     THEN RAISE EXCEPTION 'the master key % is retired', NEW.kek_id USING ERRCODE = 'ES006'; END IF;
     RETURN NEW; END $$`,
  `CREATE TRIGGER master_key_guard BEFORE INSERT OR UPDATE ON ev.subject_key FOR EACH ROW WHEN (NEW.wrapped_dek IS NOT NULL)
     EXECUTE FUNCTION ev.master_key_guard()`,
];

/** Keys of the service itself are never destroyed. True when there was a key to destroy. */
const DESTROY = [
  `CREATE FUNCTION ev.destroy_key(p_subject text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$
   DECLARE was boolean;
   BEGIN
     IF p_subject LIKE 'service/%' THEN RAISE EXCEPTION 'keys of the service are not destroyed' USING ERRCODE = 'ES004'; END IF;
     UPDATE subject_key SET wrapped_dek = NULL, destroyed_at = clock_timestamp() WHERE subject = p_subject AND destroyed_at IS NULL;
     was := FOUND;
     PERFORM pg_notify('handover_keys', p_subject);
     RETURN was;
   END $$`,
];

export const FENCE = [
  `CREATE FUNCTION ev.key_fence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp AS $$ BEGIN
     IF EXISTS (SELECT 1 FROM appended a JOIN subject_key k ON k.key_id = a.key_id WHERE k.destroyed_at IS NOT NULL)
     THEN RAISE EXCEPTION 'the key of the person is destroyed' USING ERRCODE = 'ES005'; END IF;
     RETURN NULL; END $$`,
  `CREATE TRIGGER key_fence AFTER INSERT ON ev.event REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION ev.key_fence()`,
];
