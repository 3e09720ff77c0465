export interface RateBudget {
  /** Resolves when a call may be made; callers are served in the order they asked. Call what it gives once the answer is there. */
  readonly take: () => Promise<() => void>;
}

const WINDOW_MS = 1_000;

/**
 * At most `perSecond` calls within any second *as the other side counts them*: a place is free again a second after its
 * answer came, because a request may have been counted as late as that. Shared by all of this process that use one key.
 */
export const rateBudget = (perSecond: number, now: () => number = () => performance.now()): RateBudget => {
  let underWay = 0;
  const answered: number[] = [];
  let wake: (() => void) | null = null;
  let line: Promise<unknown> = Promise.resolve();

  const turn = async (): Promise<() => void> => {
    for (;;) {
      while (answered[0] !== undefined && answered[0] <= now() - WINDOW_MS) answered.shift();
      if (underWay + answered.length < perSecond) break;
      const [oldest] = answered;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (oldest !== undefined) setTimeout(resolve, Math.max(1, oldest + WINDOW_MS - now()));
      });
    }
    underWay += 1;
    let done = false;

    return () => {
      if (done) return;
      done = true;
      underWay -= 1;
      answered.push(now());
      wake?.();
    };
  };

  return {
    take: () => {
      const mine = line.then(turn);
      line = mine;
      return mine;
    },
  };
};
