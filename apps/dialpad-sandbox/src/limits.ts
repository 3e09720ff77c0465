import { ApiError } from './api-error.ts';
import type { World } from './world.ts';

interface Limit {
  readonly calls: number;
  readonly perMs: number;
}

const PER_COMPANY: Limit = { calls: 20, perMs: 1_000 }; // developers.dialpad.com, "Rate limits"
const SPECIAL: Readonly<Record<string, Limit>> = {
  'POST /stats': { calls: 200, perMs: 3_600_000 },
  'GET /call/{id}': { calls: 10, perMs: 60_000 },
  'PATCH /callrouters/{id}': { calls: 1, perMs: 300_000 },
};

/** Real time, not the virtual one: what is being tested is how callers pace themselves. */
export class Limits {
  readonly #recent = new Map<string, number[]>();

  /** Since the last reset: let in, and answered 429. */
  calls = 0;
  throttled = 0;

  forget(): void {
    this.#recent.clear();
    this.calls = 0;
    this.throttled = 0;
  }

  /** @throws ApiError 429; a call that is refused does not count. */
  spendCompany(world: World): void {
    this.#spend('company', PER_COMPANY, world);
    this.calls += 1;
  }

  spendOperation(operation: string, world: World): void {
    const limit = SPECIAL[operation];
    if (!limit || (operation === 'PATCH /callrouters/{id}' && world.switches.callRouterLimit === 'as-others')) return;
    this.#spend(operation, limit, world);
  }

  #spend(name: string, { calls, perMs }: Limit, world: World): void {
    const now = performance.now();
    const recent = (this.#recent.get(name) ?? []).filter((at) => at > now - perMs);
    this.#recent.set(name, recent);
    if (recent.length >= calls && world.switches.rateLimit === 'on') {
      this.throttled += 1;
      throw new ApiError(429, 'rate limit exceeded');
    }
    recent.push(now);
  }
}
