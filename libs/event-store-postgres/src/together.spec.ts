import { describe, expect, it } from '@jest/globals';
import { Together } from './together.ts';

/** Answers a batch when it is told to. */
const held = () => {
  const batches: { asks: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const together = new Together<string, string>({
    carry: (asks) => new Promise((resolve, reject) => batches.push({ asks, answer: () => resolve(asks.map((ask) => `${ask}!`)), fail: reject })),
    keysOf: (ask) => [ask.split('/')[0] as string],
  });
  return { together, batches, seen: () => batches.map(({ asks }) => asks) };
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('what is asked for together', () => {
  it('goes together, in as many batches as may be on their way, and each hears its own answer', async () => {
    const { together, batches, seen } = held();
    const answers = Promise.all([...'abcdefgh'].map((ask) => together.ask(ask)));
    await turn();
    expect(seen()).toEqual([[...'abcd'], [...'efgh']]);
    for (const batch of batches) batch.answer();
    expect(await answers).toEqual([...'abcdefgh'].map((ask) => `${ask}!`));
  });

  it('goes as one while it is little, and leaves the other way free', async () => {
    const { together, seen } = held();
    for (const ask of 'abcdefg') void together.ask(ask);
    await turn();
    void together.ask('h');
    await turn();
    expect(seen()).toEqual([[...'abcdefg'], ['h']]);
  });

  it('waits while two batches are on their way, and goes with the next', async () => {
    const { together, batches, seen } = held();
    for (const ask of ['a', 'b', 'c', 'd']) {
      void together.ask(ask);
      await turn();
    }
    expect(seen()).toEqual([['a'], ['b']]);
    batches[1]?.answer();
    await turn();
    expect(seen()).toEqual([['a'], ['b'], ['c', 'd']]);
  });

  it('is never in two batches at once when it shares a key, and keeps its order', async () => {
    const { together, batches, seen } = held();
    void together.ask('a/1');
    await turn();
    for (const ask of ['a/2', 'b/1', 'a/3']) void together.ask(ask);
    await turn();
    expect(seen()).toEqual([['a/1'], ['b/1']]);
    batches[0]?.answer();
    await turn();
    expect(seen()).toEqual([['a/1'], ['b/1'], ['a/2', 'a/3']]);
  });

  it('fails together when nothing can be said of any, and goes on afterwards', async () => {
    const { together, batches } = held();
    const lost = [together.ask('a'), together.ask('b')];
    await turn();
    lost.push(together.ask('c'));
    await turn();
    batches[0]?.fail(new Error('the connection is gone'));
    batches[1]?.answer();
    expect((await Promise.allSettled(lost)).map((each) => each.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    const next = together.ask('a');
    await turn();
    batches[2]?.answer();
    expect(await next).toBe('a!');
  });
});
