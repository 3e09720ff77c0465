import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose call goes first when the budget is short: access that must end now, ordinary steps, and what can wait (polls, reports). */
export const priorities = ['urgent', 'normal', 'background'] as const;
export type Priority = (typeof priorities)[number];

const current = new AsyncLocalStorage<Priority>();

/** Every call made inside counts as this; the innermost one says. */
export const withPriority = <T>(priority: Priority, doing: () => T): T => current.run(priority, doing);

export const currentPriority = (): Priority => current.getStore() ?? 'normal';

/** Of 16 turns while all three wait. Nobody waits for ever, and who alone waits has them all. */
const WEIGHTS: Readonly<Record<Priority, number>> = { urgent: 12, normal: 3, background: 1 };

interface Lane<T> {
  readonly weight: number;
  readonly waiting: T[];
  credit: number;
}

/** Lines of one class each, served by weight (smooth weighted round robin), in the order of arrival within a class. */
export class Lanes<T> {
  readonly #lanes: Readonly<Record<Priority, Lane<T>>> = {
    urgent: { weight: WEIGHTS.urgent, waiting: [], credit: 0 },
    normal: { weight: WEIGHTS.normal, waiting: [], credit: 0 },
    background: { weight: WEIGHTS.background, waiting: [], credit: 0 },
  };

  get size(): number {
    return priorities.reduce((sum, each) => sum + this.#lanes[each].waiting.length, 0);
  }

  add(priority: Priority, one: T): void {
    this.#lanes[priority].waiting.push(one);
  }

  next(): T | undefined {
    const busy = priorities.map((each) => this.#lanes[each]).filter((each) => each.waiting.length > 0);
    for (const lane of busy) lane.credit += lane.weight;
    const [first, ...others] = busy;
    if (!first) return undefined;
    const served = others.reduce((best, each) => (each.credit > best.credit ? each : best), first);
    served.credit -= busy.reduce((sum, each) => sum + each.weight, 0);
    const one = served.waiting.shift();
    if (served.waiting.length === 0) served.credit = 0; // no savings for when nobody waits

    return one;
  }
}
