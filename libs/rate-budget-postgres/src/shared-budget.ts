import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

/** As the connectors want it. */
export interface SharedBudget {
  readonly take: () => Promise<() => void>;
}

export interface SharedBudgetOptions {
  /** What shares the limit, like the key's name. */
  readonly name: string;
  readonly perSecond: number;
}

/** Slots taken from the database at once, at most: more would let one process reserve far ahead of the others. */
const MOST_AT_ONCE = 8;

const SLOTS = `INSERT INTO app.rate_budget AS b (name, free_at) VALUES ($1, clock_timestamp() + $2 * make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE SET free_at = greatest(b.free_at, clock_timestamp()) + $2 * make_interval(secs => $3)
  RETURNING extract(epoch FROM free_at - $2 * make_interval(secs => $3) - clock_timestamp()) * 1000 AS wait_ms`;

/** Callers of a process are served in the order they asked. What `take` gives does nothing: slots are in time, not in number. */
export const sharedBudget = (dataSource: DataSource, { name, perSecond }: SharedBudgetOptions): SharedBudget => {
  const spacingMs = 1_000 / perSecond;
  const waiting: (() => void)[] = [];
  let serving = false;

  /** ms until the first of the slots. */
  const reserve = async (count: number): Promise<number> => {
    try {
      const rows: { wait_ms: string }[] = await dataSource.query(SLOTS, [name, count, spacingMs / 1_000]);
      return Math.max(0, Number(rows[0]?.wait_ms ?? 0));
    } catch {
      return 4 * spacingMs * count; // alone, and at a quarter: the others may be doing the same
    }
  };
  const serve = async (): Promise<void> => {
    while (waiting.length > 0) {
      const count = Math.min(waiting.length, MOST_AT_ONCE);
      const begin = performance.now() + (await reserve(count));
      for (let slot = 0; slot < count; slot += 1) {
        const pause = begin + slot * spacingMs - performance.now();
        if (pause > 0) await sleep(pause);
        waiting.shift()?.();
      }
    }
  };

  return {
    take: async () => {
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      if (!serving) {
        serving = true;
        void serve().finally(() => (serving = false));
      }
      await turn;
      return () => undefined;
    },
  };
};
