import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What HR sent and nobody can work is given up after so many tries, counted where a restart does not forget them. */
export class FailedFacts1772000000057 implements MigrationInterface {
  name = 'FailedFacts1772000000057';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE app.inbox ADD COLUMN failures int NOT NULL DEFAULT 0, ADD COLUMN retried_by text`);
    await db.query(`CREATE INDEX inbox_for_people ON app.inbox (status, seq) WHERE status IN ('needs-person', 'failed')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX app.inbox_for_people`);
    await db.query(`ALTER TABLE app.inbox DROP COLUMN failures, DROP COLUMN retried_by`);
  }
}
