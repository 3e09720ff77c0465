import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventIdOf } from '../ids.ts';
import type { Append, EventStore, NewEvent } from '../port.ts';

const event = (stream: string, n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  id: eventIdOf(stream, ['event', n]),
  type: 'Happened',
  schema: 1,
  data: { n },
  meta: { actor: 'system', channel: 'system' },
  ...more,
});
const append = (stream: string, expected: number, ...events: NewEvent[]): Append => ({ stream, expected, events });

/** What every store promises, whatever it is made of. Stream names are fresh for each test. */
export const eventStoreContract = (name: string, open: () => Promise<EventStore>): void => {
  describe(`an event store ${name}`, () => {
    let store: EventStore;
    let stream: string;
    let other: string;
    let run = 0;

    beforeEach(async () => {
      store = await open();
      run += 1;
      stream = `test/${name}-${run}-${Math.random()}`;
      other = `${stream}-other`;
    });

    it('reads back what was appended, in order, from where it is asked', async () => {
      await store.commit([append(stream, 0, event(stream, 1), event(stream, 2))]);
      await store.commit([append(stream, 2, event(stream, 3))]);

      expect((await store.read(stream)).map((each) => [each.version, each.data['n']])).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ]);
      expect((await store.read(stream, 2)).map((each) => each.version)).toEqual([3]);
      expect(await store.read('test/nothing-here')).toEqual([]);
    });

    it('refuses a decision made on another version, and names both', async () => {
      await store.commit([append(stream, 0, event(stream, 1))]);

      await expect(store.commit([append(stream, 0, event(stream, 2))])).rejects.toMatchObject({ code: 'conflict', actual: 1, expected: 0 });
      await expect(store.commit([append(stream, 2, event(stream, 2))])).rejects.toMatchObject({ code: 'conflict', actual: 1, expected: 2 });
      await expect(store.commit([append(other, 1, event(other, 1))])).rejects.toMatchObject({ code: 'conflict', actual: 0, expected: 1 });
    });

    it('answers "already" to a repetition, whoever repeats it and on whatever attempt', async () => {
      await store.commit([append(stream, 0, event(stream, 1), event(stream, 2))]);
      const again = [event(stream, 1, { meta: { actor: 'other', channel: 'api', attempt: 7 } }), event(stream, 2)];

      expect(await store.commit([append(stream, 0, ...again)])).toMatchObject({ already: true });
      expect(await store.read(stream)).toHaveLength(2);
    });

    it('refuses an id that comes back with other content, in this stream or in another', async () => {
      await store.commit([append(stream, 0, event(stream, 1))]);

      await expect(store.commit([append(stream, 1, event(stream, 1, { data: { n: 9 } }))])).rejects.toMatchObject({ code: 'id-reused' });
      await expect(store.commit([append(other, 0, event(stream, 1))])).rejects.toMatchObject({ code: 'id-reused' });
    });

    it('writes several streams or none', async () => {
      await store.commit([append(other, 0, event(other, 1))]);

      await expect(store.commit([append(stream, 0, event(stream, 1)), append(other, 0, event(other, 2))])).rejects.toMatchObject({ code: 'conflict' });
      expect(await store.read(stream)).toEqual([]);
    });

    it('opens what is personal while the key lives, and says "erased" afterwards', async () => {
      const person = `person-${stream}`;
      await store.commit([append(stream, 0, event(stream, 1, { personal: { person, data: { email: 'canary@example.com' } } }))]);
      expect((await store.read(stream))[0]?.personal).toEqual({ person, data: { email: 'canary@example.com' } });

      await store.commit([append(stream, 1, event(stream, 2))], { destroyKeysOf: [person] });
      expect((await store.read(stream))[0]?.personal).toEqual({ person, erased: true });
      await expect(store.commit([append(stream, 2, event(stream, 3, { personal: { person, data: { email: 'again' } } }))])).rejects.toMatchObject({
        code: 'erased',
      });
    });

    it('lets one of many racing appends win', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => store.commit([append(stream, 0, event(stream, n))])));

      expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
      expect(tries.filter((each) => each.status === 'rejected' && (each.reason as { code: string }).code === 'conflict')).toHaveLength(11);
    });
  });
};
