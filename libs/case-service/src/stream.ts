import { upcasters, type Decided } from '@handover/case';
import { eventIdOf } from '@handover/event-ids';
import {
  EventStoreError,
  type Append,
  type Committed,
  type EventMeta,
  type EventStore,
  type JsonObject,
  type NewEvent,
  type SideWrites,
  type StoredEvent,
} from '@handover/event-store';
import type { By } from './by.ts';

/** What the rules of a stream look like: events with a type, public data and perhaps personal data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
  readonly personal?: unknown;
}

export interface Decider<S, E extends DomainEvent, C> {
  readonly initial: S;
  readonly evolve: (state: S, event: E) => S;
  readonly decide: (command: C, state: S) => Decided<E>;
}

export interface Folded<S> {
  readonly state: S;
  readonly version: number;
}

export const domainEventOf = <E extends DomainEvent>(event: StoredEvent): E => {
  const personal = event.personal && 'data' in event.personal ? { personal: event.personal.data } : {};
  return { type: event.type, data: event.data, ...personal } as unknown as E;
};

export const foldStream = <S, E extends DomainEvent>(
  decider: Pick<Decider<S, E, never>, 'initial' | 'evolve'>,
  events: readonly StoredEvent[],
  from?: Folded<S>,
): Folded<S> => ({
  state: events.reduce((state, event) => decider.evolve(state, domainEventOf<E>(event)), from?.state ?? decider.initial),
  version: events[events.length - 1]?.version ?? from?.version ?? 0,
});

export interface Said<E extends DomainEvent> {
  readonly stream: string;
  readonly expected: number;
  readonly decided: Decided<E>;
  readonly by: By;
  /** Whose key seals the personal parts. */
  readonly personRef?: string;
  readonly caseId?: string;
  readonly effectiveAt?: string;
}

/** Decided events as an append: ids derived from the command, so that a repetition derives them again. */
export const appendOf = <E extends DomainEvent>({ stream, expected, decided, by, personRef, caseId, effectiveAt }: Said<E>): Append => {
  const { commandId, fromWorkflow: _own, ...who } = by;
  const meta: EventMeta = { ...who, ...(caseId ? { caseId } : {}), ...(effectiveAt ? { effectiveAt } : {}) };
  // A refusal may come again in another state of things, and is news again.
  const round = decided.refusal ? [expected] : [];

  return {
    stream,
    expected,
    events: decided.events.map((event, index): NewEvent => ({
      id: eventIdOf(stream, [commandId, event.type, index, ...round]),
      type: event.type,
      schema: upcasters.versionOf(event.type),
      data: event.data as JsonObject,
      ...(event.personal && personRef ? { personal: { person: personRef, data: event.personal as JsonObject } } : {}),
      meta,
    })),
  };
};

/** Somebody was faster: read again, decide again. More than this many times in a row is a bug or a storm. */
const TRIES = 25;

/** Read, fold, decide, append, all at the version that was read; begun anew when somebody else wrote in between. */
export const retryingConflicts = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const lost = error instanceof EventStoreError && (error.code === 'conflict' || error.code === 'id-reused');
      if (!lost || tries >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * tries));
    }
  }
};

export const commitAll = async (store: EventStore, appends: readonly Append[], side: SideWrites): Promise<Committed | null> => {
  const news = appends.filter((append) => append.events.length > 0);
  return news.length === 0 ? null : store.commit(news, side);
};
