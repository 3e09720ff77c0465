export type Suggestion = 'wait' | 'keep' | 'reassign-or-release' | 'release' | 'none';

export interface Pooled {
  readonly status: string;
  readonly withheld: boolean;
  readonly promised: boolean;
  /** Whole days in the pool. */
  readonly days: number;
  /** The policy's patience, in days. */
  readonly releaseAfterDays: number;
  readonly kept: boolean;
}

/** What an admin may want to do with a number; a fee applies to every reserved one (help.dialpad.com). */
export const suggest = ({ status, withheld, promised, days, releaseAfterDays, kept }: Pooled): Suggestion => {
  if (status !== 'available') return 'none';
  if (withheld || promised) return 'wait';
  if (kept) return 'keep';

  return days >= releaseAfterDays ? 'release' : 'reassign-or-release';
};
