import type { CaseView } from '@handover/case';
import {
  caseChangedSignal,
  caseViewQuery,
  decideSignal,
  decideUpdate,
  rescindSignal,
  rescindUpdate,
  retryStepSignal,
  retryStepUpdate,
  waiveStepSignal,
  waiveStepUpdate,
  type Answer,
  type CommandReply,
  type DecideMessage,
  type RescindMessage,
  type RetryMessage,
  type WaiveMessage,
} from '@handover/workflow-contracts';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { cases } from './proxies.ts';

/**
 * Decisions sent straight to Temporal, by its UI, its CLI or a client. They are commands like any other: the validator
 * checks the shape, the stream judges by the same rules as for the API and records who claimed to send it.
 */
export const answerMessages = (caseId: string, see: (view: CaseView) => void, view: () => CaseView | null): void => {
  setHandler(caseChangedSignal, see, { description: 'Sent by Handover itself when the case changed' });
  setHandler(caseViewQuery, view, { description: 'What the workflow knows of its case' });

  const answer = <M>(update: UpdateDefinition<CommandReply, [M]>, signal: SignalDefinition<[M]>, ask: Asking<M>): void => {
    const asked = async (message: M): Promise<CommandReply> => {
      const answered = await ask.how(message, currentUpdateInfo()?.id ?? null);
      see(answered.view);
      return { accepted: answered.accepted, code: answered.code };
    };
    setHandler(update, asked, { validator: (message) => shapeOf(message, ask.fields), description: ask.says });
    setHandler(signal, async (message) => void (isShaped(message, ask.fields) && (await asked(message))), { description: ask.says });
  };

  answer<DecideMessage>(decideUpdate, decideSignal, {
    fields: ['stage', 'decision', 'reasonCode', 'actor', 'planHash'],
    says: 'Approve or refuse a stage: { stage, decision: "approve" | "refuse", reasonCode, actor, planHash }',
    how: (message, updateId) => cases('Record a decision sent through Temporal').decideStage({ caseId, message, updateId }),
  });
  answer<RetryMessage>(retryStepUpdate, retryStepSignal, {
    fields: ['step', 'actor'],
    says: 'Try a blocked step again: { step, actor }',
    how: (message, updateId) => cases('Record a retry sent through Temporal').retryStep({ caseId, message, updateId }),
  });
  answer<WaiveMessage>(waiveStepUpdate, waiveStepSignal, {
    fields: ['step', 'reasonCode', 'actor'],
    says: 'Go on without a blocked step: { step, reasonCode, actor }',
    how: (message, updateId) => cases('Record a waiver sent through Temporal').waiveStep({ caseId, message, updateId }),
  });
  answer<RescindMessage>(rescindUpdate, rescindSignal, {
    fields: ['reasonCode', 'actor'],
    says: 'Undo the case: { reasonCode, actor }',
    how: (message, updateId) => cases('Record a rescind sent through Temporal').rescindCase({ caseId, message, updateId }),
  });
};

interface Asking<M> {
  readonly fields: readonly string[];
  readonly says: string;
  readonly how: (message: M, updateId: string | null) => Promise<Answer>;
}

/** What may be an id or a code: free text has no place in a history. */
const CODE = /^[\w.:/-]{1,200}$/;

const isShaped = (message: unknown, fields: readonly string[]): boolean =>
  typeof message === 'object' &&
  message !== null &&
  !Array.isArray(message) &&
  fields.every((field) => CODE.test(String((message as Record<string, unknown>)[field] ?? '')));

const shapeOf = (message: unknown, fields: readonly string[]): void => {
  if (isShaped(message, fields)) return;
  throw ApplicationFailure.nonRetryable(`expected an object with ${fields.join(', ')}: ids and codes, no free text`, 'message.shape');
};
