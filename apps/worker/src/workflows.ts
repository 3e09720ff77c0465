import type { DialpadActivities } from '@handover/workflow-contracts';
import { taskQueues } from '@handover/workflow-contracts';
import { proxyActivities } from '@temporalio/workflow';

export { joiner } from '@handover/workflow-joiner';
export { leaver } from '@handover/workflow-leaver';
export { mover } from '@handover/workflow-mover';

const { pollAcceptance } = proxyActivities<DialpadActivities>({
  taskQueue: taskQueues.dialpad,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds', // the next poll waits for this one: a killed worker must not hold it up
  retry: { maximumAttempts: 3 }, // the next poll is the better retry
  summary: 'Look which invitations were accepted',
});

/** Started by a schedule: one look at all invitations for the whole company. */
export async function acceptancePoll(): Promise<{ waiting: number; accepted: number }> {
  return pollAcceptance();
}
