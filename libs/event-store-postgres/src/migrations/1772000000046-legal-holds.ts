import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which holds stand is asked of the record itself, and must not read every event. */
export class LegalHolds1772000000046 implements MigrationInterface {
  name = 'LegalHolds1772000000046';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX event_legal_holds ON ev.event (stream_id, version) WHERE type LIKE 'LegalHold%'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX ev.event_legal_holds`);
  }
}
