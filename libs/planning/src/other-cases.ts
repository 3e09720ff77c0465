import { viewOf, type Conflict } from '@handover/case';
import type { Cases, Company } from '@handover/case-service';

/** A colleague whose own leaver case runs. */
export interface LeavingColleague {
  readonly caseId: string;
  readonly userId: string;
  /** ISO instant at which their access ends. */
  readonly cutOff: string;
}

/** What else runs in the company and may get in the way of a leaver. */
export interface OtherCases {
  /** Those of the users who leave at or before the instant, by a case other than this one. */
  readonly leavingBy: (instant: string, users: readonly string[], but: string | null) => Promise<readonly LeavingColleague[]>;
  /** Open cases that name the person: as a successor, or for one of their numbers. */
  readonly naming: (personRef: string) => Promise<readonly Conflict[]>;
}

export interface OtherCasesDeps {
  readonly cases: Pick<Cases, 'load'>;
  readonly company: Pick<Company, 'state'>;
  /** Ids of cases whose terms name the person, or did a moment ago. */
  readonly mentioning: (personRef: string) => Promise<readonly string[]>;
}

export const otherCases = ({ cases, company, mentioning }: OtherCasesDeps): OtherCases => ({
  leavingBy: async (instant, users, but) => {
    const { leaving } = await company.state();
    const known = leaving.filter((each) => each.caseId !== but && users.includes(each.userId));
    const loaded = await Promise.all(known.map(async (each) => ({ ...each, state: (await cases.load(each.caseId))?.state })));

    return loaded.flatMap(({ caseId, userId, state }) => {
      if (state?.status !== 'open' || state.terms.kind !== 'leaver' || state.rescinding) return [];
      const { cutOff } = state.terms;
      return Date.parse(cutOff) <= Date.parse(instant) || state.terms.urgency === 'immediate' ? [{ caseId, userId, cutOff }] : [];
    });
  },

  naming: async (personRef) => {
    const found = await Promise.all((await mentioning(personRef)).map((caseId) => cases.load(caseId)));
    return found.flatMap((each): readonly Conflict[] => {
      if (each?.state.status !== 'open' || each.state.personRef === personRef) return [];
      const { caseId, state, version } = each;
      if (!viewOf(state, version).mentions?.includes(personRef)) return [];
      return state.terms.kind === 'joiner' ? [{ kind: 'number-awaited', caseId }] : [{ kind: 'named-as-successor', caseId }];
    });
  },
});
