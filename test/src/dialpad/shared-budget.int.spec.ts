import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DIALPAD_CALLS_PER_SECOND, createDialpad } from '@handover/connector-dialpad';
import { rateBudget, type Priority } from '@handover/connector-kit';
import { startSandbox, type Sandbox } from '@handover/dialpad-sandbox';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { sharedPlaces } from '@handover/rate-budget-postgres';
import { testPostgres, type TestDatabase } from '@handover/servers';
import type { DataSource } from 'typeorm';

let database: TestDatabase;
let sandbox: Sandbox;
let pools: DataSource[];
let name = 0;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testPostgres(), startSandbox({ users: 20, seed: 1 })]);
  pools = await Promise.all([1, 2, 3].map(() => openDatabase(database.url, { poolSize: 2 })));
  await migrate(pools[0] as DataSource);
}, 60_000);
afterAll(async () => {
  await Promise.all(pools.filter((pool) => pool.isInitialized).map((pool) => pool.destroy()));
  await sandbox.stop();
  await database.drop();
});
beforeEach(() => {
  name += 1;
});

const budgetOf = (pool: DataSource, more: { readonly lostAfterMs?: number } = {}) =>
  rateBudget(sharedPlaces(pool, { name: `key-${name}`, perSecond: DIALPAD_CALLS_PER_SECOND, ...more }));

describe('three processes that use one key', () => {
  it('are together under the limit, and never hear 429', async () => {
    const workers = pools.map((pool) => createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'key' }, budget: budgetOf(pool) }));
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

  it('serve an urgent call out of its turn, in whichever of them it comes up, and the bulk goes on beside it', async () => {
    const budgets = pools.map((pool) => budgetOf(pool));
    let bulk = 0;
    const call = async (budget: (typeof budgets)[number], priority: Priority): Promise<void> => {
      const release = await budget.take(priority);
      await sleep(2);
      release();
    };
    const all = budgets.flatMap((budget) => Array.from({ length: 80 }, () => call(budget, 'normal').then(() => (bulk += 1))));
    await sleep(2_500); // the first window is made, and the line is long
    for (const budget of budgets) {
      const [before, begun] = [bulk, performance.now()];
      for (let n = 0; n < 5; n += 1) await call(budget, 'urgent');
      expect(performance.now() - begun).toBeLessThan(5_000); // in its turn it would have been eight seconds and more
      expect(bulk).toBeGreaterThan(before);
    }
    await Promise.all(all);
    expect(bulk).toBe(240);
  }, 60_000);

  it('get back what one that was killed had taken', async () => {
    const [dying, living] = [budgetOf(pools[0] as DataSource, { lostAfterMs: 1_500 }), budgetOf(pools[1] as DataSource, { lostAfterMs: 1_500 })];
    await Promise.all(Array.from({ length: DIALPAD_CALLS_PER_SECOND }, () => dying.take())); // and nobody releases them
    const begun = performance.now();
    (await living.take())();
    expect(performance.now() - begun).toBeGreaterThan(300);
    expect(performance.now() - begun).toBeLessThan(8_000);
  }, 30_000);

  it('go on alone and slowly while the database is away', async () => {
    const budget = budgetOf(pools[2] as DataSource);
    await (pools[2] as DataSource).destroy();
    const begun = performance.now();
    for (let n = 0; n < 4; n += 1) (await budget.take())();
    const seconds = (performance.now() - begun) / 1_000;
    expect(seconds).toBeGreaterThan(0.6); // a quarter of the limit each
    expect(seconds).toBeLessThan(5);
  }, 30_000);
});
