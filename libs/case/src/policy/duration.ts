const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 366 * 86_400_000 };

/** Milliseconds of `90s`, `15m`, `72h`, `14d`, `7y` (years of 366 days); null when the text is none of these. */
export const durationMs = (text: string): number | null => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];

  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null;
};

/** The largest unit that says it exactly, as `durationMs` reads it: 259200000 → `72h`, 1209600000 → `14d`, 221356800000 → `7y`. */
export const durationText = (ms: number): string => {
  const units: readonly (readonly [string, number])[] = [
    ['y', 366 * 86_400_000],
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  const exact = units.find(([name, size]) => ms >= size && ms % size === 0 && (name !== 'd' || ms / size > 3));

  return exact ? `${ms / exact[1]}${exact[0]}` : `${ms}ms`;
};
