import { driftChanges, type DriftChange } from './drift.ts';
import { ApiError } from './api-error.ts';
import { seeded } from './random.ts';

export const faultNames = ['429', '500', 'timeout-before', 'timeout-after', 'lost-reply', 'no-op', 'stale-read', 'drift', 'scim-recreate'] as const;
export type FaultName = (typeof faultNames)[number];

export interface Struck {
  readonly fault: FaultName;
  /** For `drift`: what the other admin does; null leaves it to the state of the user. */
  readonly change: DriftChange | null;
  readonly userId: string | null;
}

interface Armed extends Struck {
  readonly operation: string;
  readonly nth: number | null;
  readonly rate: number | null;
  readonly random: () => number;
  calls: number;
}

/** What goes wrong on purpose. Kept in memory: a restart is a good day. */
export class Faults {
  #armed: Armed[] = [];

  /** @throws ApiError 400 saying what was expected. */
  arm(wish: Readonly<Record<string, unknown>>): void {
    const fault = faultNames.find((name) => name === String(wish['fault']));
    if (!fault) throw new ApiError(400, `fault is one of ${faultNames.join(', ')}`);
    if (typeof wish['operation'] !== 'string') throw new ApiError(400, 'operation is like "POST /users"');
    const nth = wish['nth'] === undefined ? null : Number(wish['nth']);
    const rate = wish['rate'] === undefined ? null : Number(wish['rate']);
    if ((nth === null) === (rate === null)) throw new ApiError(400, 'give nth (1 is the next call) or rate (1 is every call)');
    if (nth !== null && (!Number.isInteger(nth) || nth < 1)) throw new ApiError(400, 'nth counts matching calls from 1');
    if (rate !== null && !(rate >= 0 && rate <= 1)) throw new ApiError(400, 'rate is between 0 and 1');
    const change = driftChanges.find((name) => name === wish['change']) ?? null;
    if (wish['change'] !== undefined && change === null) throw new ApiError(400, `change is one of ${driftChanges.join(', ')}`);
    this.#armed.push({
      operation: wish['operation'],
      fault,
      change,
      nth,
      rate,
      userId: wish['userId'] === undefined ? null : String(wish['userId']),
      random: seeded(Number(wish['seed'] ?? 1)),
      calls: 0,
    });
  }

  clear(): void {
    this.#armed = [];
  }

  get count(): number {
    return this.#armed.length;
  }

  /** The fault that strikes this call, if any; every matching one counts the call. */
  strike(operation: string, userIds: readonly string[]): Struck | null {
    let struck: Struck | null = null;
    for (const each of this.#armed) {
      if (each.operation !== operation || (each.userId !== null && !userIds.includes(each.userId))) continue;
      each.calls += 1;
      const strikes = each.nth !== null ? each.calls === each.nth : each.random() < (each.rate ?? 0);
      if (strikes && struck === null) struck = each;
    }
    return struck;
  }
}
