import { canonicalJson } from './canonical.ts';
import type { JsonObject } from './json.ts';
import {
  EventStoreError,
  type Append,
  type Committed,
  type EventStore,
  type InboxOutcome,
  type NewEvent,
  type OutboxMessage,
  type SideWrites,
  type StoredEvent,
} from './port.ts';
import { Upcasters } from './upcasting.ts';

/** A store for tests of rules and services: the same promises as the real one, and nothing survives it. */
export class InMemoryEventStore implements EventStore {
  readonly outbox: OutboxMessage[] = [];
  readonly people = new Map<string, string>();
  readonly inbox: InboxOutcome[] = [];
  private readonly streams = new Map<string, NewEvent[]>();
  private readonly times = new Map<string, string>();
  private readonly destroyed = new Set<string>();

  constructor(
    private readonly now: () => string = () => new Date().toISOString(),
    private readonly upcasters: Upcasters = new Upcasters([]),
  ) {}

  read(stream: string, after = 0): Promise<readonly StoredEvent[]> {
    const events = this.streams.get(stream) ?? [];
    return Promise.resolve(events.slice(after).map((event, index) => this.stored(event, stream, after + index + 1)));
  }

  commit(appends: readonly Append[], side: SideWrites = {}): Promise<Committed> {
    try {
      return Promise.resolve(this.commitNow(appends, side));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error('commit failed'));
    }
  }

  private commitNow(appends: readonly Append[], side: SideWrites): Committed {
    const versions: Record<string, number> = {};
    const known = appends.map((append) => this.isKnown(append));
    if (appends.length > 0 && known.every(Boolean)) {
      for (const { stream, events } of appends) versions[stream] = (this.streams.get(stream) ?? []).findIndex((each) => each.id === events.at(-1)?.id) + 1;
      return { versions, already: true };
    }

    const ids = appends.flatMap(({ events }) => events.map((event) => event.id));
    if (new Set(ids).size < ids.length) throw new EventStoreError('id-reused', appends[0]?.stream ?? '');
    for (const append of appends) this.assertFits(append);
    for (const { stream, events } of appends) {
      this.streams.set(stream, [...(this.streams.get(stream) ?? []), ...events]);
      for (const event of events) this.times.set(event.id, this.now());
      versions[stream] = this.streams.get(stream)?.length ?? 0;
    }
    this.writeSide(side);

    return { versions, already: false };
  }

  private isKnown({ stream, events }: Append): boolean {
    const stored = this.streams.get(stream) ?? [];
    return events.length > 0 && events.every((event) => stored.some((each) => each.id === event.id && sameContent(each, event)));
  }

  private assertFits({ stream, expected, events }: Append): void {
    const stored = this.streams.get(stream) ?? [];
    const all = [...this.streams.values()].flat();
    if (events.some((event) => all.some((each) => each.id === event.id))) throw new EventStoreError('id-reused', stream);
    if (stored.length !== expected) throw new EventStoreError('conflict', stream, { actual: stored.length, expected });
    if (events.some((event) => event.personal && this.destroyed.has(event.personal.person))) throw new EventStoreError('erased', stream);
  }

  private writeSide(side: SideWrites): void {
    this.outbox.push(...(side.outbox ?? []));
    for (const person of side.people ?? []) this.people.set(person.index, person.personRef);
    if (side.inbox) this.inbox.push(side.inbox);
    for (const person of side.destroyKeysOf ?? []) {
      this.destroyed.add(person);
      for (const [index, ref] of this.people) if (ref === person) this.people.delete(index);
    }
  }

  private stored({ personal, ...event }: NewEvent, stream: string, version: number): StoredEvent {
    const base = { ...event, stream, version, recordedAt: this.times.get(event.id) ?? '' };
    if (!personal) return this.upcasters.current(base);
    if (this.destroyed.has(personal.person)) return { ...this.upcasters.current(base), personal: { person: personal.person, erased: true } };
    const current = this.upcasters.current({ ...base, personal: personal.data });

    return { ...current, personal: { person: personal.person, data: current.personal } };
  }
}

/** Who said it and when may differ between two attempts; what was said may not. */
const sameContent = (a: NewEvent, b: NewEvent): boolean => contentOf(a) === contentOf(b);
const contentOf = ({ type, schema, data, personal }: NewEvent): string =>
  canonicalJson({ type, schema, data, personal: (personal ?? null) as JsonObject | null });
