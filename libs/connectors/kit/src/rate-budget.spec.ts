import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lanes, currentPriority, withPriority } from './priority.ts';
import { rateBudget } from './rate-budget.ts';

const LIMIT = 20;
const WINDOW_MS = 1_000;

/** Equal seeds give equal latencies. */
const randomOf = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
};

/** Calls against a server that counts each somewhere on its way; gives the instants at which it counted. */
const counted = async (seconds: number, latency: () => { there: number; back: number }): Promise<number[]> => {
  const budget = rateBudget(LIMIT);
  const at: number[] = [];
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
  let stopped = false;
  const caller = async (): Promise<void> => {
    while (!stopped) {
      const release = await budget.take();
      const { there, back } = latency();
      await wait(there);
      at.push(performance.now());
      await wait(back);
      release();
    }
  };
  for (let each = 0; each < 60; each += 1) void caller();
  await jest.advanceTimersByTimeAsync(seconds * 1_000);
  stopped = true;

  return at;
};

const most = (at: readonly number[]): number => Math.max(...at.map((from, index) => at.slice(index).filter((each) => each < from + WINDOW_MS).length));

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a budget of calls', () => {
  it.each([1, 2, 3])('is never exceeded as the other side counts, whatever the way there and back takes (seed %i)', async (seed) => {
    const random = randomOf(seed);
    expect(most(await counted(20, () => ({ there: 2 + 150 * random() ** 4, back: 2 + 150 * random() ** 4 })))).toBeLessThanOrEqual(LIMIT);
  });

  it('is used to 95 % however far the other side is away', async () => {
    const random = randomOf(4);
    const at = await counted(30, () => ({ there: 100 + 10 * random(), back: 100 + 10 * random() }));
    expect(at.length / 30).toBeGreaterThanOrEqual(0.95 * LIMIT);
    expect(most(at)).toBeLessThanOrEqual(LIMIT);
  });

  it('rests for everybody when the other side asks for it', async () => {
    const budget = rateBudget(2);
    (await budget.take())({ answered: true, throttledForMs: 5_000 });
    const next = jest.fn();
    void budget.take().then(next);
    await jest.advanceTimersByTimeAsync(4_900);
    expect(next).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(200);
    expect(next).toHaveBeenCalled();
  });
});

describe('callers of different classes', () => {
  const served = (turns: number, lanes: Lanes<string>): string[] => Array.from({ length: turns }, () => lanes.next() ?? '');

  it('share by weight: a crowd in one never keeps another from its turn', () => {
    const lanes = new Lanes<string>();
    for (let each = 0; each < 100; each += 1) for (const priority of ['background', 'normal', 'urgent'] as const) lanes.add(priority, priority);
    const turns = served(32, lanes);
    expect(['urgent', 'normal', 'background'].map((name) => turns.filter((each) => each === name).length)).toEqual([24, 6, 2]);
  });

  it('an urgent one that comes to a long line is served next', () => {
    const lanes = new Lanes<string>();
    for (let each = 0; each < 100; each += 1) lanes.add('normal', `n${each}`);
    served(7, lanes);
    lanes.add('urgent', 'now');
    expect(served(3, lanes)).toEqual(['now', 'n7', 'n8']);
  });

  it('are told apart by where they are called from', async () => {
    expect(currentPriority()).toBe('normal');
    expect(await withPriority('urgent', async () => (await Promise.resolve(), currentPriority()))).toBe('urgent');
  });
});
