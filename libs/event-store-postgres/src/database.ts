import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.ts';

export interface DatabaseOptions {
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
}

/** A pool on the database; nothing is created or changed by opening it. */
export const openDatabase = async (url: string, { poolSize = 10, name = 'handover' }: DatabaseOptions = {}): Promise<DataSource> => {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: name,
    poolSize,
    connectTimeoutMS: 5_000,
    migrations,
    migrationsTableName: 'handover_migrations',
    synchronize: false,
    logging: false,
    // A server that went away closes idle connections; the pool replaces them, and the next query says so if it cannot.
    poolErrorHandler: () => undefined,
    extra: { statement_timeout: 60_000 },
  });

  return dataSource.initialize();
};

/** Any number: one lock for whoever starts first. */
const MIGRATION_LOCK = 727_001;

/** Brings the schema up to date. Every process calls it at start; one does the work, the others wait for it. */
export const migrate = async (dataSource: DataSource): Promise<void> => {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
};

export const isMigrated = async (dataSource: DataSource): Promise<boolean> => !(await dataSource.showMigrations());
