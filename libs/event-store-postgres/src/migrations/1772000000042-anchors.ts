import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each outside receiver has got with the checkpoints. The checkpoints themselves are what waits to be sent. */
export class Anchors1772000000042 implements MigrationInterface {
  name = 'Anchors1772000000042';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE app.anchor (
      name text PRIMARY KEY, size bigint NOT NULL DEFAULT 0, attempts int NOT NULL DEFAULT 0,
      next_try_at timestamptz NOT NULL DEFAULT now(), last_error text, delivered_at timestamptz
    )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.anchor`);
  }
}
