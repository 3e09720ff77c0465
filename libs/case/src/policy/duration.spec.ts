import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationMs, durationText } from './duration.ts';

describe('a duration of the policy', () => {
  it.each(['7y', '90d', '14d', '72h', '15m', '90s', '250ms'])('%s is said as it was written', (text) => {
    expect(durationText(durationMs(text) ?? -1)).toBe(text);
  });

  it('means the same when it is said and read again', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(1, 1_000, 60_000, 3_600_000, 86_400_000), (n, unit) => durationMs(durationText(n * unit)) === n * unit),
    );
  });

  it.each(['', '7', 'y7', '7 years', '-1h', '1h30m'])('is not %p', (text) => {
    expect(durationMs(text)).toBeNull();
  });
});
