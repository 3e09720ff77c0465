import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever leaves must know which open cases count on them. */
export class Mentions1772000000015 implements MigrationInterface {
  name = 'Mentions1772000000015';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX case_row_mentions ON app.case_row USING gin ((view->'mentions')) WHERE NOT closed`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX app.case_row_mentions`);
  }
}
