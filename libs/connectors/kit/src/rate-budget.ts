export interface RateBudget {
  /** Resolves when a call may be made; callers are served in the order they asked. */
  readonly take: () => Promise<void>;
}

const WINDOW_MS = 1_000;

/** At most `perSecond` calls within any second. Shared by everything in this process that uses the same key. */
export const rateBudget = (perSecond: number, now: () => number = () => performance.now()): RateBudget => {
  const taken: number[] = [];
  let line: Promise<void> = Promise.resolve();

  const turn = async (): Promise<void> => {
    for (;;) {
      while (taken[0] !== undefined && taken[0] <= now() - WINDOW_MS) taken.shift();
      const [oldest] = taken;
      if (oldest === undefined || taken.length < perSecond) break;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, oldest + WINDOW_MS - now())));
    }
    taken.push(now());
  };

  return { take: () => (line = line.then(turn)) };
};
