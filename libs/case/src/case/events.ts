import type { Json, JsonObject } from '../kernel.ts';
import type { HoldEvent } from '../hold/hold.ts';
import type { Gate, Phase, Plan, PlannedStep, StepKind } from './plan.ts';
import type { CaseKind, Terms } from './terms.ts';

type Event<T extends string, D> = { readonly type: T; readonly data: D; readonly personal?: JsonObject };

/** What happens to a case. `data` is readable for ever; what is personal rides in `personal` and is sealed. */
export type CaseEvent =
  | Event<
      'CaseOpened',
      {
        kind: CaseKind;
        personRef: string | null;
        source: string;
        requester: string;
        requestedFor?: string;
        office: string | null;
        terms: Terms;
        factId: string | null;
      }
    >
  /** `adds`: work for a person, because the hand-over had begun for what HR said before. */
  | Event<'TermsChanged', { terms: Terms; factId: string | null; what: string; office?: string | null; adds?: readonly PlannedStep[] }>
  /** What was planned is not what is wanted any more: the plan is void, and with it every vote on it. */
  | Event<'ReplanAsked', { why: string }>
  | Event<'StepStarted', { step: string; kind: StepKind; round: number; before?: Json; byHand?: boolean }>
  | Event<'StepVerified', { step: string; round: number; changed: boolean; evidence: JsonObject; userId?: string; finding?: string }>
  | Event<'StepBlocked', { step: string; round: number; code: string; detail: string }>
  | Event<'StepContradicted', { step: string; round: number; evidence: JsonObject; detail: string }>
  | Event<'StepWithheld', { step: string; round: number; code: string }>
  /** `seen-done`: nobody asked; Dialpad shows that a task is done. */
  | Event<'StepRetried', { step: string; round: number; because?: 'seen-done' }>
  | Event<'StepWaived', { step: string; round: number; reasonCode: string | null }>
  | Event<'StepClaimedByHand', { step: string; round: number }>
  | Event<'StepDoneByHand', { step: string; round: number; evidence: JsonObject; userId?: string }>
  | Event<'PlanMade', { plan: Plan; userId: string | null }>
  | Event<'StageOpened', { stage: string; gate: Gate; planHash: string; needed: number; by: readonly string[]; deadline: string }>
  | Event<'DecisionMade', { stage: string; decision: Verdict; planHash: string; actor: string; reasonCode: string | null; underHold?: boolean }>
  | Event<'DecisionRefused', { stage: string; decision: string; planHash: string | null; actor: string; code: string }>
  | Event<'StageApproved', { stage: string }>
  | Event<'StageRefused', { stage: string }>
  | Event<'StageEscalated', { stage: string; at: string }>
  | Event<'StageExpired', { stage: string }>
  | Event<'CutOffReached', { cutOff: string }>
  | Event<'HoldBegan', { until: string }>
  | Event<'HoldEnded', Record<string, never>>
  | Event<'RescindAccepted', { actor: string; steps: readonly PlannedStep[]; wroteToDialpad: boolean; factId: string | null }>
  | Event<'RescindRefused', { actor: string; code: string }>
  | Event<'SeatAwaited', { officeId: string; seat: string }>
  | Event<'SeatOffered', { officeId: string; seat: string }>
  | Event<'AcceptanceAwaited', { deadline: string; userId: string }>
  | Event<'ReminderDue', { number: number }>
  | Event<'InviteAccepted', { acceptedAt: string | null; seenIn: string }>
  | Event<'WithdrawalBegan', { why: 'expired' | 'cancelled'; steps: readonly PlannedStep[]; approvedBy: string }>
  | HoldEvent
  | Event<'CertificateIssued', { claims: JsonObject }>
  /** Only of a case about no person: what people wrote in it is not readable any more. */
  | Event<'RetentionApplied', { policyHash: string; keepFor: number; lastAt: string; approvedBy: readonly string[] }>
  | Event<'CaseClosed', { phase: Phase; result: string }>;

export type Verdict = 'approve' | 'refuse';
export type CaseEventType = CaseEvent['type'];
