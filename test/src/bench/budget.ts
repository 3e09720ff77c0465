import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet, type Fleet, type Leaver } from './fleet.ts';
import { plainUsers, type SeededUser } from './people.ts';
import { inParallel, rowOf, type Row } from './row.ts';
import type { BenchServers } from './servers.ts';

const WORKERS = 3;
const BULK = 1_000;
const URGENT = 8;
const LIMIT = 20;
const WARM_MS = 10_000;
/** The bulk as a whole takes over an hour at 20 calls a second: measured is a part out of its middle. */
const MEASURED_MS = Number(process.env['HANDOVER_BENCH_SECONDS'] ?? 60) * 1_000;

/**
 * Three worker processes on a bulk of 1,000 leavers: calls per second as Dialpad counts them, beside its limit; and how long
 * urgent leavers wait until their access is cut, thrown into the bulk, beside the same without a bulk. One 429 fails it.
 */
export const budget = async (servers: BenchServers): Promise<readonly Row[]> => {
  const fleet = await startFleet(servers, { workers: WORKERS, users: BULK * 2 });
  try {
    await fleet.switch({ rateLimit: 'off' });
    const people = (await plainUsers(fleet.sandbox)).map(asLeaver);
    if (people.length < BULK + 2 * URGENT) throw new Error(`the seeded company has ${people.length} plain users only`);
    await sleep(1_500); // our own reading is counted, too, for a second
    await fleet.switch({ rateLimit: 'on' });

    const alone = await cutAll(fleet, people.splice(0, URGENT), 1_000);
    await inParallel(BULK, 20, async (index) => void (await fleet.terminate(people[index] as Leaver, 'normal')));
    await sleep(WARM_MS);
    const [begun, before] = [performance.now(), await fleet.counts()];
    const urgent = await cutAll(fleet, people.slice(BULK, BULK + URGENT), MEASURED_MS / URGENT / 2);
    await sleep(Math.max(0, begun + MEASURED_MS - performance.now()));
    const [seconds, after] = [(performance.now() - begun) / 1_000, await fleet.counts()];
    if (after.throttled > 0) throw new Error(`${after.throttled} calls were answered 429`);

    const calls = after.calls - before.calls;
    return [
      rowOf({
        name: 'budget',
        unit: 'Dialpad calls per second',
        params: { workerProcesses: WORKERS, bulk: BULK, urgent: URGENT, calls, seconds: Math.round(seconds), throttled: after.throttled },
        ours: calls / seconds,
        baseline: LIMIT,
        baselineName: "Dialpad's limit",
        goal: '>= 0.95, no 429',
      }),
      rowOf({
        name: 'urgent',
        unit: 'seconds until access is cut (median)',
        params: { slowest: Math.max(...urgent).toFixed(1), slowestAlone: Math.max(...alone).toFixed(1) },
        ours: median(urgent),
        baseline: median(alone),
        baselineName: 'the same leavers without a bulk',
        goal: '<= 3',
      }),
    ];
  } finally {
    await fleet.stop();
  }
};

const asLeaver = (user: SeededUser): Leaver => ({ email: user.emails[0] ?? '', givenName: user.first_name, familyName: user.last_name });

const GIVEN_UP_MS = 120_000;

/** One after the other begins after `pauseMs`; the seconds that each took. */
const cutAll = (fleet: Fleet, leavers: readonly Leaver[], pauseMs: number): Promise<number[]> =>
  Promise.all(
    leavers.map(async (leaver, index) => {
      await sleep(index * pauseMs);
      const begun = performance.now();
      const caseId = await fleet.terminate(leaver, 'immediate');
      for (; !(await fleet.isCut(caseId)); await sleep(50)) {
        if (performance.now() - begun > GIVEN_UP_MS) throw new Error(`an urgent leaver (case ${caseId}) still has access after ${GIVEN_UP_MS / 1_000} s`);
      }
      return (performance.now() - begun) / 1_000;
    }),
  );

const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
