import { canonicalJson } from '../canonical.ts';
import type { Append, NewEvent } from '../port.ts';

/** What a store is, in as few words as possible: lists of events, and every id once. */
export class StoreModel {
  readonly #streams = new Map<string, readonly NewEvent[]>();

  /** What a store may answer: where several things are wrong, it may name any of them. */
  commit(appends: readonly Append[]): readonly ('stored' | 'already' | 'conflict' | 'id-reused')[] {
    if (appends.every(({ stream, events }) => events.every((event) => this.#holds(stream, event)))) return ['already'];
    const stored = [...this.#streams.values()].flat().map((event) => event.id);
    const given = appends.flatMap(({ events }) => events.map((event) => event.id));
    const wrong = [
      ...(given.some((id, index) => stored.includes(id) || given.indexOf(id) !== index) ? (['id-reused'] as const) : []),
      ...(appends.some(({ stream, expected }) => this.read(stream).length !== expected) ? (['conflict'] as const) : []),
    ];
    if (wrong.length > 0) return wrong;
    for (const { stream, events } of appends) this.#streams.set(stream, [...(this.#streams.get(stream) ?? []), ...events]);

    return ['stored'];
  }

  read(stream: string): (readonly [string, NewEvent['data']])[] {
    return (this.#streams.get(stream) ?? []).map(({ id, data }) => [id, data] as const);
  }

  #holds(stream: string, event: NewEvent): boolean {
    return (this.#streams.get(stream) ?? []).some((each) => each.id === event.id && canonicalJson(each.data) === canonicalJson(event.data));
  }
}
