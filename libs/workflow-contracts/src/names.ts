/** Workflow types, as the Temporal UI shows them. */
export const workflowTypes = {
  leaver: 'leaver',
  joiner: 'joiner',
  mover: 'mover',
  number: 'number',
  acceptancePoll: 'acceptancePoll',
  taskPoll: 'taskPoll',
  numberReading: 'numberReading',
} as const;

/**
 * One queue for order and bookkeeping, one for Dialpad, so that a slow Dialpad never holds up a decision; and one for access
 * that must end now, so that it does not stand in line behind a thousand planned leavers.
 */
export const taskQueues = { cases: 'handover-cases', dialpad: 'handover-dialpad', dialpadUrgent: 'handover-dialpad-urgent' } as const;

export const workflowIdOf = (kind: string, caseId: string): string => `${kind}/${caseId}`;

/** The inverse of `workflowIdOf`; null for workflows that are no case. */
export const caseIdOf = (workflowId: string): string | null => /^(?:joiner|leaver|mover|number)\/(.+)$/.exec(workflowId)?.[1] ?? null;

/** What is looked at for the whole company at once, by Temporal Schedules. */
export const scheduleIds = { acceptancePoll: 'handover-acceptance-poll', taskPoll: 'handover-task-poll', numberReading: 'handover-number-reading' } as const;
