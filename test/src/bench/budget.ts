import { DIALPAD_CALLS_PER_SECOND, createDialpad } from '@handover/connector-dialpad';
import { isConnectorError, rateBudget } from '@handover/connector-kit';
import { startSandbox } from '@handover/dialpad-sandbox';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { sharedPlaces } from '@handover/rate-budget-postgres';
import { rowOf, type Row } from './row.ts';
import type { BenchServers } from './servers.ts';

const WORKERS = 3;
const CALLS = 600;
const LIMIT = 20;

/** Calls per second of three pools that share one key, beside Dialpad's limit; one 429 makes it fail. */
export const budget = async ({ postgresUrl }: BenchServers): Promise<readonly Row[]> => {
  const sandbox = await startSandbox({ users: 20, seed: 1 });
  const pools = await Promise.all(Array.from({ length: WORKERS }, () => openDatabase(postgresUrl, { poolSize: 2 })));
  await Promise.all(pools.map((pool) => migrate(pool)));
  const workers = pools.map((pool) =>
    createDialpad({
      baseUrl: sandbox.url,
      apiKey: { reveal: () => 'bench' },
      budget: rateBudget(sharedPlaces(pool, { name: 'bench', perSecond: DIALPAD_CALLS_PER_SECOND })),
    }),
  );
  let throttled = 0;
  const begun = performance.now();
  await Promise.all(
    workers.flatMap((dialpad) =>
      Array.from({ length: CALLS / WORKERS }, () =>
        dialpad.company().catch((error: unknown) => {
          if (!isConnectorError(error, 'throttled')) throw error;
          throttled += 1;
        }),
      ),
    ),
  );
  const seconds = (performance.now() - begun) / 1_000;
  await Promise.all(pools.map((pool) => pool.destroy()));
  await sandbox.stop();
  if (throttled > 0) throw new Error(`${throttled} of ${CALLS} calls were answered 429`);

  return [
    rowOf({
      name: 'budget',
      unit: 'Dialpad calls per second',
      params: { workers: WORKERS, calls: CALLS, throttled },
      ours: CALLS / seconds,
      baseline: LIMIT,
      baselineName: "Dialpad's limit",
      goal: '>= 0.93, no 429',
    }),
  ];
};
