import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each checkpoint key comes with its statement: signed by itself, and by the key before it. Checkpoints and keys from before
 * have no signed time and no statement; nothing was released with them, so they go, and the log is signed anew.
 */
export class SignedKeys1772000000041 implements MigrationInterface {
  name = 'SignedKeys1772000000041';

  async up(db: QueryRunner): Promise<void> {
    for (const table of ['log_checkpoint', 'log_key']) {
      await db.query(`ALTER TABLE ev.${table} DISABLE TRIGGER no_change`);
      await db.query(`DELETE FROM ev.${table}`);
      await db.query(`ALTER TABLE ev.${table} ENABLE TRIGGER no_change`);
      await db.query(`ALTER TABLE ev.${table} ALTER COLUMN ${table === 'log_key' ? 'since' : 'at'} DROP DEFAULT`);
    }
    await db.query(`ALTER TABLE ev.log_key ADD COLUMN statement text NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE ev.log_key DROP COLUMN statement`);
    await db.query(`ALTER TABLE ev.log_key ALTER COLUMN since SET DEFAULT clock_timestamp()`);
    await db.query(`ALTER TABLE ev.log_checkpoint ALTER COLUMN at SET DEFAULT clock_timestamp()`);
  }
}
