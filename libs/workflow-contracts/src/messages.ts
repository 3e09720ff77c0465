import type { CaseView } from '@handover/case';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** `actor` is an actor's id and `reasonCode` one of the policy's codes: free text would stay in the history. */
export interface DecideMessage {
  readonly stage: string;
  readonly decision: string;
  readonly reasonCode: string;
  readonly actor: string;
  readonly planHash: string;
}

export interface RetryMessage {
  readonly step: string;
  readonly actor: string;
}

export interface WaiveMessage {
  readonly step: string;
  readonly reasonCode: string;
  readonly actor: string;
}

export interface RescindMessage {
  readonly reasonCode: string;
  readonly actor: string;
}

export interface CommandReply {
  readonly accepted: boolean;
  /** `ok`, or the code of the refusal. */
  readonly code: string;
}

export const decideUpdate = defineUpdate<CommandReply, [DecideMessage]>('decide');
export const retryStepUpdate = defineUpdate<CommandReply, [RetryMessage]>('retryStep');
export const waiveStepUpdate = defineUpdate<CommandReply, [WaiveMessage]>('waiveStep');
export const rescindUpdate = defineUpdate<CommandReply, [RescindMessage]>('rescind');

/** The same for callers that cannot send updates; the answer is in the case's timeline. */
export const decideSignal = defineSignal<[DecideMessage]>('decide');
export const retryStepSignal = defineSignal<[RetryMessage]>('retryStep');
export const waiveStepSignal = defineSignal<[WaiveMessage]>('waiveStep');
export const rescindSignal = defineSignal<[RescindMessage]>('rescind');

/** Sent by the outbox after something happened to the case outside its workflow. Repeats and old views are harmless. */
export const caseChangedSignal = defineSignal<[CaseView]>('caseChanged');

export const caseViewQuery = defineQuery<CaseView | null>('view');
