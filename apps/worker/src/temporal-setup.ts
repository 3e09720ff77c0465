import { acceptancePollScheduleId, searchAttributes, taskQueues, workflowTypes } from '@handover/workflow-contracts';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, BOOL: 5, DATETIME: 6 } as const;

/** What the namespace must know before a case can start. Safe to repeat, by every worker at every start. */
export const setUpNamespace = async (client: Client, namespace: string, pollEveryMs: number): Promise<void> => {
  await registerSearchAttributes(client, namespace);
  await scheduleAcceptancePoll(client, pollEveryMs);
};

const registerSearchAttributes = async (client: Client, namespace: string): Promise<void> => {
  const { customAttributes = {} } = await client.connection.operatorService.listSearchAttributes({ namespace });
  await addSearchAttributes(
    client,
    namespace,
    Object.values(searchAttributes).filter((key) => !(key.name in customAttributes)),
  );
};

export const addSearchAttributes = async (
  client: Client,
  namespace: string,
  keys: readonly { readonly name: string; readonly type: string }[] = Object.values(searchAttributes),
): Promise<void> => {
  if (keys.length === 0) return;
  await client.connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(keys.map((key) => [key.name, INDEXED_VALUE_TYPES[key.type as keyof typeof INDEXED_VALUE_TYPES]])),
  });
};

const scheduleAcceptancePoll = async (client: Client, everyMs: number): Promise<void> => {
  const spec = { intervals: [{ every: everyMs }] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: workflowTypes.acceptancePoll,
    taskQueue: taskQueues.cases,
    workflowId: 'acceptance-poll',
    args: [],
  };
  try {
    await client.schedule.create({ scheduleId: acceptancePollScheduleId, spec, policies, action });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(acceptancePollScheduleId).update((now) => ({ ...now, spec, policies, action }));
  }
};
