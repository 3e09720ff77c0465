import { evolveNumbers, noNumbers, recordReading, type NumberSighting, type NumbersEvent, type NumbersState } from '@handover/case';
import type { EventStore } from '@handover/event-store';
import type { By } from './by.ts';
import { appendOf, commitAll, foldStream, retryingConflicts, type Folded } from './stream.ts';

const STREAM = 'numbers';
const decider = { initial: noNumbers, evolve: evolveNumbers };

/** A number as the connector reads it. */
export interface ReadNumber {
  readonly number: string;
  readonly officeId: string | null;
  readonly status: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
}

const sightingOf = ({ number, officeId, status, targetType, targetId }: ReadNumber): NumberSighting => ({
  number,
  officeId,
  status,
  holder: targetType === null || targetId === null ? null : { type: targetType, id: targetId },
});

/** Readings of the company's numbers. The fold is kept and only continued: a company may have twenty thousand. */
export class Numbers {
  private known: Folded<NumbersState> = { state: noNumbers, version: 0 };

  constructor(private readonly store: EventStore) {}

  /** Records what differs from the last reading; how many numbers that were. */
  async record(readAt: string, found: readonly ReadNumber[], by: By): Promise<{ readonly changed: number }> {
    const numbers = found.map(sightingOf);
    return retryingConflicts(async () => {
      const { state, version } = await this.load();
      const { events } = recordReading(state, readAt, numbers);
      await commitAll(this.store, [appendOf({ stream: STREAM, expected: version, decided: { events }, by: { ...by, commandId: `read/${readAt}` } })], {});
      const read = events.find((event) => event.type === 'NumbersRead');

      return { changed: read?.data.changed ?? 0 };
    });
  }

  private async load(): Promise<Folded<NumbersState>> {
    const from = this.known;
    const now = foldStream<NumbersState, NumbersEvent>(decider, await this.store.read(STREAM, from.version), from);
    if (now.version > this.known.version) this.known = now;

    return now;
  }
}
