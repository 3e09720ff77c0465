const FIRST_MS = 5_000;
const LONGEST_MS = 6 * 3_600_000;

/** Doubling from five seconds to six hours. Half of it is jitter: receivers that come back are not met by everybody at once. */
export const backOffMs = (attempts: number, random: () => number = Math.random): number => {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
  return Math.round(full / 2 + (full / 2) * random());
};

/** `Retry-After` in seconds or as a date, no longer than a day; null when there is none. */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | null => {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), 86_400_000);
};
