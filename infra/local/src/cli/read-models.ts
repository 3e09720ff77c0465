import { ReadModels, openDatabase } from '@handover/event-store-postgres';
import { projections } from '@handover/read-models-postgres';
import { localOf } from './local.ts';

/** The read models of `DATABASE_URL`, or of the instance that runs on a data folder. */
export const withReadModels = async <T>(dataDir: string | undefined, work: (readModels: ReadModels) => Promise<T>): Promise<T> => {
  const dataSource = await openDatabase(process.env['DATABASE_URL'] || localOf(dataDir).postgresUrl, { name: 'handover-cli', poolSize: 2 });
  try {
    return await work(new ReadModels(dataSource, projections, { batch: 5_000 }));
  } finally {
    await dataSource.destroy();
  }
};
