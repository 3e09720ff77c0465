import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Kept answers know whose they are, so that they go with the person; what is kept for a day is dropped after a day. */
export class ForgetAnswers1772000000047 implements MigrationInterface {
  name = 'ForgetAnswers1772000000047';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DELETE FROM app.idempotency_key`); // under keys in the clear; a day's worth of repeats at most
    await db.query(`ALTER TABLE app.idempotency_key ADD COLUMN person_ref text`);
    await db.query(`CREATE INDEX idempotency_key_age ON app.idempotency_key (created_at)`);
    await db.query(`CREATE INDEX idempotency_key_person ON app.idempotency_key (person_ref)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX app.idempotency_key_age`);
    await db.query(`ALTER TABLE app.idempotency_key DROP COLUMN person_ref`);
  }
}
