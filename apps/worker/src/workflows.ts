import type { DialpadActivities } from '@handover/workflow-contracts';
import { taskQueues } from '@handover/workflow-contracts';
import { proxyActivities } from '@temporalio/workflow';

export { joiner } from '@handover/workflow-joiner';
export { leaver } from '@handover/workflow-leaver';
export { mover } from '@handover/workflow-mover';
export { number } from '@handover/workflow-number';

const look = (summary: string): DialpadActivities =>
  proxyActivities<DialpadActivities>({
    taskQueue: taskQueues.dialpad,
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '10 seconds', // the next look waits for this one: a killed worker must not hold it up
    retry: { maximumAttempts: 3 }, // the next look is the better retry
    summary,
  });

/** Started by a schedule: one look at all invitations for the whole company. */
export async function acceptancePoll(): Promise<{ waiting: number; accepted: number; unreadable: number }> {
  return look('Look which invitations were accepted').pollAcceptance();
}

/** Started by a schedule: one look at all tasks that people do in the Dialpad console. */
export async function taskPoll(): Promise<{ open: number; done: number; unreadable: number }> {
  return look('Look which tasks were done in the console').pollTasks();
}

/** Started by a schedule: one reading of the company's numbers, so that changes made elsewhere are in the record too. */
export async function numberReading(): Promise<{ numbers: number; changed: number }> {
  return look("Read the company's numbers").readNumbers();
}
