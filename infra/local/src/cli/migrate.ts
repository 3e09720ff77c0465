import { SchemaError, migrate, openDatabase } from '@handover/event-store-postgres';
import { StartError, type Say } from '@handover/servers';
import { localOf } from './local.ts';

/** For deployments in which the services themselves have no right to change the schema. */
export const migrateDatabase = async (dataDir: string | undefined, acceptChanges: boolean, say: Say): Promise<number> => {
  const url = process.env['DATABASE_OWNER_URL'] || process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl;
  const dataSource = await openDatabase(url, { name: 'handover-migrate', poolSize: 2 });
  try {
    await migrate(dataSource, { acceptChanges });
    say('The schema and the rights of every role are up to date.');
    return 0;
  } catch (error) {
    if (error instanceof SchemaError) throw new StartError(error.message);
    throw error;
  } finally {
    await dataSource.destroy();
  }
};
