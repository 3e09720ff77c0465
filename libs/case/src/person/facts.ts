import type { JoinerTerms, LeaverTerms, MoverTerms } from '../case/terms.ts';

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
  /** changed; null where nothing is said that Dialpad knows of */
  readonly mover?: MoverTerms | null;
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
  /** Changes of somebody who stays, in HR's order, without what a later one overtakes. */
  readonly moves: readonly Move[];
  readonly office: string | null;
  readonly timeZone: string | null;
}

export interface Move {
  readonly factId: string;
  readonly terms: MoverTerms;
}

const nothing: Wanted = { hire: null, leave: null, moves: [], office: null, timeZone: null };

export const wanted = (facts: readonly Fact[]): Wanted => inOrder(facts).reduce(tell, nothing);

const tell = (so: Wanted, fact: Fact): Wanted => {
  const known = { ...so, office: fact.office ?? so.office, timeZone: fact.timeZone ?? so.timeZone };

  switch (fact.kind) {
    case 'changed':
      return { ...known, moves: withMove(so, fact) };
    case 'hired':
      return { ...known, leave: null, moves: [], hire: fact.joiner && { factId: fact.id, terms: fact.joiner, office: known.office, again: false } };
    case 'rehired':
      return { ...known, leave: null, moves: [], hire: fact.joiner && { factId: fact.id, terms: fact.joiner, office: known.office, again: true } };
    case 'terminated':
      return { ...known, leave: fact.leaver && { factId: fact.id, terms: fact.leaver, office: known.office } };
    case 'rescinded':
      return { ...known, leave: null };
    case 'date-changed':
      return { ...known, leave: known.leave && fact.leaver ? { ...known.leave, terms: moved(known.leave.terms, fact.leaver) } : known.leave };
  }
};

/** HR often sends the whole record: what it said before is no change. What a later change says again is overtaken. */
const withMove = (so: Wanted, { id, mover }: Fact): readonly Move[] => {
  if (!mover) return so.moves;
  const before = { office: so.office, license: so.hire?.terms.license ?? null };
  const terms: MoverTerms = {
    ...mover,
    office: mover.office === before.office && so.moves.every((each) => each.terms.office === null) ? null : mover.office,
    license: mover.license === before.license && so.moves.every((each) => each.terms.license === null) ? null : mover.license,
  };
  if (saysNothing(terms)) return so.moves;

  return [...so.moves.map((move) => ({ ...move, terms: without(move.terms, terms) })).filter((move) => !saysNothing(move.terms)), { factId: id, terms }];
};

const saysNothing = ({ office, license, groups, adminRole, corrections = [] }: MoverTerms): boolean =>
  office === null && license === null && groups === null && adminRole === null && corrections.length === 0;

const without = (earlier: MoverTerms, later: MoverTerms): MoverTerms => {
  const { adminOffices, corrections, ...rest } = earlier;
  const left = (corrections ?? []).filter((each) => !later.corrections?.includes(each));

  return {
    ...rest,
    office: later.office === null ? earlier.office : null,
    license: later.license === null ? earlier.license : null,
    groups: later.groups === null ? earlier.groups : null,
    adminRole: later.adminRole === null ? earlier.adminRole : null,
    ...(later.adminRole === null && adminOffices ? { adminOffices } : {}),
    ...(left.length > 0 ? { corrections: left } : {}),
  };
};

const moved = (terms: LeaverTerms, to: LeaverTerms): LeaverTerms => ({
  ...terms,
  lastWorkingDay: to.lastWorkingDay,
  cutOff: to.cutOff,
  zone: to.zone,
  zoneFrom: to.zoneFrom,
});
