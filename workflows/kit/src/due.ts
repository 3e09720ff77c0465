import type { CaseView } from '@handover/case';
import type { Desk } from './desk.ts';

/** The stream judges by another clock than the timer's; where that says "not yet", we ask again after so long. */
const A_LITTLE_MS = 1_000;

export interface Due {
  readonly hasCome: () => boolean;
  readonly at: () => string | null;
  /** Where nobody waits any longer. */
  readonly atOnce?: () => boolean;
  readonly summary: string;
  /** Has the stream say whether it has come. */
  readonly judge: () => Promise<CaseView>;
}

/** Sleeps until the stream says that an instant has come; an instant that moves moves the timer. */
export async function whenDue(desk: Desk, { hasCome, at, atOnce = () => false, summary, judge }: Due): Promise<void> {
  let soonest = 0;
  while (!hasCome()) {
    await desk.until(atOnce, () => notBefore(soonest, at()), summary);
    await desk.take(judge());
    soonest = Date.now() + A_LITTLE_MS;
  }
}

const notBefore = (soonest: number, instant: string | null): string | null =>
  instant === null || Date.parse(instant) >= soonest ? instant : new Date(soonest).toISOString();
