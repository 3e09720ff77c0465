import { unreachable } from '../kernel.ts';
import { evolveHold, isHoldEvent, type HoldEvent } from '../hold/hold.ts';
import type { CaseEvent } from './events.ts';
import type { Plan, PlannedStep } from './plan.ts';
import {
  noCase,
  pendingStep,
  stageOf,
  stepOf,
  stepsBeforePlan,
  type CaseState,
  type OpenCase,
  type StageState,
  type StageStatus,
  type StepState,
} from './state.ts';

/** Never throws, never judges: what is in the stream has happened. */
export const evolve = (state: CaseState, event: CaseEvent): CaseState => {
  if (event.type === 'CaseOpened') return open(event.data);
  if (state.status === 'none') return state;
  if (isHoldEvent(event)) return held(state, event);
  switch (event.type) {
    case 'TermsChanged':
      return {
        ...withSteps(state, event.data.adds ?? []),
        terms: event.data.terms,
        ...(event.data.office === undefined ? {} : { office: event.data.office }),
      };
    case 'ReplanAsked':
      return unplanned(state);
    case 'StepStarted':
      return started(state, event.data);
    case 'StepVerified':
      return settled(
        state,
        event.data.step,
        { status: 'verified', changed: event.data.changed, code: null, detail: event.data.finding ?? null },
        event.data.userId,
      );
    case 'StepBlocked':
      return step(state, event.data.step, { status: 'blocked', code: event.data.code, detail: event.data.detail });
    case 'StepContradicted':
      return step(state, event.data.step, { status: 'contradicted', code: 'step.contradicted', detail: event.data.detail });
    case 'StepWithheld':
      return step(state, event.data.step, { code: event.data.code });
    case 'StepRetried':
      return step(state, event.data.step, { status: 'pending', round: event.data.round, byHand: false, code: null, detail: null });
    case 'StepWaived':
      return settled(state, event.data.step, { status: 'waived' });
    case 'StepClaimedByHand':
      return step(state, event.data.step, { status: 'pending', round: event.data.round, byHand: true, code: null, detail: null });
    case 'StepDoneByHand':
      return settled(state, event.data.step, { status: 'by-hand', code: null, detail: null }, event.data.userId);
    case 'PlanMade':
      return planned(state, event.data.plan, event.data.userId);
    case 'StageOpened':
      return {
        ...state,
        phase:
          event.data.gate === 'leaver-delete'
            ? 'awaiting-delete-approval'
            : event.data.gate === 'review'
              ? state.phase
              : state.phase === 'planned' || state.phase === 'scheduled'
                ? 'awaiting-approval'
                : state.phase,
        stages: withStage(state, event.data.stage, { status: 'open', deadline: event.data.deadline }),
      };
    case 'DecisionMade':
      return {
        ...state,
        stages: withStage(state, event.data.stage, {
          decisions: [
            ...(stageOf(state, event.data.stage)?.decisions ?? []),
            { actor: event.data.actor, decision: event.data.decision, reasonCode: event.data.reasonCode },
          ],
        }),
      };
    case 'DecisionRefused':
      return state;
    case 'StageApproved':
      return closedStage(state, event.data.stage, 'approved');
    case 'StageRefused':
      return closedStage(state, event.data.stage, 'refused');
    case 'StageEscalated':
      return { ...state, stages: withStage(state, event.data.stage, { escalated: true }) };
    case 'StageExpired':
      return closedStage(state, event.data.stage, 'expired');
    case 'CutOffReached':
      return { ...state, cutOffReached: true };
    case 'HoldBegan':
      return { ...state, phase: 'holding', holdUntil: event.data.until };
    case 'HoldEnded':
      return { ...state, holdEnded: true };
    case 'RescindAccepted':
      return {
        ...withSteps(state, event.data.steps),
        rescinding: true,
        rescindedByFact: event.data.factId !== null,
        phase: state.kind === 'leaver' ? 'rescinding' : state.phase,
        stages: voided(state),
      };
    case 'RescindRefused':
      return state;
    case 'SeatAwaited':
      return { ...state, phase: 'awaiting-seat', seatAwaited: event.data };
    case 'SeatOffered':
      return { ...state, seatAwaited: null };
    case 'AcceptanceAwaited':
      return {
        ...state,
        phase: 'awaiting-acceptance',
        userId: event.data.userId,
        acceptance: { deadline: event.data.deadline, accepted: state.acceptance?.accepted ?? false, reminders: 0 },
      };
    case 'ReminderDue':
      return state.acceptance ? { ...state, acceptance: { ...state.acceptance, reminders: event.data.number } } : state;
    case 'InviteAccepted':
      return { ...state, acceptance: { deadline: state.acceptance?.deadline ?? '', reminders: state.acceptance?.reminders ?? 0, accepted: true } };
    case 'WithdrawalBegan':
      return { ...withSteps(state, event.data.steps), withdrawing: event.data.why, stages: voided(state) };
    case 'CertificateIssued':
      return { ...state, certificate: event.data.claims };
    case 'RetentionApplied':
      return state;
    case 'CaseClosed':
      return { ...state, status: 'closed', phase: event.data.phase, result: event.data.result, stages: voided(state) };
    default:
      return unreachable(event);
  }
};

