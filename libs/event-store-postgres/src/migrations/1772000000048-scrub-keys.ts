import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Vacuuming frees the place of a destroyed key and leaves its bytes in the page, until something else is written there. Only
 * writing the table anew leaves them behind. CLUSTER, unlike VACUUM FULL, can be lent to whoever may destroy keys.
 */
export class ScrubKeys1772000000048 implements MigrationInterface {
  name = 'ScrubKeys1772000000048';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE ev.subject_key RESET (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor)`);
    await db.query(SCRUB);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION ev.scrub_keys()`);
    await db.query(`ALTER TABLE ev.subject_key SET WITHOUT CLUSTER`);
    await db.query(`ALTER TABLE ev.subject_key SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)`);
  }
}

export const SCRUB = `CREATE FUNCTION ev.scrub_keys() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp SET lock_timeout = '2s' AS $$
      BEGIN CLUSTER ev.subject_key USING subject_key_pkey; END $$`;
