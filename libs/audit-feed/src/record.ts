import { EventStoreError, eventIdOf, type EventMeta, type EventStore, type JsonObject } from '@handover/event-store';

export interface Said {
  readonly stream: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly meta: EventMeta;
  /** Names this one thing: said again with the same key it is no news. */
  readonly key: string;
}

const TRIES = 25;

/** Appends one event to a stream that has no rules of its own: what happened to a subscription, who read the record. */
export const say = async (store: EventStore, { stream, type, data, meta, key }: Said): Promise<void> => {
  const event = { id: eventIdOf(stream, [type, key]), type, schema: 1, data, meta };
  for (let tries = 1; ; tries += 1) {
    const events = await store.read(stream);
    if (events.some((each) => each.id === event.id)) return;
    try {
      await store.commit([{ stream, expected: events[events.length - 1]?.version ?? 0, events: [event] }]);
      return;
    } catch (error) {
      if (!(error instanceof EventStoreError && error.code === 'conflict') || tries >= TRIES) throw error;
    }
  }
};
