import { viewOf } from '@handover/case';
import type { LoadedCase } from '@handover/case-service';
import type { Logger } from '@handover/observability';
import { caseChangedSignal, searchAttributes, taskQueues, workflowIdOf, type CaseInput } from '@handover/workflow-contracts';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Relay } from './poller.ts';

export interface OutboxMessageTaken {
  readonly id: string;
  readonly caseId: string;
  readonly kind: 'start' | 'signal';
  readonly attempts: number;
}

export interface OutboxDeps {
  readonly take: (limit: number) => Promise<readonly OutboxMessageTaken[]>;
  readonly deliver: (id: string) => Promise<void>;
  readonly postpone: (id: string, delayMs: number, why: string) => Promise<void>;
  readonly load: (caseId: string) => Promise<LoadedCase | null>;
  readonly client: Client;
  readonly publicUrl: string;
  readonly log: Logger;
}

/**
 * Carries what the stream decided to Temporal: at least once, in order per case. A start that happened and a signal that
 * came twice are harmless; a workflow that is gone while its case is open is started again and goes on from the stream.
 */
export const outboxRelay = (deps: OutboxDeps): Relay => ({
  name: 'outbox',
  once: async () => {
    const messages = await deps.take(50);
    await Promise.all(messages.map((message) => carry(deps, message)));
    return messages.length;
  },
});

const carry = async (deps: OutboxDeps, message: OutboxMessageTaken): Promise<void> => {
  try {
    const loaded = await deps.load(message.caseId);
    if (loaded) await (message.kind === 'start' ? startWorkflowOf(deps, loaded) : signal(deps, loaded));
    await deps.deliver(message.id);
  } catch (error) {
    const delay = Math.min(60_000, 250 * 2 ** Math.min(message.attempts, 8));
    deps.log.warn({ err: error, caseId: message.caseId, kind: message.kind, retryInMs: delay }, 'Temporal did not take the message yet');
    await deps.postpone(message.id, delay, error instanceof Error ? error.name : 'unknown');
  }
};

const signal = async (deps: OutboxDeps, loaded: LoadedCase): Promise<void> => {
  const { caseId, state, version } = loaded;
  try {
    await deps.client.workflow.getHandle(workflowIdOf(state.kind, caseId)).signal(caseChangedSignal, viewOf(state, version));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    await startWorkflowOf(deps, loaded);
  }
};

/** Temporal's priorities of 1 to 5, the lowest first. */
const URGENT = 1;
const ORDINARY = 3;

/** Starts the workflow of an open case; one that runs already is left alone. */
export const startWorkflowOf = async (deps: Pick<OutboxDeps, 'client' | 'publicUrl'>, { caseId, state, version }: LoadedCase): Promise<void> => {
  if (state.status === 'closed') return;
  const { kind, phase, personRef, office } = state;
  const view = viewOf(state, version);
  const link = `${deps.publicUrl}/v1/cases/${caseId}`;
  const input: CaseInput = { caseId, kind, personRef, office, link };
  try {
    await deps.client.workflow.start(kind, {
      workflowId: workflowIdOf(kind, caseId),
      taskQueue: taskQueues.cases,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // Its tasks inherit it: among those whose access must end now the immediate leaver comes first.
      priority: { priorityKey: view.immediate ? URGENT : ORDINARY },
      staticSummary: `${kind}${office === null ? '' : ` in ${office}`}`,
      staticDetails: `${personRef === null ? '' : `Person ${personRef}. `}[Open the case](${link})`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributes.kind, value: kind },
        { key: searchAttributes.phase, value: phase },
        { key: searchAttributes.waitingOn, value: view.waitsFor[0]?.on ?? 'nobody' },
        { key: searchAttributes.person, value: personRef ?? 'none' },
        { key: searchAttributes.office, value: office ?? 'none' },
        { key: searchAttributes.needsAttention, value: view.attention !== null },
      ]),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
};
