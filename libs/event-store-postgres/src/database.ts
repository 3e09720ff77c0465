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
