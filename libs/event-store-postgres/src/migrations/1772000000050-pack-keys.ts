import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Public keys that evidence packs were signed with; announced for ever, like those of checkpoints. */
export class PackKeys1772000000050 implements MigrationInterface {
  name = 'PackKeys1772000000050';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE TABLE ev.pack_key (key_id text PRIMARY KEY, origin text NOT NULL, public_key text NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
    await db.query(`CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ev.pack_key FOR EACH ROW EXECUTE FUNCTION ev.append_only()`);
    await db.query(`CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ev.pack_key FOR EACH STATEMENT EXECUTE FUNCTION ev.append_only()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ev.pack_key`);
  }
}
