import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.ts';

/**
 * Between the pool and whoever takes a connection there is a moment in which nobody listens for its errors, and an error that
 * nobody listens for ends the process. A server that dies just then is no reason to: the next query on it says what is wrong.
 */
class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

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
    extra: { statement_timeout: 60_000, Client: HeardClient },
  });

  return dataSource.initialize();
};
