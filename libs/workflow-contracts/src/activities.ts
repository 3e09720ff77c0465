import type { CaseView, Gate, StepKind } from '@handover/case';
import type { DecideMessage, RescindMessage, RetryMessage, WaiveMessage } from './messages.ts';

/** What a case's workflow starts with: ids and links, nothing personal. */
export interface CaseInput {
  readonly caseId: string;
  readonly kind: 'joiner' | 'mover' | 'leaver' | 'number';
  /** Null for a case about a number. */
  readonly personRef: string | null;
  readonly office: string | null;
  /** Where a person reads more and acts. */
  readonly link: string;
  /** Carried through continue-as-new. */
  readonly view?: CaseView;
}

export interface CaseRef {
  readonly caseId: string;
}

export interface StepInput extends CaseRef {
  readonly step: string;
  readonly round: number;
}

/** `withheld`: the step was not allowed to start; `again`: not there yet, ask later (waiting for Dialpad's purge). */
export interface StepResult {
  readonly view: CaseView;
  readonly withheld?: string;
  readonly again?: boolean;
}

export interface Answer {
  readonly view: CaseView;
  readonly accepted: boolean;
  readonly code: string;
}

/** The worker's door to the case stream: one activity per command, idempotent. */
export interface CaseActivities {
  look(input: CaseRef): Promise<CaseView>;
  decideStage(input: CaseRef & { readonly message: DecideMessage; readonly updateId: string | null }): Promise<Answer>;
  retryStep(input: CaseRef & { readonly message: RetryMessage; readonly updateId: string | null }): Promise<Answer>;
  waiveStep(input: CaseRef & { readonly message: WaiveMessage; readonly updateId: string | null }): Promise<Answer>;
  rescindCase(input: CaseRef & { readonly message: RescindMessage; readonly updateId: string | null }): Promise<Answer>;
  passDeadline(input: CaseRef & { readonly stage: string }): Promise<CaseView>;
  askFor(input: CaseRef & { readonly gate: Gate }): Promise<CaseView>;
  reachCutOff(input: CaseRef): Promise<CaseView>;
  beginHold(input: CaseRef): Promise<CaseView>;
  endHold(input: CaseRef): Promise<CaseView>;
  /** Patience with a step ran out: Dialpad could not be reached for too long. */
  giveUpStep(input: StepInput & { readonly code: string }): Promise<CaseView>;
  remind(input: CaseRef & { readonly number: number }): Promise<CaseView>;
  closeCase(input: CaseRef): Promise<CaseView>;
}

/** What needs Dialpad: one activity per kind of step, and the readings before a plan. */
export type DialpadActivities = { readonly [kind in StepKind]: (input: StepInput) => Promise<StepResult> } & {
  planLeaver(input: CaseRef): Promise<StepResult>;
  planJoiner(input: CaseRef): Promise<StepResult>;
  planMover(input: CaseRef): Promise<StepResult>;
  awaitAcceptance(input: CaseRef): Promise<CaseView>;
  expireAcceptance(input: CaseRef): Promise<CaseView>;
  /** `unreadable`: invited users that Dialpad could not show this time. */
  pollAcceptance(): Promise<{ readonly waiting: number; readonly accepted: number; readonly unreadable: number }>;
  /** Closes the tasks that a person has done in the console. */
  pollTasks(): Promise<{ readonly open: number; readonly done: number; readonly unreadable: number }>;
  /** Records what has changed about the company's numbers since the last reading. */
  readNumbers(): Promise<{ readonly numbers: number; readonly changed: number }>;
};
