import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When retention was last applied, so that one worker does it once a day. */
export class Retention1772000000053 implements MigrationInterface {
  name = 'Retention1772000000053';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE app.retention_run (the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one), next_at timestamptz NOT NULL DEFAULT now())`);
    await db.query(`INSERT INTO app.retention_run DEFAULT VALUES`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.retention_run`);
  }
}
