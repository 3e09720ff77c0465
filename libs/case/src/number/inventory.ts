import { happened, nothingNew, type Decided } from '../kernel.ts';

/** A number as a reading of Dialpad's list shows it. */
export interface NumberSighting {
  readonly number: string;
  readonly officeId: string | null;
  readonly status: string;
  readonly holder: { readonly type: string; readonly id: string } | null;
}

/**
 * What readings of the company's numbers found: Dialpad keeps no history, so differences become events. The first reading
 * records every number that was there before us.
 */
export type NumbersEvent =
  | { readonly type: 'NumbersSeen'; readonly data: { readonly readAt: string; readonly numbers: readonly NumberSighting[] } }
  | { readonly type: 'NumbersGone'; readonly data: { readonly readAt: string; readonly numbers: readonly string[] } }
  | { readonly type: 'NumbersRead'; readonly data: { readonly readAt: string; readonly numbers: number; readonly reserved: number; readonly changed: number } };

export interface NumbersState {
  readonly readAt: string | null;
  /** What was last seen of each number, as one text that is compared. */
  readonly seen: ReadonlyMap<string, string>;
}

export const noNumbers: NumbersState = { readAt: null, seen: new Map() };

const textOf = ({ officeId, status, holder }: NumberSighting): string => [officeId ?? '', status, holder?.type ?? '', holder?.id ?? ''].join(' ');

export const evolveNumbers = (state: NumbersState, event: NumbersEvent): NumbersState => {
  switch (event.type) {
    case 'NumbersSeen':
      return { ...state, seen: new Map([...state.seen, ...event.data.numbers.map((each) => [each.number, textOf(each)] as const)]) };
    case 'NumbersGone': {
      const gone = new Set(event.data.numbers);
      return { ...state, seen: new Map([...state.seen].filter(([number]) => !gone.has(number))) };
    }
    case 'NumbersRead':
      return { ...state, readAt: event.data.readAt };
  }
};

/** So many in one event: an event stays readable, and 20,000 numbers are two hundred events once. */
const IN_ONE_EVENT = 100;

/** `readAt`: when the reading began. One that began before the last recorded one says nothing new. */
export const recordReading = (state: NumbersState, readAt: string, numbers: readonly NumberSighting[]): Decided<NumbersEvent> => {
  if (state.readAt !== null && Date.parse(readAt) <= Date.parse(state.readAt)) return nothingNew;
  const news = numbers.filter((each) => state.seen.get(each.number) !== textOf(each));
  const there = new Set(numbers.map((each) => each.number));
  const gone = [...state.seen.keys()].filter((number) => !there.has(number));
  const reserved = numbers.filter((each) => each.status === 'available').length;

  return happened<NumbersEvent>(
    ...chunked(news).map((part) => ({ type: 'NumbersSeen', data: { readAt, numbers: part } }) as const),
    ...chunked(gone).map((part) => ({ type: 'NumbersGone', data: { readAt, numbers: part } }) as const),
    { type: 'NumbersRead', data: { readAt, numbers: numbers.length, reserved, changed: news.length + gone.length } },
  );
};

const chunked = <T>(list: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(list.length / IN_ONE_EVENT) }, (_, n) => list.slice(n * IN_ONE_EVENT, (n + 1) * IN_ONE_EVENT));
