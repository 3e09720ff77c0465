import { condition } from '@temporalio/workflow';

/** Longest single timer: Temporal takes more, but a moved date re-arms anyway and a short timer is easier to read. */
const LONGEST_MS = 30 * 86_400_000;

export const msUntil = (instant: string): number => Date.parse(instant) - Date.now();

/**
 * Until the condition holds or the instant has come. `at` is asked again after every change, so a date that moves while
 * we sleep moves the timer. True when the condition held.
 */
export async function untilOr(holds: () => boolean, at: () => string | null, changes: () => number, summary: string): Promise<boolean> {
  for (;;) {
    if (holds()) return true;
    const instant = at();
    if (instant !== null && msUntil(instant) <= 0) return false;
    const seen = changes();
    const moved = (): boolean => holds() || changes() !== seen;

    if (instant === null) await condition(moved);
    else await condition(moved, Math.min(msUntil(instant), LONGEST_MS), { summary });
  }
}
