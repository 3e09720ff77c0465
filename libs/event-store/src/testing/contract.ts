import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { EventStoreError, type Append, type EventStore, type NewEvent } from '../port.ts';
import { StoreModel } from './model.ts';

const event = (stream: string, n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  id: v5(`${stream}/${n}`, v5.URL),
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
      const before = event(stream, 1, { personal: { person, data: { email: 'canary@example.com' } } });
      expect(await store.commit([append(stream, 0, before)])).toMatchObject({ already: true });
      await expect(store.commit([append(stream, 2, event(stream, 3, { personal: { person, data: { email: 'again' } } }))])).rejects.toMatchObject({
        code: 'erased',
      });
    });

    it('answers "already" with where it was stored, also when the stream went on, and when it was decided anew at the version of now', async () => {
      await store.commit([append(stream, 0, event(stream, 1), event(stream, 2))]);
      await store.commit([append(stream, 2, event(stream, 3))]);

      expect(await store.commit([append(stream, 0, event(stream, 1), event(stream, 2))])).toEqual({ versions: { [stream]: 2 }, already: true });
      expect(await store.commit([append(stream, 3, event(stream, 3))])).toEqual({ versions: { [stream]: 3 }, already: true });
      expect(await store.read(stream)).toHaveLength(3);
    });

    it('refuses what is stored in part: what was decided on is not what is there', async () => {
      await store.commit([append(stream, 0, event(stream, 1), event(stream, 2))]);

      for (const expected of [0, 1, 2])
        await expect(store.commit([append(stream, expected, event(stream, 2), event(stream, 3))])).rejects.toMatchObject({ code: 'id-reused' });
      await expect(store.commit([append(stream, 0, event(stream, 1), event(stream, 2)), append(other, 0, event(other, 1))])).rejects.toMatchObject({
        code: 'id-reused',
      });
      expect(await store.read(other)).toEqual([]);
      expect(await store.read(stream)).toHaveLength(2);
    });

    it('says "already" to a repetition of several streams at once', async () => {
      const both = [append(stream, 0, event(stream, 1)), append(other, 0, event(other, 1), event(other, 2))];
      expect(await store.commit(both)).toEqual({ versions: { [stream]: 1, [other]: 2 }, already: false });
      expect(await store.commit(both)).toEqual({ versions: { [stream]: 1, [other]: 2 }, already: true });
    });

    it('still says "already" to what was stored before its person was erased', async () => {
      const person = `person-${stream}`;
      const sealed = append(stream, 0, event(stream, 1, { personal: { person, data: { email: 'canary@example.com' } } }));
      await store.commit([sealed]);
      await store.commit([], { destroyKeysOf: [person] });

      expect(await store.commit([sealed])).toMatchObject({ already: true });
      // Decided anew at the version of now, and not alone.
      await store.commit([append(other, 0, event(other, 1))]);
      const [anew] = await Promise.allSettled([store.commit([{ ...sealed, expected: 1 }]), store.commit([append(other, 1, event(other, 2))])]);
      expect(anew).toMatchObject({ status: 'fulfilled', value: { versions: { [stream]: 1 }, already: true } });
    });

    it('stores the same event, sent twenty times at once, once: nineteen hear "already"', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.commit([append(stream, 0, event(stream, 1))])));

      expect(answers.filter(({ already }) => already)).toHaveLength(19);
      expect(await store.read(stream)).toHaveLength(1);
    });

    it('lets one of twenty racing appends win; the others hear of the conflict and what they met', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => store.commit([append(stream, 0, event(stream, n))])));

      expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
      for (const each of tries) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict', stream, expected: 0, actual: 1 });
    });

    it('keeps commits apart that come at the same time: one that fails takes none along, and none is half there', async () => {
      await store.commit([append(stream, 0, event(stream, 1))]);
      const streams = Array.from({ length: 30 }, (_, n) => `${stream}-beside-${n}`);
      const tries = await Promise.allSettled(
        streams.map((each, n) =>
          n % 3 === 0
            ? store.commit([append(each, 0, event(each, 1)), append(stream, 0, event(stream, 9))]) // conflicts in its second part
            : store.commit([append(each, 0, event(each, 1))]),
        ),
      );

      expect(tries.map((each) => each.status)).toEqual(streams.map((_, n) => (n % 3 === 0 ? 'rejected' : 'fulfilled')));
      expect((await Promise.all(streams.map((each) => store.read(each)))).map((events) => events.length)).toEqual(streams.map((_, n) => (n % 3 === 0 ? 0 : 1)));
    });

    it('carries on a stream that many write to in turns, each event once and in order', async () => {
      const write = async (n: number): Promise<void> => {
        for (;;) {
          const { length } = await store.read(stream);
          try {
            await store.commit([append(stream, length, event(stream, n))]);
            return;
          } catch (error) {
            if (!(error instanceof EventStoreError) || error.code !== 'conflict') throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 15 }, (_, n) => write(n)));

      const events = await store.read(stream);
      expect(events.map((each) => each.version)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
      expect(new Set(events.map((each) => each.id)).size).toBe(15);
    });

    it('does what the model does, whatever is asked of it in whatever order', async () => {
      const asked = fc.record({ stream: fc.nat(2), expected: fc.nat(5), ids: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 3 }), data: fc.nat(1) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(asked, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 12 }), async (commits) => {
          run += 1;
          const model = new StoreModel();
          const name = (n: number): string => `${stream}/${run}/${n}`;
          for (const commit of commits) {
            const parts = commit.filter((each, index) => commit.findIndex((one) => one.stream === each.stream) === index);
            const appends = parts.map((each) =>
              append(name(each.stream), each.expected, ...each.ids.map((id) => event(name(0), id, { data: { n: id, data: each.data } }))),
            );
            const said = await store.commit(appends).then(
              ({ already }) => (already ? 'already' : 'stored'),
              (error: { code?: string }) => error.code,
            );
            expect({ appends, may: model.commit(appends) }).toEqual({ appends, may: expect.arrayContaining([said]) });
          }
          for (const n of [0, 1, 2]) expect((await store.read(name(n))).map((each) => [each.id, each.data])).toEqual(model.read(name(n)));
        }),
        { numRuns: 60 },
      );
    }, 60_000);
  });
};
