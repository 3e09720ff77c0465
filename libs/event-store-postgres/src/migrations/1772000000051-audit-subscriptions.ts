import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is pushed the record, and how far each has taken it. What is sent is not stored: a batch is a range of the log. */
export class AuditSubscriptions1772000000051 implements MigrationInterface {
  name = 'AuditSubscriptions1772000000051';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE app.audit_subscription (
      id uuid PRIMARY KEY, name text NOT NULL, url text NOT NULL, secrets bytea NOT NULL, format text NOT NULL, ocsf text NOT NULL,
      filter jsonb NOT NULL, position bigint NOT NULL, pending_to bigint, revision int NOT NULL DEFAULT 1,
      state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')), why text,
      attempts int NOT NULL DEFAULT 0, failing_since timestamptz, next_try_at timestamptz NOT NULL DEFAULT now(), last_error text,
      lease_owner uuid, lease_until timestamptz, delivered bigint NOT NULL DEFAULT 0, delivered_at timestamptz,
      created_by text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
    )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.audit_subscription`);
  }
}
