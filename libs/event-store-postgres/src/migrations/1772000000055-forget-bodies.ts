import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COMMIT } from './1772000000032-commit.ts';

/** An erasure reaches webhook bodies that are still to be worked, and those that somebody works at that moment. */
export class ForgetBodies1772000000055 implements MigrationInterface {
  name = 'ForgetBodies1772000000055';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE app.inbox ADD COLUMN forget boolean NOT NULL DEFAULT false`);
    for (const statement of [FORGET, SETTLED, TRIGGER]) await db.query(statement);
    await db.query(FORGETTING_COMMIT);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(replaced());
    await db.query(`DROP TRIGGER inbox_forget ON app.inbox`);
    await db.query(`DROP FUNCTION app.forget_bodies(jsonb), app.inbox_forget()`);
    await db.query(`ALTER TABLE app.inbox DROP COLUMN forget`);
  }
}

/** The one statement of `app.commit` that is another one now. */
const BEFORE = `UPDATE app.inbox SET body = NULL, status = 'ignored', reason = 'the person it was about is erased', pointers = '{}'
            WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text(side -> 'purge')) AND status <> 'received';`;
const replaced = (before = '', by = ''): string => {
  if (!COMMIT.includes(before)) throw new Error('app.commit is not what this migration changes');
  return COMMIT.replace(before, by).replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');
};

export const FORGETTING_COMMIT = replaced(BEFORE, `PERFORM app.forget_bodies(side -> 'purge');`);

/**
 * `gone`: now, whatever became of them since they were looked at. `worked`: once they are worked, which may be by now.
 * Processes of the version before, which go on while an update takes, send a list of what is to go now.
 */
const FORGET = `CREATE FUNCTION app.forget_bodies(p_purge jsonb) RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  UPDATE app.inbox SET body = NULL, status = 'ignored', reason = 'the person it was about is erased', pointers = '{}', forget = true
    WHERE body IS NOT NULL AND id IN
      (SELECT value::uuid FROM jsonb_array_elements_text(CASE jsonb_typeof(p_purge) WHEN 'array' THEN p_purge ELSE p_purge -> 'gone' END));
  UPDATE app.inbox SET forget = true
    WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text(p_purge -> 'worked')) AND body IS NOT NULL $$`;

/**
 * Who is at work on an entry that an erasure took away has its body in memory: what they would write is refused, all of it.
 * And of what nobody could work only the words are left, for HR to send it again.
 */
export const SETTLED = `CREATE FUNCTION app.inbox_forget() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  IF OLD.forget AND OLD.body IS NULL AND NEW.status <> OLD.status THEN
    RAISE EXCEPTION 'the person this was about is erased' USING ERRCODE = 'ES009'; END IF;
  IF NEW.forget AND NEW.body IS NOT NULL AND NEW.status <> 'received' THEN
    NEW.body := NULL;
    NEW.reason := concat_ws('; ', NEW.reason, 'what was sent is deleted, because the person of before is erased: have it sent again');
  END IF;
  RETURN NEW; END $$`;

const TRIGGER = `CREATE TRIGGER inbox_forget BEFORE UPDATE ON app.inbox FOR EACH ROW WHEN (NEW.forget) EXECUTE FUNCTION app.inbox_forget()`;
