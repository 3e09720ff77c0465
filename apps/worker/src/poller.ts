import type { Logger } from '@handover/observability';

export interface Relay {
  readonly name: string;
  /** Does what there is to do now; returns how much that was. */
  readonly once: () => Promise<number>;
  /** Calls back when there may be something to do, so that an idle relay need not look often; returns how to end that. */
  readonly onNews?: (wake: () => void) => () => void;
}

/** Idle, it looks this often; after work it looks again at once. */
const IDLE_MS = 100;
/** One that is woken looks by itself as well, because a wake-up can be lost. */
const IDLE_WOKEN_MS = 1_000;
const AFTER_ERROR_MS = 1_000;

/** Runs a relay until it is stopped; the database being away is waited for, not died of. */
export const poll = (relay: Relay, log: Logger): { readonly stop: () => Promise<void> } => {
  let stopped = false;
  let news = false;
  let wake: () => void = () => undefined;
  const hear = relay.onNews?.(() => {
    news = true;
    wake();
  });
  const idle = relay.onNews ? IDLE_WOKEN_MS : IDLE_MS;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => (clearTimeout(timer), resolve());
    });

  const running = (async () => {
    while (!stopped) {
      try {
        news = false;
        if ((await relay.once()) === 0 && !news) await pause(idle);
      } catch (error) {
        log.error({ err: error, relay: relay.name }, 'the relay stumbled and goes on');
        await pause(AFTER_ERROR_MS);
      }
    }
  })();

  return {
    stop: async () => {
      stopped = true;
      hear?.();
      wake();
      await running;
    },
  };
};
