import { systemBy, type By } from '@handover/case-service';
import { Context } from '@temporalio/activity';

/** Who an activity is: the system, on behalf of a workflow. The activity's id is the same for every attempt. */
export const activityBy = (commandId?: string): By => {
  const { info } = Context.current();
  const execution = info.workflowExecution ?? { workflowId: '', runId: '' };

  return systemBy(commandId ?? `${execution.runId}/${info.activityId}`, {
    workflowId: execution.workflowId,
    runId: execution.runId,
    attempt: info.attempt,
    fromWorkflow: true,
  });
};
