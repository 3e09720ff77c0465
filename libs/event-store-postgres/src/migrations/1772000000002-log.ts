import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log: every event at a gap-free position, given after its commit to what is visible, and Merkle checkpoints over it.
 * No foreign key to ev.event: it would lock event rows for no gain, because neither is ever deleted.
 */
export class Log1772000000002 implements MigrationInterface {
  name = 'Log1772000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE ev.log_leaf (
      position bigint PRIMARY KEY, seq bigint NOT NULL UNIQUE, hash bytea NOT NULL, sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
    await db.query(`CREATE TABLE ev.log_state (
      the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one), size bigint NOT NULL, roots bytea[] NOT NULL, watermark bigint NOT NULL
    )`);
    await db.query(`INSERT INTO ev.log_state (size, roots, watermark) VALUES (0, '{}', 0)`);
    await db.query(`CREATE TABLE ev.log_checkpoint (
      size bigint NOT NULL, key_id text NOT NULL, root bytea NOT NULL, note text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (size, key_id)
    )`);
    await db.query(
      `CREATE TABLE ev.log_key (key_id text PRIMARY KEY, origin text NOT NULL, public_key text NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
    for (const table of ['log_leaf', 'log_checkpoint', 'log_key']) {
      await db.query(`CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ev.${table} FOR EACH ROW EXECUTE FUNCTION ev.append_only()`);
      await db.query(`CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ev.${table} FOR EACH STATEMENT EXECUTE FUNCTION ev.append_only()`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ev.log_key, ev.log_checkpoint, ev.log_state, ev.log_leaf`);
  }
}
