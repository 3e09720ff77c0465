import type { JsonObject } from '../kernel.ts';
import type { LegalHold } from '../hold/hold.ts';
import type { Verdict } from './events.ts';
import type { Gate, Phase, Plan, PlannedStep } from './plan.ts';
import { step } from './planned-step.ts';
import type { CaseKind, Terms } from './terms.ts';

export type StepStatus = 'pending' | 'running' | 'verified' | 'blocked' | 'contradicted' | 'waived' | 'by-hand' | 'compensated';
export type StageStatus = 'waiting' | 'open' | 'approved' | 'refused' | 'expired' | 'void';

export interface StepState {
  readonly status: StepStatus;
  /** Counted from 1; a person's retry begins a new one. */
  readonly round: number;
  /** A person says it is done: the next round reads back and writes nothing. */
  readonly byHand: boolean;
  /** Whether a call that changes Dialpad may have happened. */
  readonly begun: boolean;
  /** The round of that first call: what was so already when it began was not our doing. */
  readonly begunIn: number | null;
  readonly changed: boolean;
  readonly code: string | null;
  readonly detail: string | null;
  /** What `StepStarted` saw before the first write: what an undo goes back to. */
  readonly before: unknown;
}

export interface Decision {
  readonly actor: string;
  readonly decision: Verdict;
  readonly reasonCode: string | null;
}

export interface StageState {
  readonly stage: string;
  readonly gate: Gate;
  readonly status: StageStatus;
  readonly needed: number;
  readonly by: readonly string[];
  readonly planHash: string;
  readonly deadline: string | null;
  readonly escalated: boolean;
  readonly decisions: readonly Decision[];
}

export interface OpenCase {
  readonly status: 'open' | 'closed';
  readonly kind: CaseKind;
  /** Null for a case that is about a number and not about a person. */
  readonly personRef: string | null;
  readonly source: string;
  readonly requester: string;
  /** Whom the requester said they act for. */
  readonly requestedFor: string | null;
  readonly office: string | null;
  readonly terms: Terms;
  readonly phase: Phase;
  readonly userId: string | null;
  readonly plan: Plan | null;
  /** Steps before the plan, of the plan, and those a rescind or a withdrawal added; in order. */
  readonly steps: readonly PlannedStep[];
  readonly stepStates: Readonly<Record<string, StepState>>;
  readonly stages: readonly StageState[];
  readonly cutOffReached: boolean;
  readonly holdUntil: string | null;
  readonly holdEnded: boolean;
  readonly rescinding: boolean;
  /** HR took it back, not a person: what HR says later may bring it again. */
  readonly rescindedByFact: boolean;
  readonly withdrawing: 'expired' | 'cancelled' | null;
  readonly seatAwaited: { readonly officeId: string; readonly seat: string } | null;
  readonly acceptance: { readonly deadline: string; readonly accepted: boolean; readonly reminders: number } | null;
  /** While it stands nothing is done that cannot be undone, and nobody is erased. */
  readonly legalHold: (LegalHold & { readonly scope: 'case' | 'person' }) | null;
  /** The case's own hold, and that of its person. */
  readonly holds: { readonly case: LegalHold | null; readonly person: LegalHold | null };
  readonly certificate: JsonObject | null;
  readonly result: string | null;
}

export type CaseState = { readonly status: 'none' } | OpenCase;

export const noCase: CaseState = { status: 'none' };

export const pendingStep: StepState = {
  status: 'pending',
  round: 1,
  byHand: false,
  begun: false,
  begunIn: null,
  changed: false,
  code: null,
  detail: null,
  before: null,
};

const LINK: PlannedStep = step('link', 'linkUser', 'planned');
const PREFLIGHT: PlannedStep = step('preflight', 'checkJoiner', 'planned');

/** Steps that must succeed before there can be a plan. */
export const stepsBeforePlan = (kind: CaseKind): readonly PlannedStep[] => BEFORE_PLAN[kind];

/** A number case is planned as it is opened: what is read before is in its plan. */
const BEFORE_PLAN: Readonly<Record<CaseKind, readonly PlannedStep[]>> = { leaver: [LINK], joiner: [PREFLIGHT], mover: [LINK], number: [] };

/** The person a case is about. @throws where there is none: only steps of persons' cases may ask. */
export const personOf = (state: Pick<OpenCase, 'personRef'>): string => {
  if (state.personRef === null) throw new Error('a case about a number has no person');
  return state.personRef;
};

export const stepOf = (state: OpenCase, id: string): StepState => state.stepStates[id] ?? pendingStep;
export const isSettled = (status: StepStatus): boolean => status === 'verified' || status === 'waived' || status === 'by-hand' || status === 'compensated';
/** Only a person can say how such a step goes on. */
export const isStuck = (status: StepStatus): boolean => status === 'blocked' || status === 'contradicted';
export const stageOf = (state: OpenCase, stage: string): StageState | undefined => state.stages.find((each) => each.stage === stage);
