import {
  attentionOf,
  keepsNumbers,
  pendingStep,
  stepOf,
  taskBehind,
  taskOf,
  whatItWaitsFor,
  type OpenCase,
  type PlannedStep,
  type StepState,
  type WaitsFor,
} from '@handover/case';
import type { CaseDetail, CaseItem } from '@handover/contracts';
import { holdShown } from './legal-holds.ts';
import { impactIn } from './leaver-impact.ts';
import type { StoredEvent } from '@handover/event-store';
import type { CaseRow } from './case-row.ts';

export interface Shown {
  readonly caseId: string;
  readonly state: OpenCase;
  readonly events: readonly StoredEvent[];
  /** What the caller may see of the person beside the reference; null: nothing. */
  readonly profile: {
    readonly givenName: string | null;
    readonly familyName: string | null;
    readonly email: string | null;
    readonly employeeId: string | null;
  } | null;
  readonly erased: boolean;
  /** `http://127.0.0.1:8233/namespaces/default`: where the Temporal UI shows workflows. */
  readonly temporalUi: string;
  /** ISO instant. */
  readonly now: string;
  /** Why the case is held, for those who may read it. */
  readonly holdReason: string | null;
}

/** One case as its page shows it: what it is, what it waits for, what can still be undone. */
export const caseDetail = ({ caseId, state, events, profile, erased, temporalUi, now, holdReason }: Shown): CaseDetail => {
  const workflowId = `${state.kind}/${caseId}`;
  const runId = [...events].reverse().find((event) => event.meta.workflowId === workflowId && event.meta.runId)?.meta.runId ?? null;
  const attention = attentionOf(state);

  return {
    id: caseId,
    kind: state.kind,
    phase: state.phase,
    person: state.personRef === null ? null : { ref: state.personRef, ...(profile ? namesOf(profile) : {}), erased },
    number: state.terms.kind === 'number' ? state.terms.number : null,
    office: state.office,
    requester: state.requester,
    source: state.source,
    version: events.length,
    openedAt: events[0]?.recordedAt ?? '',
    terms: { ...state.terms },
    waitsFor: whatItWaitsFor(state).map((each) => ({ ...each, since: sinceOf(each, events) })),
    legalHold:
      state.legalHold && holdShown(state.legalHold, { scope: state.legalHold.scope, since: heldSince(state.legalHold.scope, events), reason: holdReason, now }),
    attention: attention && { ...attention, since: newest(events, (event) => STUCK.includes(event.type) && event.data['step'] === attention.step) ?? null },
    plan: planOf(state),
    impact: impactIn(events, profile !== null),
    approvals: state.stages.map((stage) => ({
      stage: stage.stage,
      state: stage.status,
      needed: stage.needed,
      by: [...stage.by],
      deadline: stage.deadline,
      escalated: stage.escalated,
      decisions: stage.decisions.map((decision) => ({ ...decision, at: decidedAt(events, stage.stage, decision.actor) })),
    })),
    undoUntil: undoUntil(state),
    outcome: state.result,
    certificate: state.certificate && { ...state.certificate },
    temporal: { workflowId, runId, url: `${temporalUi}/workflows/${encodeURIComponent(workflowId)}${runId === null ? '' : `/${runId}`}` },
    links: linksOf(caseId),
  };
};

const namesOf = ({ givenName, familyName, email, employeeId }: NonNullable<Shown['profile']>) => ({ givenName, familyName, email, employeeId });

export const caseItem = (row: CaseRow): CaseItem => ({
  id: row.id,
  kind: row.kind,
  phase: row.phase,
  person: row.personRef === null ? null : { ref: row.personRef },
  number: row.number,
  office: row.office,
  waitingOn: row.waitingOn,
  due: row.due,
  attention: row.attention,
  openedAt: row.openedAt,
  links: linksOf(row.id),
});

/** The steps with what became of them; a case without a plan yet still shows the reading before it. */
export const planOf = (state: OpenCase): NonNullable<CaseDetail['plan']> => ({
  hash: state.plan?.hash ?? '',
  steps: state.steps.map((step) => stepShown(step, stepOf(state, step.id))),
});

type StepShown = NonNullable<CaseDetail['plan']>['steps'][number];

/** Also of a plan that nobody has begun: numbers are company property, so whoever sees the case sees which of them are touched. */
export const stepShown = (step: PlannedStep, at: StepState = pendingStep): StepShown => {
  const { id, kind, phase, reversible, target } = step;
  return {
    id,
    kind,
    state: at.status,
    phase,
    reversible,
    target: { ...target },
    attempt: at.round,
    reason: at.detail ?? at.code,
    task: taskShown(step, at.code),
  };
};

/** The console's steps, for steps that are work for a person. */
const taskShown = (step: PlannedStep, code: string | null): StepShown['task'] => {
  const behind = taskBehind(code);
  const task = taskOf(step) ?? (behind === null ? null : taskOf({ kind: 'taskByHand', target: { task: behind } }));
  if (!task) return null;
  const { name, title, steps, truth, readBack, within, source } = task;
  return { name, title, steps: [...steps], truth, closesItself: readBack !== null, withinHours: within, source };
};

const heldSince = (scope: 'case' | 'person', events: readonly StoredEvent[]): string =>
  newest(events, (event) => event.type === 'LegalHoldPlaced' && (event.data['scope'] === 'person') === (scope === 'person')) ?? '';

const STUCK = ['StepBlocked', 'StepContradicted'];

const linksOf = (caseId: string): Record<string, string> => ({ self: `/v1/cases/${caseId}`, timeline: `/v1/cases/${caseId}/timeline` });

const newest = (events: readonly StoredEvent[], is: (event: StoredEvent) => boolean): string | undefined => [...events].reverse().find(is)?.recordedAt;

/** Since when: the event that made the case wait, else the last thing that happened to it. */
const sinceOf = (wait: WaitsFor, events: readonly StoredEvent[]): string => {
  const last = events[events.length - 1]?.recordedAt ?? '';
  if (wait.on === 'operator') return newest(events, (event) => STUCK.includes(event.type)) ?? last;
  const opened = newest(events, (event) => event.type === 'StageOpened' && wait.what.endsWith(`stage ${String(event.data['stage'])}`));

  return opened ?? newest(events, (event) => ['HoldBegan', 'AcceptanceAwaited', 'SeatAwaited', 'PlanMade'].includes(event.type)) ?? last;
};

const decidedAt = (events: readonly StoredEvent[], stage: string, actor: string): string =>
  newest(events, (event) => event.type === 'DecisionMade' && event.data['stage'] === stage && event.data['actor'] === actor) ?? '';

/** The lines of no return that lie ahead, and when they may be crossed at the earliest; null: not known yet. */
const undoUntil = (state: OpenCase): CaseDetail['undoUntil'] =>
  state.status === 'closed' || state.rescinding || keepsNumbers(state)
    ? []
    : state.steps
        .filter((step) => !step.reversible && !stepOf(state, step.id).begun)
        .map((step) => ({
          line: step.kind === 'deleteUser' ? 'delete' : step.kind === 'anonymize' ? 'erase' : step.id,
          at: step.kind === 'deleteUser' ? state.holdUntil : null,
        }));
