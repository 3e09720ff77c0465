import type { Logger } from '@handover/observability';
import { taskQueues } from '@handover/workflow-contracts';
import { Client, type Connection } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import type { Composed } from './compose.ts';
import { guardCases } from './case-guard.ts';
import { inboxRelay, type InboxDeps } from './inbox-relay.ts';
import { outboxRelay } from './outbox-relay.ts';
import { poll } from './poller.ts';

export interface Temporal {
  /** For workers. */
  readonly native: NativeConnection;
  /** For the outbox. */
  readonly connection: Connection;
  readonly namespace: string;
}

/** Longer than any step's activity needs; what is still running then is repeated by the next worker. */
const GRACE = '8 seconds';

/**
 * Steps under way at once, per process. Each waits for the shared budget most of its time: more would only make every one
 * slower, and fewer would leave the budget unused where Dialpad is far away.
 */
const AT_ONCE = 8;

/** Several workers in one process, so that a slow Dialpad never holds up a decision, nor a bulk an urgent leaver. */
export const createWorkers = async (
  { native, namespace }: Temporal,
  composed: Composed,
  workflowBundle: WorkflowBundle,
): Promise<{ readonly run: () => Promise<void>; readonly stop: () => void }> => {
  // How long a task waits for a worker that had the case in memory and may be dead, before any other may take it.
  const common = { connection: native, namespace, shutdownGraceTime: GRACE, stickyQueueScheduleToStartTimeout: '3 seconds' };
  const cases = await Worker.create({
    ...common,
    taskQueue: taskQueues.cases,
    workflowBundle,
    activities: composed.caseActivities as unknown as Record<string, () => unknown>,
  });
  const ofDialpad = (taskQueue: string): Promise<Worker> =>
    Worker.create({
      ...common,
      taskQueue,
      activities: composed.dialpadActivities as unknown as Record<string, () => unknown>,
      maxConcurrentActivityTaskExecutions: AT_ONCE,
    });
  const workers = [cases, await ofDialpad(taskQueues.dialpad), await ofDialpad(taskQueues.dialpadUrgent)];
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };

  return {
    stop,
    // One that fails takes the other along: half a worker looks healthy and is not.
    run: async () => void (await Promise.all(workers.map((worker) => worker.run().finally(stop)))),
  };
};

export const inboxOf = (inbox: Composed['inbox']): Pick<InboxDeps, 'take' | 'postpone' | 'countFailure'> => ({
  take: (limit) => inbox.take(limit),
  postpone: (id, delayMs, why) => inbox.postpone(id, delayMs, why),
  countFailure: (id, failure) => inbox.countFailure(id, failure),
});

/** The relays of a worker: facts in, messages to Temporal out. */
export const startRelays = (
  { inbox, inboxAttempts, outbox, cases, rows, intake }: Composed,
  temporal: Pick<Temporal, 'connection' | 'namespace'>,
  publicUrl: string,
  log: Logger,
): { readonly stop: () => Promise<void> } => {
  const client = new Client({ connection: temporal.connection, namespace: temporal.namespace });
  const load = (caseId: string) => cases.load(caseId);
  const relays = [
    poll(inboxRelay({ ...inboxOf(inbox), attempts: inboxAttempts, intake, log }), log),
    poll(
      outboxRelay({
        take: (limit) => outbox.take(limit),
        deliver: (id) => outbox.deliver(id),
        postpone: (id, delayMs, why) => outbox.postpone(id, delayMs, why),
        load,
        client,
        publicUrl,
        log,
      }),
      log,
    ),
  ];

  const guard = guardCases({ openCases: (olderThanMs) => rows.open(olderThanMs), load, client, publicUrl, log });

  return { stop: async () => void (await Promise.all([...relays, guard].map((each) => each.stop()))) };
};