export const fold = (events: readonly CaseEvent[], from: CaseState = noCase): CaseState => events.reduce(evolve, from);

const open = (data: Extract<CaseEvent, { type: 'CaseOpened' }>['data']): OpenCase => ({
  status: 'open',
  kind: data.kind,
  personRef: data.personRef,
  source: data.source,
  requester: data.requester,
  requestedFor: data.requestedFor ?? null,
  office: data.office,
  terms: data.terms,
  phase: 'planned',
  userId: null,
  plan: null,
  steps: stepsBeforePlan(data.kind),
  stepStates: {},
  stages: [],
  cutOffReached: false,
  holdUntil: null,
  holdEnded: false,
  rescinding: false,
  rescindedByFact: false,
  withdrawing: null,
  seatAwaited: null,
  acceptance: null,
  legalHold: null,
  holds: { case: null, person: null },
  certificate: null,
  result: null,
});

const step = (state: OpenCase, id: string, change: Partial<StepState>): OpenCase => ({
  ...state,
  stepStates: { ...state.stepStates, [id]: { ...stepOf(state, id), ...change } },
});

const settled = (state: OpenCase, id: string, change: Partial<StepState>, userId?: string): OpenCase => {
  const after = step(state, id, change);
  const done = state.steps.find((each) => each.id === id);
  const undone = done?.undoes === undefined || change.status === 'waived' ? after : step(after, done.undoes, { status: 'compensated' });
  const withUser = userId === undefined ? undone : { ...undone, userId };

  if (done?.kind === 'claimSeat') return { ...withUser, seatAwaited: null, phase: state.phase === 'awaiting-seat' ? 'scheduled' : state.phase };

  // Deleted is not gone: until the read-back says so the case waits, and says that it waits.
  return done?.kind === 'deleteUser' ? { ...withUser, phase: 'awaiting-purge' } : withUser;
};

const started = (state: OpenCase, data: Extract<CaseEvent, { type: 'StepStarted' }>['data']): OpenCase => {
  const at = stepOf(state, data.step);
  const before = at.before ?? data.before ?? null;
  const after = step(state, data.step, {
    status: 'running',
    round: data.round,
    begun: true,
    begunIn: at.begunIn ?? data.round,
    before,
    code: null,
    detail: null,
  });
  const begun = state.steps.find((each) => each.id === data.step);
  const phase = begun?.phase ?? state.phase;
  // A task of the hold may still be worked on when the delete is asked for; it does not turn the case back.
  const stays = phase === 'planned' || phase === 'holding';

  return { ...after, phase: stays ? state.phase : begun?.early && state.phase !== 'handing-over' ? 'cutting-access' : phase };
};

const planned = (state: OpenCase, plan: Plan, userId: string | null): OpenCase => ({
  ...state,
  plan,
  userId: userId ?? state.userId,
  steps: [...stepsBeforePlan(state.kind), ...plan.steps],
  // A new plan voids what was voted on the old one.
  stages: plan.stages.map((each) => ({ ...each, status: 'waiting', planHash: plan.hash, deadline: null, escalated: false, decisions: [] })),
  phase: 'scheduled',
});

const held = (state: OpenCase, event: HoldEvent): OpenCase => {
  const scope = 'scope' in event.data && event.data.scope === 'person' ? 'person' : 'case';
  const holds = { ...state.holds, [scope]: evolveHold(state.holds[scope], event) };
  const standing = holds.case ? { ...holds.case, scope: 'case' as const } : holds.person && { ...holds.person, scope: 'person' as const };

  return { ...state, holds, legalHold: standing };
};

/** Rounds go on counting: a step that was started under the void plan must not be taken for the same one again. */
const unplanned = (state: OpenCase): OpenCase => ({
  ...state,
  plan: null,
  phase: 'planned',
  steps: stepsBeforePlan(state.kind),
  stages: [],
  seatAwaited: null,
  stepStates: Object.fromEntries(Object.entries(state.stepStates).map(([id, at]) => [id, { ...pendingStep, round: at.round + 1 }])),
});

const withStage = (state: OpenCase, stage: string, change: Partial<StageState>): readonly StageState[] =>
  state.stages.map((each) => (each.stage === stage ? { ...each, ...change } : each));

const closedStage = (state: OpenCase, stage: string, status: StageStatus): OpenCase => {
  const after = { ...state, stages: withStage(state, stage, { status }) };
  const stillOpen = after.stages.some((each) => each.status === 'open' && each.gate !== 'review');

  return state.phase === 'awaiting-approval' && !stillOpen ? { ...after, phase: 'scheduled' } : after;
};

const voided = (state: OpenCase): readonly StageState[] =>
  state.stages.map((each) => (each.status === 'open' || each.status === 'waiting' ? { ...each, status: 'void' } : each));

const withSteps = (state: OpenCase, steps: readonly PlannedStep[]): OpenCase => (steps.length === 0 ? state : { ...state, steps: [...state.steps, ...steps] });
