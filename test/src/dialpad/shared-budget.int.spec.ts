import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DIALPAD_CALLS_PER_SECOND, createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { startSandbox, type Sandbox } from '@handover/dialpad-sandbox';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { sharedPlaces } from '@handover/rate-budget-postgres';
import { testPostgres, type TestDatabase } from '@handover/servers';
import type { DataSource } from 'typeorm';

let database: TestDatabase;
let sandbox: Sandbox;
let pools: DataSource[];

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testPostgres(), startSandbox({ users: 20, seed: 1 })]);
  pools = await Promise.all([1, 2, 3].map(() => openDatabase(database.url, { poolSize: 2 })));
  await migrate(pools[0] as DataSource);
}, 60_000);
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.destroy()));
  await sandbox.stop();
  await database.drop();
});

describe('three processes that use one key', () => {
  it('are together under the limit, and never hear 429', async () => {
    const workers = pools.map((pool) =>
      createDialpad({
        baseUrl: sandbox.url,
        apiKey: { reveal: () => 'key' },
        budget: rateBudget(sharedPlaces(pool, { name: 'dialpad', perSecond: DIALPAD_CALLS_PER_SECOND })),
      }),
    );
    const answers = await Promise.all(
      workers.flatMap((dialpad) =>
        Array.from({ length: 50 }, () =>
          dialpad.company().then(
            () => 'ok',
            (error: unknown) => String(error),
          ),
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['ok']));
  }, 30_000);
});
