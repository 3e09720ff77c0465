import { personOf, stepOf, viewOf, type JsonObject, type Plan } from '@handover/case';
import type { LoadedCase } from '@handover/case-service';
import { activityBy } from '@handover/activities-cases';
import { withPriority } from '@handover/connector-kit';
import { callsAsEvidence, planTheJoiner, planTheLeaver, planTheMover, type CannotPlan } from '@handover/planning';
import type { CaseRef, StepResult } from '@handover/workflow-contracts';
import { priorityOf } from './priority.ts';
import { asFailure } from './run-step.ts';
import type { DialpadActivityDeps } from './step.ts';

interface Planned {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly userId?: string;
}

/** The reading before the plan, and the plan: two facts in one activity, each at most once. */
const planning =
  <P extends Planned>(
    deps: DialpadActivityDeps,
    stepId: 'link' | 'preflight',
    make: (loaded: LoadedCase) => Promise<P | CannotPlan>,
    evidenceOf: (planned: P) => JsonObject,
    personalOf: (planned: P) => JsonObject | null = () => null,
  ) =>
  async ({ caseId }: CaseRef): Promise<StepResult> => {
    try {
      const loaded = await deps.cases.load(caseId);
      if (!loaded) throw new Error('there is no such case');
      const before = stepOf(loaded.state, stepId);
      if (loaded.state.plan !== null || (before.status !== 'pending' && before.status !== 'running')) return { view: viewOf(loaded.state, loaded.version) };
      const by = (what: string) => ({ ...activityBy(), commandId: `${stepId}/${before.round}/${what}` });
      const started = await deps.cases.execute(caseId, { type: 'startStep', now: deps.now(), start: { step: stepId, round: before.round } }, by('start'));
      if (started.refusal) return { view: started.view, withheld: started.refusal.code };

      // A plan before this one may have claimed seats of another office or licence.
      await deps.company.execute({ type: 'returnSeat', caseId }, by('claims'));
      const planned = await withPriority(priorityOf(loaded.state), () => make(loaded));
      if (planned.kind === 'blocked') {
        const outcome = { kind: 'blocked', code: planned.code, detail: planned.detail, ...(planned.personal ? { personal: planned.personal } : {}) } as const;
        return { view: (await deps.cases.execute(caseId, { type: 'recordOutcome', step: stepId, round: before.round, outcome }, by('outcome'))).view };
      }

      const userId = planned.userId ?? null;
      if (userId !== null) await deps.persons.linkUser(personOf(loaded.state), userId, caseId, by('link'), await deps.userIndex?.(userId));
      const executed = await deps.cases.execute(
        caseId,
        [
          {
            type: 'recordOutcome',
            step: stepId,
            round: before.round,
            outcome: {
              kind: 'verified',
              changed: false,
              evidence: evidenceOf(planned),
              ...(userId === null ? {} : { userId }),
              ...personalPart(personalOf(planned)),
            },
          },
          { type: 'recordPlan', plan: planned.plan, userId, now: deps.now(), basis: { terms: loaded.state.terms, office: loaded.state.office } },
        ],
        by('planned'),
      );

      return { view: executed.view };
    } catch (error) {
      throw asFailure(error);
    }
  };

const personalPart = (personal: JsonObject | null): { personal?: JsonObject } => (personal === null ? {} : { personal });

export const planLeaverActivity = (deps: DialpadActivityDeps) =>
  planning(
    deps,
    'link',
    async ({ caseId, state }) => {
      if (state.terms.kind !== 'leaver') throw new Error('not a leaver');
      const planned = await planTheLeaver(deps, personOf(state), state.terms, { caseId, userIdByHand: await userIdByHand(deps, caseId) });
      // From now on colleagues who plan to leave see that this one leaves, too.
      const by = { ...activityBy(), commandId: `${caseId}/announce` };
      if (planned.kind === 'planned') await deps.company.execute({ type: 'announceLeaver', caseId, userId: planned.userId }, by);
      return planned;
    },
    ({ userId, how, seen, impact, calls }) => ({
      userId,
      how,
      numbers: seen.numbers,
      groups: seen.groups.length,
      routing: seen.routing.length,
      impact: asJson(impact),
      calls: asJson(callsAsEvidence(calls)),
    }),
    ({ personal }) => ({ impact: asJson(personal) }),
  );

/** Cases of one person that change things are carried out one after the other, in the order in which HR opened them. */
export const planMoverActivity = (deps: DialpadActivityDeps) => {
  const plan = planning(
    deps,
    'link',
    async ({ caseId, state }) => {
      if (state.terms.kind !== 'mover') throw new Error('not a mover');
      return planTheMover(deps, personOf(state), state.terms, await userIdByHand(deps, caseId));
    },
    ({ userId, how, seen }) => ({ userId, how, ...seen }),
  );

  return async ({ caseId }: CaseRef): Promise<StepResult> => {
    const loaded = await deps.cases.load(caseId);
    if (!loaded) throw new Error('there is no such case');
    const { cases } = (await deps.persons.load(personOf(loaded.state))).state;
    const mine = cases.findIndex((each) => each.caseId === caseId);
    const busy = cases.some((each, index) => each.open && index < mine);

    return busy ? { view: viewOf(loaded.state, loaded.version), again: true } : plan({ caseId });
  };
};

export const planJoinerActivity = (deps: DialpadActivityDeps) =>
  planning(
    deps,
    'preflight',
    async ({ caseId, state }) => {
      if (state.terms.kind !== 'joiner') throw new Error('not a joiner');
      return planTheJoiner(deps, personOf(state), state.terms, state.office, await userIdByHand(deps, caseId, 'preflight'));
    },
    ({ existing }) => ({ checked: ['domain', 'namesake', 'office', 'groups', 'licence'], existing: existing && { ...existing } }),
  );

const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** A person linked by hand: the evidence they gave names the Dialpad user's id. */
const userIdByHand = async (deps: DialpadActivityDeps, caseId: string, step: 'link' | 'preflight' = 'link'): Promise<string | null> => {
  const claims = (await deps.cases.events(caseId)).filter((event) => event.type === 'StepClaimedByHand' && event.data.step === step);
  const evidence = claims[claims.length - 1]?.personal?.['evidence'];

  return typeof evidence === 'string' ? (/\b\d{6,20}\b/.exec(evidence)?.[0] ?? null) : null;
};
