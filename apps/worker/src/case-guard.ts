import type { LoadedCase } from '@handover/case-service';
import type { Logger } from '@handover/observability';
import { workflowIdOf } from '@handover/workflow-contracts';
import type { Client } from '@temporalio/client';
import { startWorkflowOf } from './outbox-relay.ts';

export interface GuardDeps {
  /** Open cases that are at least this old in ms, so that a start under way is not taken for a loss. */
  readonly openCases: (olderThanMs: number) => Promise<readonly { readonly id: string; readonly kind: string }[]>;
  readonly load: (caseId: string) => Promise<LoadedCase | null>;
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
export const restartLost = async ({ openCases, load, client, publicUrl, log }: GuardDeps, olderThanMs = SETTLED_MS): Promise<number> => {
  const rows = await openCases(olderThanMs);
  if (rows.length === 0) return 0;
  const running = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running' AND HandoverKind IN ('joiner', 'mover', 'leaver')` }))
    running.add(workflowId);
  let lost = 0;
  for (const { id, kind } of rows.filter((row) => !running.has(workflowIdOf(row.kind, row.id)))) {
    const loaded = await load(id);
    // The list may be a moment behind: it ended meanwhile, and its workflow with it.
    if (loaded?.state.status !== 'open') continue;
    lost += 1;
    log.warn({ caseId: id, kind }, 'the workflow of an open case is gone; starting it again');
    await startWorkflowOf({ client, publicUrl }, loaded);
  }

  return lost;
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
