import type { QueryRunner } from 'typeorm';

/** Groups without a login of their own; a login is made a member of what it needs. */
export const ROLES = {
  /** API, worker and command line: appends and reads events, keeps its own rows and the read models. */
  app: 'handover_app',
  /** The worker: gives events their place in the log and signs it. */
  sequencer: 'handover_sequencer',
  /** The worker: destroys the key of a person. */
  eraser: 'handover_eraser',
  /** Reports and auditors: reads, and no keys. */
  reader: 'handover_reader',
} as const;
export type Role = keyof typeof ROLES;

const RECORD = 'ev.event, ev.log_leaf, ev.log_node, ev.log_state, ev.log_checkpoint, ev.log_key';

/**
 * What each role may do; granted anew whenever a migration ran or this list changed. A table of `ev` that is not named here
 * is nobody's but the owner's. Tables of `app` are the application's by default.
 */
const RIGHTS: readonly string[] = [
  `USAGE ON SCHEMA ev, app, read TO handover_app, handover_sequencer, handover_eraser, handover_reader`,
  `SELECT ON ${RECORD}, ev.schema_state TO handover_app, handover_sequencer, handover_reader`,
  `SELECT ON ev.schema_state TO handover_eraser`,
  `EXECUTE ON FUNCTION ev.append(text, bigint, uuid[], text[], int[], bytea[], bytea[], uuid[], bytea[]) TO handover_app`,
  `EXECUTE ON FUNCTION ev.append_all(text[], bigint[], int[], uuid[], text[], int[], bytea[], bytea[], uuid[], bytea[]) TO handover_app`,
  `EXECUTE ON FUNCTION ev.append_one(text, bigint, uuid, text, int, bytea, bytea, uuid, bytea) TO handover_app`,
  `EXECUTE ON FUNCTION ev.leaf_hash(uuid, text, bigint, text, int, timestamptz, bytea, bytea, uuid, bytea) TO handover_app, handover_reader`,
  `SELECT, INSERT ON ev.subject_key TO handover_app`,
  `SELECT, INSERT ON ev.pack_key TO handover_app`,
  `SELECT ON ev.pack_key TO handover_reader`,
  `SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO handover_app`,
  `USAGE ON ALL SEQUENCES IN SCHEMA app TO handover_app`,
  `EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO handover_app`,
  `CREATE ON SCHEMA read TO handover_app`,
  `SELECT, INSERT, UPDATE, DELETE ON read.subscription TO handover_app`,
  `SELECT ON read.subscription TO handover_reader`,
  `EXECUTE ON FUNCTION ev.writers(), ev.seal(bigint, bigint[], int[], bigint[], bytea[], bytea[], bigint) TO handover_sequencer`,
  `INSERT ON ev.log_checkpoint, ev.log_key TO handover_sequencer`,
  `EXECUTE ON FUNCTION ev.destroy_key(text), ev.scrub_keys() TO handover_eraser`,
];

/** Stored beside the schema, so that a changed list is noticed. */
export const rightsText = RIGHTS.join('\n');

const ALL = Object.values(ROLES).join(', ');

/** @throws Error that says what a superuser has to run, when they are missing and this login may not make them. */
export const createRoles = async (db: QueryRunner): Promise<void> => {
  for (const role of Object.values(ROLES)) {
    try {
      await db.query(`DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was first
      END $$`);
      await db.query(`DO $$ BEGIN IF NOT pg_has_role(current_user, '${role}', 'USAGE') THEN GRANT ${role} TO CURRENT_USER; END IF; END $$`);
    } catch (error) {
      if ((error as { code?: string }).code !== '42501') throw error;
      throw new Error(
        `the role ${role} is missing, or this login is no member of it, and may not help itself: as a superuser, CREATE ROLE ${ALL.replaceAll(', ', '; CREATE ROLE ')}; GRANT ${ALL} TO the owner of the schema`,
        { cause: error },
      );
    }
  }
};

export const grantRights = async (db: QueryRunner): Promise<void> => {
  await db.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ev FROM PUBLIC, ${ALL}`);
  await db.query(`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ev, app FROM PUBLIC, ${ALL}`);
  await db.query(`REVOKE ALL ON SCHEMA ev, app, read FROM PUBLIC, ${ALL}`);
  for (const right of RIGHTS) await db.query(`GRANT ${right}`);
  await db.query(`GRANT SELECT ON handover_migrations TO ${ALL}`);
};
