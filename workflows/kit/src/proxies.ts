import { taskQueues, type CaseActivities, type DialpadActivities } from '@handover/workflow-contracts';
import { proxyActivities } from '@temporalio/workflow';

/** Bookkeeping in our own database: it comes back, so patience has no end. */
export const cases = (summary: string): CaseActivities =>
  proxyActivities<CaseActivities>({
    taskQueue: taskQueues.cases,
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
    summary,
  });

/** Dialpad may be down for a while; after this long a person should look. Retrying a step begins a new round. */
export const PATIENCE = '6 hours';

/** What is tried before access is cut must not keep it open for longer than this. */
export const HASTE = '2 minutes';

/** `urgent` does not stand in line with ordinary steps. */
export const dialpad = (
  summary: string,
  { urgent = false, patience = PATIENCE }: { readonly urgent?: boolean; readonly patience?: typeof PATIENCE | typeof HASTE } = {},
): DialpadActivities =>
  proxyActivities<DialpadActivities>({
    taskQueue: urgent ? taskQueues.dialpadUrgent : taskQueues.dialpad,
    // Most of it is waiting for a turn in Dialpad's budget while others use it.
    startToCloseTimeout: '10 minutes',
    // A worker that is killed is noticed by its silence, not by the longest time a step may take.
    heartbeatTimeout: '10 seconds',
    scheduleToCloseTimeout: patience,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '2 minutes' },
    summary,
  });
