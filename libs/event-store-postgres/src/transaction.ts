import type { DataSource } from 'typeorm';
import type { Db } from './projection.ts';

/** All or nothing. */
export const inTransaction = async <T>(dataSource: DataSource, work: (db: Db) => Promise<T>): Promise<T> => {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.startTransaction();
    const result = await work({
      query: async <R>(sql: string, values?: readonly unknown[]) => (await runner.query(sql, values as unknown[], true)).records as R[],
    });
    await runner.commitTransaction();

    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
};
