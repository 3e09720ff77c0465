import type { Logger } from '@handover/observability';

export interface Relay {
  readonly name: string;
  /** Does what there is to do now; returns how much that was. */
  readonly once: () => Promise<number>;
}

/** Idle, it looks this often; after work it looks again at once. */
const IDLE_MS = 100;
const AFTER_ERROR_MS = 1_000;

/** Runs a relay until it is stopped; the database being away is waited for, not died of. */
export const poll = (relay: Relay, log: Logger): { readonly stop: () => Promise<void> } => {
  let stopped = false;
  let wake: () => void = () => undefined;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => (clearTimeout(timer), resolve());
    });

  const running = (async () => {
    while (!stopped) {
      try {
        if ((await relay.once()) === 0) await pause(IDLE_MS);
      } catch (error) {
        log.error({ err: error, relay: relay.name }, 'the relay stumbled and goes on');
        await pause(AFTER_ERROR_MS);
      }
    }
  })();

  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
};
