import type { DataSource, QueryRunner } from 'typeorm';
import { migrations } from './migrations/index.ts';
import { grantRights, rightsText } from './roles.ts';
import { assertComplete, assertNotNewer, assertUnchanged, describeSchema, keepState, keptState, migrationsIn } from './schema-state.ts';
import { dbOf } from './transaction.ts';

/** Any number: one lock for whoever starts first. */
const MIGRATION_LOCK = 727_001;
const known = migrations.map((migration) => migration.name);

export interface MigrateOptions {
  /** Takes a schema that was changed by hand as the one that is meant. */
  readonly acceptChanges?: boolean;
}

/**
 * Brings the schema and everybody's rights up to date, as their owner. Every start calls it; one does the work, the others
 * wait for it. @throws SchemaError when the schema is of a newer program or was changed by hand.
 */
export const migrate = async (dataSource: DataSource, { acceptChanges = false }: MigrateOptions = {}): Promise<void> =>
  underLock(dataSource, async (runner) => {
    const db = dbOf(runner);
    assertNotNewer(await migrationsIn(db), known);
    if (!acceptChanges) await assertUnchanged(db);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    const kept = await keptState(db);
    if (ran.length > 0 || kept?.rights !== rightsText || acceptChanges) await settleRights(runner);
  });

/** Takes every migration back, newest first; what was recorded is gone. For tests and for a database that is to be emptied. */
export const migrateDown = async (dataSource: DataSource): Promise<void> =>
  underLock(dataSource, async (runner) => {
    for (let left = (await migrationsIn(dbOf(runner))).length; left > 0; left -= 1) await dataSource.undoLastMigration({ transaction: 'each' });
  });

/** For who may not migrate. @throws SchemaError when the schema is not the one of this program. */
export const assertMigrated = async (dataSource: DataSource): Promise<void> => {
  const ran = await migrationsIn(dataSource);
  assertNotNewer(ran, known);
  assertComplete(ran, known);
  await assertUnchanged(dataSource);
};

const settleRights = async (runner: QueryRunner): Promise<void> => {
  await runner.startTransaction();
  try {
    await grantRights(runner);
    await keepState(runner, await describeSchema(dbOf(runner)), rightsText);
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
};

const underLock = async (dataSource: DataSource, work: (runner: QueryRunner) => Promise<void>): Promise<void> => {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await work(runner);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined); // it goes with its connection as well
    await runner.release();
  }
};
