import type { MigrationInterface, QueryRunner } from 'typeorm';
import { WRITE_SIDE, replacing } from './1772000000060-commit-at-once.ts';

/**
 * Whom a case mentions, in a column of its own: as an expression over `view`, which every event changes, the index made each
 * update of a row a new entry in all six. Now most updates touch no index (HOT), which is what the room in the pages is for.
 */
export class MentionsApart1772000000063 implements MigrationInterface {
  name = 'MentionsApart1772000000063';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX app.case_row_mentions`);
    await db.query(`ALTER TABLE app.case_row ADD COLUMN mentions jsonb GENERATED ALWAYS AS (view -> 'mentions') STORED, SET (fillfactor = 70)`);
    await db.query(`CREATE INDEX case_row_mentions ON app.case_row USING gin (mentions) WHERE NOT closed AND mentions <> '[]'`);
    await db.query(replacing(WRITE_SIDE_BY_NAME));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(replacing(WRITE_SIDE));
    await db.query(`ALTER TABLE app.case_row DROP COLUMN mentions, RESET (fillfactor)`); // and the index on it
    await db.query(`CREATE INDEX case_row_mentions ON app.case_row USING gin ((view->'mentions')) WHERE NOT closed`);
  }
}

const COLUMNS = ['id', 'kind', 'phase', 'person_ref', 'office', 'waiting_on', 'due', 'attention', 'closed', 'version', 'view', 'opened_at', 'number'];

/** What is generated is not inserted, so that the columns have to be named. */
export const WRITE_SIDE_BY_NAME = WRITE_SIDE.replace(
  'INTO app.case_row AS c SELECT r.*',
  `INTO app.case_row AS c (${COLUMNS.join(', ')}) SELECT ${COLUMNS.map((each) => `r.${each}`).join(', ')}`,
);
