import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a generation of a read model has its indexes: they are made once it has caught up. */
export class IndexedLater1772000000061 implements MigrationInterface {
  name = 'IndexedLater1772000000061';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE read.subscription ADD COLUMN indexed boolean NOT NULL DEFAULT false`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE read.subscription DROP COLUMN indexed`);
  }
}
