import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is there; the error says what was waited for. */
export const eventually = async <T>(what: string, ask: () => Promise<T | null | undefined | false>, withinMs = 30_000): Promise<T> => {
  for (const deadline = Date.now() + withinMs; ; await sleep(40)) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${withinMs / 1000} s`);
  }
};
