import { describe, expect, it } from '@jest/globals';
import { evolveNumbers, noNumbers, recordReading, type NumberSighting, type NumbersState } from './inventory.ts';

const sight = (n: number, more: Partial<NumberSighting> = {}): NumberSighting => ({
  number: `+1415555${String(n).padStart(4, '0')}`,
  officeId: 'berlin',
  status: 'available',
  holder: null,
  ...more,
});
const noon = '2026-03-01T12:00:00.000Z';
const later = '2026-03-01T18:00:00.000Z';
const after = (readAt: string, numbers: readonly NumberSighting[], from: NumbersState = noNumbers): NumbersState =>
  recordReading(from, readAt, numbers).events.reduce(evolveNumbers, from);

describe('a reading of the numbers', () => {
  it('records every number the first time, in events of a hundred', () => {
    const { events } = recordReading(
      noNumbers,
      noon,
      Array.from({ length: 250 }, (_, n) => sight(n)),
    );
    expect(events.map((event) => event.type)).toEqual(['NumbersSeen', 'NumbersSeen', 'NumbersSeen', 'NumbersRead']);
    expect(events[3]?.data).toEqual({ readAt: noon, numbers: 250, reserved: 250, changed: 250 });
  });

  it('records only what differs the next time, and what is gone', () => {
    const before = after(noon, [sight(1), sight(2), sight(3)]);
    const taken = sight(2, { status: 'user', holder: { type: 'user', id: 'anna' } });
    expect(recordReading(before, later, [sight(1), taken]).events).toEqual([
      { type: 'NumbersSeen', data: { readAt: later, numbers: [taken] } },
      { type: 'NumbersGone', data: { readAt: later, numbers: [sight(3).number] } },
      { type: 'NumbersRead', data: { readAt: later, numbers: 2, reserved: 1, changed: 2 } },
    ]);
  });

  it('that began before the last one is old news', () => {
    expect(recordReading(after(later, [sight(1)]), noon, []).events).toEqual([]);
  });

  it('sees a number that comes back as new', () => {
    const gone = after(later, [], after(noon, [sight(1)]));
    expect(recordReading(gone, '2026-03-02T00:00:00.000Z', [sight(1)]).events[0]?.type).toBe('NumbersSeen');
  });
});
