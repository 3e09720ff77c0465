import { Lanes, type Priority } from './priority.ts';

/** How a call ended, as far as the budget is concerned. */
export interface Ended {
  /** False for a call that timed out or lost its connection: nobody knows when it was counted. */
  readonly answered: boolean;
  /** Milliseconds that a 429 asked everybody to wait; without `Retry-After` a whole window. */
  readonly throttledForMs?: number;
}

export interface RateBudget {
  /** Resolves when a call may be made. Call what it gives once, when the answer is there or will not come. */
  readonly take: (priority?: Priority) => Promise<(ended?: Ended) => void>;
}

/** One of the calls that a window has room for. */
export interface Place {
  /** Milliseconds until it may be used. */
  readonly waitMs: number;
  /** It may be used again so many milliseconds from now. */
  readonly free: (inMs: number) => void;
}

/** Where the places are kept: in this process, or where several processes share them. */
export interface Places {
  /** As many as there are, at most `count`, the ones free soonest first; none when all are in use. */
  readonly take: (count: number) => Promise<readonly Place[]>;
  /** Nobody uses any place for so long. */
  readonly pause: (ms: number) => void;
}

const WINDOW_MS = 1_000;
/** Taken ahead of time, at most: more would let one process reserve before others whose callers are more urgent. */
const AT_ONCE = 2;
const ALL_TAKEN_MS = 20;
const LATE_TIMERS_MS = 1;

/**
 * At most `perSecond` calls within any second *as the other side counts them*. Between sending a call and counting it lies
 * some of the way there, between counting and our hearing of it some of the way back; both together are at least the
 * quickest round trip seen lately. So a place may be used again a second after the answer less that, whatever the jitter.
 */
export const rateBudget = (limit: number | Places): RateBudget => {
  const places = typeof limit === 'number' ? localPlaces(limit) : limit;
  const lanes = new Lanes<(release: (ended?: Ended) => void) => void>();
  const quickest = new Quickest();
  let serving = false;

  const releaseOf = (place: Place): ((ended?: Ended) => void) => {
    const sent = performance.now();
    let done = false;

    return ({ answered, throttledForMs } = { answered: true }) => {
      if (done) return;
      done = true;
      if (answered) quickest.saw(performance.now() - sent);
      place.free(WINDOW_MS - (answered ? quickest.ms : 0));
      if (throttledForMs !== undefined) places.pause(Math.max(throttledForMs, WINDOW_MS));
    };
  };
  const serve = async (): Promise<void> => {
    serving = true;
    try {
      while (lanes.size > 0) {
        const taken = await places.take(Math.min(lanes.size, AT_ONCE));
        const at = performance.now();
        if (taken.length === 0) await sleep(ALL_TAKEN_MS);
        for (const place of taken) {
          const pause = at + place.waitMs - performance.now();
          if (pause > 0) await sleep(pause + LATE_TIMERS_MS);
          lanes.next()?.(releaseOf(place)); // chosen now, not when it was reserved: who came last may be the most urgent
        }
      }
    } finally {
      serving = false; // in the same moment as the last look at the lanes: whoever comes next begins again
    }
  };

  return {
    take: (priority = 'normal') =>
      new Promise((resolve) => {
        lanes.add(priority, resolve);
        if (!serving) void serve();
      }),
  };
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** For one process alone. */
const localPlaces = (perSecond: number): Places => {
  const freeAt = Array.from({ length: perSecond }, () => 0);
  let notBefore = 0;

  return {
    take: async (count) => {
      const now = performance.now();
      return freeAt.splice(0, count).map((at) => ({
        waitMs: Math.max(0, Math.max(at, notBefore) - now),
        free: (inMs) => void freeAt.push(performance.now() + inMs), // nearly in order: the wait is known within a round trip
      }));
    },
    pause: (ms) => {
      notBefore = Math.max(notBefore, performance.now() + ms);
    },
  };
};

const SAMPLES = 64;
/** The first ones open connections: slow on one half of the way, and no measure for the next. */
const ENOUGH = 20;
/** The quickest may have been quick on one half of the way only; what is short is mostly our own and others' queues, and no distance. */
const TRUSTED = 0.9;
const QUEUES_MS = 10;

/** Most of the quickest of the latest round trips. */
class Quickest {
  readonly #latest: number[] = [];

  get ms(): number {
    return this.#latest.length < ENOUGH ? 0 : Math.max(0, TRUSTED * Math.min(...this.#latest) - QUEUES_MS);
  }

  saw(ms: number): void {
    this.#latest.push(ms);
    if (this.#latest.length > SAMPLES) this.#latest.shift();
  }
}
