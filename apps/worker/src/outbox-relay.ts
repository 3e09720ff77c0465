import type { CaseView } from '@handover/case';
import type { CaseRow } from '@handover/event-store';
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
  readonly caseRow: (caseId: string) => Promise<CaseRow | null>;
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
    const row = await deps.caseRow(message.caseId);
    if (row) await (message.kind === 'start' ? startWorkflowOf(deps, row) : signal(deps, row));
    await deps.deliver(message.id);
  } catch (error) {
    const delay = Math.min(60_000, 250 * 2 ** Math.min(message.attempts, 8));
    deps.log.warn({ err: error, caseId: message.caseId, kind: message.kind, retryInMs: delay }, 'Temporal did not take the message yet');
    await deps.postpone(message.id, delay, error instanceof Error ? error.name : 'unknown');
  }
};

const signal = async (deps: OutboxDeps, row: CaseRow): Promise<void> => {
  try {
    await deps.client.workflow.getHandle(workflowIdOf(row.kind, row.id)).signal(caseChangedSignal, row.view as unknown as CaseView);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (!row.closed) await startWorkflowOf(deps, row);
  }
};

/** Temporal's priorities of 1 to 5, the lowest first. */
const URGENT = 1;
const ORDINARY = 3;

/** Starts the workflow of an open case; one that runs already is left alone. */
export const startWorkflowOf = async (deps: Pick<OutboxDeps, 'client' | 'publicUrl'>, row: CaseRow): Promise<void> => {
  if (row.closed) return;
  const link = `${deps.publicUrl}/v1/cases/${row.id}`;
  const input: CaseInput = { caseId: row.id, kind: row.kind as CaseInput['kind'], personRef: row.personRef, office: row.office, link };
  try {
    await deps.client.workflow.start(row.kind, {
      workflowId: workflowIdOf(row.kind, row.id),
      taskQueue: taskQueues.cases,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // Its tasks inherit it: among those whose access must end now the immediate leaver comes first.
      priority: { priorityKey: (row.view as unknown as CaseView).immediate ? URGENT : ORDINARY },
      staticSummary: `${row.kind}${row.office === null ? '' : ` in ${row.office}`}`,
      staticDetails: `${row.personRef === null ? '' : `Person ${row.personRef}. `}[Open the case](${link})`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributes.kind, value: row.kind },
        { key: searchAttributes.phase, value: row.phase },
        { key: searchAttributes.waitingOn, value: row.waitingOn ?? 'nobody' },
        { key: searchAttributes.person, value: row.personRef ?? 'none' },
        { key: searchAttributes.office, value: row.office ?? 'none' },
        { key: searchAttributes.needsAttention, value: row.attention },
      ]),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
};
