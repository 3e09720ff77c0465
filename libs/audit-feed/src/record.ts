import { eventIdOf } from '@handover/event-ids';
import { EventStoreError, type EventMeta, type EventStore, type JsonObject } from '@handover/event-store';

export interface Said {
  readonly stream: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly meta: EventMeta;
  /** Names this one thing: said again with the same key it is no news. */
  readonly key: string;
}

const TRIES = 25;

/**
 * Appends one event to a stream that has no rules of its own: what happened to a subscription, who read the record. Nothing is
 * decided on what is there, so nothing is read, however long the stream is: the refusal says where it stands, and a repetition
 * is known by its id.
 */
export const say = async (store: EventStore, { stream, type, data, meta, key }: Said): Promise<void> => {
  const event = { id: eventIdOf(stream, [type, key]), type, schema: 1, data, meta };
  let expected = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      await store.commit([{ stream, expected, events: [event] }]);
      return;
    } catch (error) {
      if (!(error instanceof EventStoreError && error.code === 'conflict') || tries >= TRIES) throw error;
      expected = error.actual ?? expected;
    }
  }
};
