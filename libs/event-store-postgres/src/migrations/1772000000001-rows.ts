import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is read back at once or must survive a crash beside the record: case rows, outbox, inbox, person index, idempotency. */
export class Rows1772000000001 implements MigrationInterface {
  name = 'Rows1772000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE SCHEMA app`);
    await db.query(`CREATE TABLE app.case_row (
      id uuid PRIMARY KEY, kind text NOT NULL, phase text NOT NULL, person_ref text NOT NULL, office text, waiting_on text,
      due timestamptz, attention boolean NOT NULL, closed boolean NOT NULL, version bigint NOT NULL, view jsonb NOT NULL,
      opened_at timestamptz NOT NULL
    )`);
    await db.query(`CREATE INDEX case_row_newest ON app.case_row (opened_at DESC, id DESC)`);
    await db.query(`CREATE INDEX case_row_person ON app.case_row (person_ref)`);
    await db.query(`CREATE INDEX case_row_phase ON app.case_row (kind, phase) WHERE NOT closed`);
    await db.query(`CREATE TABLE app.outbox (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL, kind text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), attempts int NOT NULL DEFAULT 0, next_try_at timestamptz NOT NULL DEFAULT now(), last_error text
    )`);
    await db.query(`CREATE INDEX outbox_of_case ON app.outbox (case_id, id)`);
    await db.query(`CREATE TABLE app.person_index (index text PRIMARY KEY, person_ref text NOT NULL)`);
    await db.query(`CREATE INDEX person_index_ref ON app.person_index (person_ref)`);
    await db.query(`CREATE TABLE app.inbox (
      id uuid PRIMARY KEY, seq bigint GENERATED ALWAYS AS IDENTITY, source text NOT NULL, webhook_id text NOT NULL,
      received_at timestamptz NOT NULL DEFAULT now(), body bytea, status text NOT NULL DEFAULT 'received', case_ids uuid[] NOT NULL DEFAULT '{}',
      reason text, pointers text[] NOT NULL DEFAULT '{}', attempts int NOT NULL DEFAULT 0, next_try_at timestamptz NOT NULL DEFAULT now(), last_error text,
      UNIQUE (source, webhook_id)
    )`);
    await db.query(`CREATE INDEX inbox_waiting ON app.inbox (seq) WHERE status = 'received'`);
    await db.query(`CREATE TABLE app.idempotency_key (
      actor text NOT NULL, key text NOT NULL, fingerprint text NOT NULL, status int, body text,
      created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (actor, key)
    )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SCHEMA app CASCADE`);
  }
}
