import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who follows the log and how far they came. Read models live in the schema `read`: derived, rebuilt at will, each
 * generation in tables of its own behind views that show the live one.
 */
export class Subscriptions1772000000030 implements MigrationInterface {
  name = 'Subscriptions1772000000030';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE SCHEMA read`);
    await db.query(`CREATE TABLE read.subscription (
      name text NOT NULL, generation int NOT NULL, version int NOT NULL, state text NOT NULL CHECK (state IN ('live', 'building')),
      tables text[] NOT NULL, position bigint NOT NULL DEFAULT 0, at timestamptz NOT NULL DEFAULT clock_timestamp(), failure text, failing_since timestamptz,
      PRIMARY KEY (name, generation), UNIQUE (name, state)
    ) WITH (fillfactor = 50)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SCHEMA read CASCADE`);
  }
}
