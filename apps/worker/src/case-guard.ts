import type { CaseRow } from '@handover/event-store';
import type { Logger } from '@handover/observability';
import { workflowIdOf } from '@handover/workflow-contracts';
import type { Client } from '@temporalio/client';
import { startWorkflowOf } from './outbox-relay.ts';

export interface GuardDeps {
  /** Open cases that are at least this old in ms, so that a start under way is not taken for a loss. */
  readonly openCases: (olderThanMs: number) => Promise<readonly CaseRow[]>;
  readonly client: Client;
  readonly publicUrl: string;
  readonly log: Logger;
}

const EVERY_MS = 5 * 60_000;
const SETTLED_MS = 60_000;

/**
 * A case whose workflow is gone (terminated by hand, or lost with a development server's database) is nobody's work. The
 * stream knows that it is open, so its workflow is started again and goes on from there. Returns how many were lost.
 */
export const restartLost = async ({ openCases, client, publicUrl, log }: GuardDeps, olderThanMs = SETTLED_MS): Promise<number> => {
  const rows = await openCases(olderThanMs);
  if (rows.length === 0) return 0;
  const running = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running' AND HandoverKind IN ('joiner', 'mover', 'leaver')` }))
    running.add(workflowId);
  const lost = rows.filter((row) => !running.has(workflowIdOf(row.kind, row.id)));
  for (const row of lost) {
    log.warn({ caseId: row.id, kind: row.kind }, 'the workflow of an open case is gone; starting it again');
    await startWorkflowOf({ client, publicUrl }, row);
  }

  return lost.length;
};

export const guardCases = (deps: GuardDeps): { readonly stop: () => Promise<void> } => {
  let looking: Promise<unknown> = Promise.resolve();
  const look = (): void => {
    looking = restartLost(deps).catch((error: unknown) =>
      deps.log.error({ err: error }, 'open cases could not be compared with their workflows; trying again later'),
    );
  };
  look();
  const timer = setInterval(look, EVERY_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
};
