import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the next call to an outside system may be made, by all processes together. */
export class Budget1772000000003 implements MigrationInterface {
  name = 'Budget1772000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE UNLOGGED TABLE app.rate_budget (name text PRIMARY KEY, free_at timestamptz NOT NULL) WITH (fillfactor = 50)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.rate_budget`);
  }
}
