import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The calls that a second has room for, as places that processes take and give back. Lost in a crash on purpose: places
 * are made again when they are missing, and a restart takes longer than a second.
 */
export class RatePlaces1772000000010 implements MigrationInterface {
  name = 'RatePlaces1772000000010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.rate_budget`);
    await db.query(`
      CREATE UNLOGGED TABLE app.rate_place (
        name       text NOT NULL,
        place      integer NOT NULL,
        free_at    timestamptz NOT NULL,
        not_before timestamptz NOT NULL DEFAULT '-infinity',
        turn       bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (name, place)
      ) WITH (fillfactor = 50)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.rate_place`);
    await db.query(`CREATE UNLOGGED TABLE app.rate_budget (name text PRIMARY KEY, free_at timestamptz NOT NULL) WITH (fillfactor = 50)`);
  }
}
