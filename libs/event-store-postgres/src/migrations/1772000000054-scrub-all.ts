import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SCRUB } from './1772000000048-scrub-keys.ts';

/**
 * A row that an older open transaction may still read is copied along, also by CLUSTER. ANALYZE counts what is dead and still
 * there (all of it up to 30,000 pages, about a million keys; a sample beyond), so that nobody takes such a key for destroyed.
 * It leaves out what this connection did and has not told the statistics yet, so that is added: at worst a refusal too many.
 */
export class ScrubAll1772000000054 implements MigrationInterface {
  name = 'ScrubAll1772000000054';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE OR REPLACE FUNCTION ev.scrub_keys() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ev, pg_temp SET lock_timeout = '2s' AS $$
    DECLARE keys CONSTANT regclass := 'ev.subject_key';
    BEGIN
        CLUSTER ev.subject_key USING subject_key_pkey;
        ANALYZE ev.subject_key;
        IF pg_stat_get_dead_tuples(keys) + pg_stat_get_xact_tuples_inserted(keys) + pg_stat_get_xact_tuples_updated(keys)
           + pg_stat_get_xact_tuples_deleted(keys) > 0 THEN
          RAISE EXCEPTION 'a destroyed key is still in its table, because an older transaction may read it: end that one, or scrub again later'
            USING ERRCODE = 'object_in_use';
        END IF; END $$`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(SCRUB.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION'));
  }
}
