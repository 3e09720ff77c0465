import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The upper part of the log's tree: the root of every full tile of 256, written with the leaf that fills it, so that a proof
 * reads some hundred rows and never the whole log. One row for 255 events; lower nodes are computed from the leaves.
 * A time that nobody signs is no evidence: `sealed_at` goes.
 */
export class Tree1772000000040 implements MigrationInterface {
  name = 'Tree1772000000040';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE ev.log_leaf DROP COLUMN sealed_at`);
    await db.query(`CREATE TABLE ev.log_node (level smallint NOT NULL, index bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, index))`);
    await db.query(FILL);
    await db.query(`CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ev.log_node FOR EACH ROW EXECUTE FUNCTION ev.append_only()`);
    await db.query(`CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ev.log_node FOR EACH STATEMENT EXECUTE FUNCTION ev.append_only()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ev.log_node`);
    await db.query(`ALTER TABLE ev.log_leaf ADD COLUMN sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()`);
  }
}

/** For a log that was there before: each level out of the one below, RFC 6962's way of hashing leaves and nodes. */
const FILL = `DO $$
DECLARE at int := 0;
BEGIN
  CREATE TEMP TABLE tree_row ON COMMIT DROP AS SELECT position AS index, sha256('\\x00'::bytea || hash) AS hash FROM ev.log_leaf;
  WHILE (SELECT count(*) FROM tree_row) > 1 LOOP
    at := at + 1;
    CREATE TEMP TABLE tree_next ON COMMIT DROP AS SELECT l.index / 2 AS index, sha256('\\x01'::bytea || l.hash || r.hash) AS hash
      FROM tree_row l JOIN tree_row r ON r.index = l.index + 1 WHERE l.index % 2 = 0;
    DROP TABLE tree_row;
    ALTER TABLE tree_next RENAME TO tree_row;
    IF at % 8 = 0 THEN INSERT INTO ev.log_node SELECT at, index, hash FROM tree_row; END IF;
  END LOOP;
END $$`;
