import {
  planLeaver,
  pathsInWords,
  usersAmong,
  type CallReport,
  type Heirs,
  type Impact,
  type LeaverSnapshot,
  type LeaverTerms,
  type PersonalImpact,
  type Plan,
  type Policy,
} from '@handover/case';
import type { Persons } from '@handover/case-service';
import type { Dialpad } from '@handover/connector-dialpad';
import { foreseeCalls } from './calls.ts';
import type { CannotPlan } from './cannot-plan.ts';
import { heirsOf } from './heirs.ts';
import { conflictsOf, impactOf, personalImpactOf } from './impact.ts';
import { findUserOf } from './linking.ts';
import type { OtherCases } from './other-cases.ts';
import { hashOf } from './plan-hash.ts';
import { readBelongings, snapshotOf } from './snapshot.ts';

export interface PlanningDeps {
  readonly dialpad: Dialpad;
  readonly persons: Persons;
  readonly policy: Policy;
  /** The person we know a Dialpad user as. */
  readonly ownerOf?: (userId: string) => Promise<string | null>;
  readonly others: OtherCases;
}

export interface LeaverPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly userId: string;
  readonly how: 'stored' | 'email' | 'by-hand';
  readonly seen: LeaverSnapshot;
  readonly impact: Impact;
  readonly personal: PersonalImpact;
  /** Where calls end now and would end, so that who approves can see it. */
  readonly calls: CallReport;
}

/** The case that is planned; none yet for a preview. */
export interface Planning {
  readonly caseId: string | null;
  readonly userIdByHand?: string | null;
}

/** Reads the leaver in Dialpad, everything of theirs and everything that points at them, and freezes what will be done. */
export const planTheLeaver = async (
  deps: PlanningDeps,
  personRef: string,
  terms: LeaverTerms,
  { caseId, userIdByHand = null }: Planning = { caseId: null },
): Promise<LeaverPlanned | CannotPlan> => {
  const person = await deps.persons.load(personRef);
  const found = await findUserOf(deps.dialpad, person, userIdByHand);
  if (found.kind === 'blocked') return found;
  const { user, how } = found;
  const heirs = await heirsOf(deps, terms, user);
  if ('code' in heirs) return heirs;

  const belongings = await readBelongings(deps.dialpad, user, deps.policy);
  const gone = await alsoLeaving(deps.others, terms, caseId, heirs);
  const { report, before } = await foreseeCalls(deps.dialpad, { userId: user.id, heirs }, gone.among, belongings.lines);
  const seen = snapshotOf({ user, heirs, belongings, graph: before, alsoGone: gone.seen() });
  const conflicts = await conflictsOf(deps.others, { personRef, person: person.state, caseId, leaving: gone.found(), heirs, graph: before, userId: user.id });
  const calls = tolerated(report, deps.policy, terms.urgency);

  return {
    kind: 'planned',
    plan: withHash(planLeaver(terms, seen, deps.policy)),
    userId: user.id,
    how,
    seen,
    calls,
    impact: impactOf({ user, heirs, belongings, graph: before, seen, conflicts, policy: deps.policy }),
    personal: personalImpactOf(user, belongings),
  };
};

const withHash = (plan: Omit<Plan, 'hash'>): Plan => ({ ...plan, hash: hashOf(plan) });

/**
 * A policy may leave lines that only the leaver answered to voicemail, and an immediate leaver never waits for somebody to
 * answer them; everything else is a problem anywhere.
 */
export const tolerated = (report: CallReport, policy: Policy, urgency: LeaverTerms['urgency']): CallReport =>
  policy.unansweredLines === 'refuse' && urgency === 'normal' ? report : { ...report, problems: report.problems.filter(({ what }) => what !== 'only-leaver') };

/** Asked with the colleagues of the leaver once they are known, and with the heirs; remembers whom it found. */
export const alsoLeaving = async (others: OtherCases, terms: Pick<LeaverTerms, 'cutOff'>, caseId: string | null, heirs: Heirs) => {
  const found = [...(await others.leavingBy(terms.cutOff, usersAmong(heirs), caseId))];

  return {
    among: async (colleagues: readonly string[]): Promise<readonly string[]> => {
      const more = await others.leavingBy(terms.cutOff, colleagues, caseId);
      found.push(...more.filter((each) => !found.some((known) => known.caseId === each.caseId)));
      return more.map((each) => each.userId);
    },
    found: () => found,
    seen: (): readonly string[] => found.map((each) => each.userId),
  };
};

/** The paths as ids for machines, and in words for whoever decides. */
export const callsAsEvidence = (calls: CallReport): CallReport & { readonly words: ReturnType<typeof pathsInWords> } => ({
  ...calls,
  words: pathsInWords(calls),
});
