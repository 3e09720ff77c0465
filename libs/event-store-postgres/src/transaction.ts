import type { DataSource, QueryRunner } from 'typeorm';
import type { Db } from './projection.ts';

export const dbOf = (runner: QueryRunner): Db => ({
  query: async <R>(sql: string, values?: readonly unknown[]) => (await runner.query(sql, values as unknown[], true)).records as R[],
});

/** All or nothing; `as`: with the rights of that role alone, whoever is logged in. */
export const inTransaction = async <T>(dataSource: DataSource, work: (db: Db) => Promise<T>, { as }: { readonly as?: string } = {}): Promise<T> => {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.startTransaction();
    if (as !== undefined) await runner.query(`SET LOCAL ROLE ${as}`);
    const result = await work(dbOf(runner));
    await runner.commitTransaction();

    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
};
