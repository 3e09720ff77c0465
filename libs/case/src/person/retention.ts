import { mayBeErased, type PersonState } from './person.ts';

/** Why a person's values are kept although nothing happens to them; null: their time is over. */
export type KeptBecause =
  | 'retention.unknown'
  | 'retention.erased'
  | 'retention.legal_hold'
  | 'retention.open_case'
  | 'retention.too_early'
  | 'retention.employed'
  | 'retention.in_dialpad';

export interface RetentionAsked {
  /** ISO instant. */
  readonly now: string;
  /** ISO instant of the last event about the person or any case of theirs; null: there is none. */
  readonly lastAt: string | null;
  /** ms */
  readonly keepFor: number;
  /** Whether Dialpad returns the user they are linked to; null: they are linked to none. */
  readonly inDialpad: boolean | null;
}

/**
 * Time alone ends nothing: who still works here is not forgotten because nothing happened to them for years, and a legal hold
 * outlasts every policy.
 */
export const keptBecause = (state: PersonState, { now, lastAt, keepFor, inDialpad }: RetentionAsked): KeptBecause | null => {
  if (lastAt === null) return 'retention.unknown';
  if (state.erased) return 'retention.erased';
  if (!mayBeErased(state)) return 'retention.legal_hold';
  if (state.cases.some((each) => each.open)) return 'retention.open_case';
  if (Date.parse(now) - Date.parse(lastAt) < keepFor) return 'retention.too_early';
  if (inDialpad === true) return 'retention.in_dialpad';

  return worksHere(state) && inDialpad === null ? 'retention.employed' : null;
};

/** The last case left them employed, and nobody can tell from Dialpad that they are gone. */
const worksHere = ({ cases }: PersonState): boolean => {
  const last = cases[cases.length - 1];
  if (!last) return false;
  return last.kind === 'leaver' ? last.phase === 'rescinded' || last.phase === 'cancelled' : last.phase === 'done';
};
