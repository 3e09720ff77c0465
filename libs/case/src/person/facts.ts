import type { JoinerTerms, LeaverTerms } from '../case/terms.ts';

/** What HR said, as far as it may stay readable. `at` is when HR says it was recorded; the terms hold when it takes effect. */
export interface Fact {
  readonly id: string;
  readonly kind: 'hired' | 'changed' | 'terminated' | 'date-changed' | 'rescinded' | 'rehired';
  readonly at: string;
  readonly sequence: number | null;
  readonly office: string | null;
  readonly timeZone: string | null;
  /** hired, rehired */
  readonly joiner: JoinerTerms | null;
  /** terminated, date-changed (of which only the date counts) */
  readonly leaver: LeaverTerms | null;
}

/**
 * The order in which HR meant them. `sequence` decides where every fact has one; otherwise the time in the body does.
 * A total order over the set, whatever order they arrived in, so every arrival order ends in the same place.
 */
export const inOrder = (facts: readonly Fact[]): readonly Fact[] => {
  const numbered = facts.every((fact) => fact.sequence !== null);
  const byTime = (a: Fact, b: Fact): number => Date.parse(a.at) - Date.parse(b.at) || (a.sequence ?? 0) - (b.sequence ?? 0);
  const compare = (a: Fact, b: Fact): number => (numbered ? (a.sequence ?? 0) - (b.sequence ?? 0) : 0) || byTime(a, b) || (a.id < b.id ? -1 : 1);

  return [...facts].sort(compare);
};

/** What HR wants now, all facts told. */
export interface Wanted {
  readonly hire: { readonly factId: string; readonly terms: JoinerTerms; readonly office: string | null; readonly again: boolean } | null;
  readonly leave: { readonly factId: string; readonly terms: LeaverTerms; readonly office: string | null } | null;
  readonly office: string | null;
  readonly timeZone: string | null;
}

const nothing: Wanted = { hire: null, leave: null, office: null, timeZone: null };

export const wanted = (facts: readonly Fact[]): Wanted => inOrder(facts).reduce(tell, nothing);

const tell = (so: Wanted, fact: Fact): Wanted => {
  const known = { ...so, office: fact.office ?? so.office, timeZone: fact.timeZone ?? so.timeZone };

  switch (fact.kind) {
    case 'changed':
      return known;
    case 'hired':
      return { ...known, leave: null, hire: fact.joiner && { factId: fact.id, terms: fact.joiner, office: known.office, again: false } };
    case 'rehired':
      return { ...known, leave: null, hire: fact.joiner && { factId: fact.id, terms: fact.joiner, office: known.office, again: true } };
    case 'terminated':
      return { ...known, leave: fact.leaver && { factId: fact.id, terms: fact.leaver, office: known.office } };
    case 'rescinded':
      return { ...known, leave: null };
    case 'date-changed':
      return { ...known, leave: known.leave && fact.leaver ? { ...known.leave, terms: moved(known.leave.terms, fact.leaver) } : known.leave };
  }
};

const moved = (terms: LeaverTerms, to: LeaverTerms): LeaverTerms => ({
  ...terms,
  lastWorkingDay: to.lastWorkingDay,
  cutOff: to.cutOff,
  zone: to.zone,
  zoneFrom: to.zoneFrom,
});
