import type { NumberClaim } from '../company/company.ts';
import type { NumberTerms } from '../case/terms.ts';
import type { NumberSnapshot } from './plan.ts';

export interface Obstacle {
  readonly code: string;
  /** In words that name nobody and no number. */
  readonly detail: string;
}

export interface NumberSeen extends NumberSnapshot {
  /** What another case was promised or withholds. */
  readonly claim: NumberClaim | null;
  /** How many numbers the holder has, this one among them; null where nobody holds it. */
  readonly ofHolder: number | null;
  /** Whether whoever had it last is under a legal hold. */
  readonly lastHolderHeld: boolean;
}

/** What can lose a number without a person losing theirs. Who has one keeps it until they leave or move. */
const LINES = ['department', 'callcenter', 'office', 'callrouter'];

/** Why the number may not be reassigned or released now; null: it may. Asked before the plan, and again before the write. */
export const numberObstacle = (terms: NumberTerms, seen: NumberSeen, keepNumbers: readonly string[]): Obstacle | null => {
  const { holder, claim, to } = seen;
  if (keepNumbers.includes(terms.number))
    return say('number.kept', 'the policy keeps this number (a fax line, for instance): it is never reassigned or released');
  if (claim?.withheld) return say('number.withheld', 'the number is withheld for a leaver who may still come back; ask again when the hold is over');
  if (claim) return say('number.promised', 'the number is promised to another case');
  if (holder === null && seen.status !== 'available')
    return say('number.not_free', `the number is ${seen.status} in Dialpad; only a reserved number, or that of a line, can be changed`);
  if (holder && !LINES.includes(holder.type)) return say('number.in_use', `the number belongs to a ${holder.type}; it is handed over when they leave or move`);
  if (holder && to && holder.type === to.type && holder.id === to.id) return say('number.there_already', 'the number is there already');
  // Dialpad's main line must keep at least one number (help.dialpad.com).
  if (holder?.type === 'office' && (seen.ofHolder ?? 0) <= 1)
    return say('number.last_of_main_line', "the number is the main line's only one; give the line another one first");
  if (terms.action === 'release' && seen.lastHolderHeld)
    return say('number.legal_hold', 'whoever had the number last is under a legal hold: it is not released while that stands');

  return null;
};

const say = (code: string, detail: string): Obstacle => ({ code, detail });
