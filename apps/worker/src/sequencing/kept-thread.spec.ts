import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Logger } from '@handover/observability';
import { keepThread } from './kept-thread.ts';

/** A thread that counts its lives in shared memory, and then does what it is here for. */
const living = (then: string): { readonly entry: URL; readonly data: { readonly lives: Int32Array }; readonly lives: () => number } => {
  const lives = new Int32Array(new SharedArrayBuffer(4));
  const code = `import { parentPort, workerData } from 'node:worker_threads'; Atomics.add(workerData.lives, 0, 1); ${then}`;
  return { entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`), data: { lives }, lives: () => Atomics.load(lives, 0) };
};
const UNTIL_STOPPED = `parentPort.once('message', () => parentPort.close());`;

const heard = (): { readonly log: Logger; readonly said: string[] } => {
  const said: string[] = [];
  const say = (_: object, text: string): void => void said.push(text);
  return { log: { warn: say, error: say } as unknown as Logger, said };
};

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(5);
};

describe('a kept thread', () => {
  it('that is stopped ends, says nothing and is not begun again', async () => {
    const { lives, ...thread } = living(UNTIL_STOPPED);
    const { log, said } = heard();
    const kept = keepThread({ ...thread, what: 'counting', againMs: 1, log });
    await until(() => lives() === 1);
    await kept.stop();
    await sleep(20);
    expect(lives()).toBe(1);
    expect(said).toEqual([]);
  });

  it.each([
    ['fails', `throw new Error('no');`],
    ['ends by itself', ''],
  ])('that %s is begun anew, and the log says so', async (_, then) => {
    const { lives, ...thread } = living(then);
    const { log, said } = heard();
    const kept = keepThread({ ...thread, what: 'counting', againMs: 1, log });
    await until(() => lives() >= 3);
    await kept.stop();
    expect(said).toContain('a thread ended and is begun anew');
    const lived = lives();
    await sleep(20);
    expect(lives()).toBe(lived);
  });

  it('that is stopped between two lives has no other', async () => {
    const { lives, ...thread } = living('');
    const { log, said } = heard();
    const kept = keepThread({ ...thread, what: 'counting', againMs: 60_000, log });
    await until(() => said.length === 1);
    await kept.stop();
    expect(lives()).toBe(1);
  });
});
