import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who read what of the record: written before the answer, told in the record soon after, and then gone from here. */
export class AccessReads1772000000052 implements MigrationInterface {
  name = 'AccessReads1772000000052';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE app.access_read (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), actor text NOT NULL,
      what text NOT NULL, detail jsonb NOT NULL, batch uuid
    )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.access_read`);
  }
}
