import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Cases about a number of the company have no person. */
export class NumberCases1772000000020 implements MigrationInterface {
  name = 'NumberCases1772000000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE app.case_row ALTER COLUMN person_ref DROP NOT NULL, ADD COLUMN number text`);
    await db.query(`CREATE INDEX case_row_number ON app.case_row (number) WHERE number IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DELETE FROM app.case_row WHERE person_ref IS NULL`);
    await db.query(`ALTER TABLE app.case_row ALTER COLUMN person_ref SET NOT NULL, DROP COLUMN number`);
  }
}
