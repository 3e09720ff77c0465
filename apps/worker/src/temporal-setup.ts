import { scheduleIds, searchAttributes, taskQueues, workflowTypes } from '@handover/workflow-contracts';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, BOOL: 5, DATETIME: 6 } as const;

/** What the namespace must know before a case can start. Safe to repeat, by every worker at every start. */
export const setUpNamespace = async (client: Client, namespace: string, every: LooksEvery): Promise<void> => {
  await registerSearchAttributes(client, namespace);
  for (const name of ['acceptancePoll', 'taskPoll', 'numberReading'] as const) await scheduleLook(client, name, every[name]);
};

/** How often each company-wide look is taken, in ms. */
export type LooksEvery = Readonly<Record<keyof typeof scheduleIds, number>>;

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

const WORKFLOW_IDS: Readonly<Record<keyof typeof scheduleIds, string>> = {
  acceptancePoll: 'acceptance-poll',
  taskPoll: 'task-poll',
  numberReading: 'number-reading',
};

const scheduleLook = async (client: Client, name: keyof typeof scheduleIds, everyMs: number): Promise<void> => {
  const scheduleId = scheduleIds[name];
  const spec = { intervals: [{ every: everyMs }] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: workflowTypes[name],
    taskQueue: taskQueues.cases,
    workflowId: WORKFLOW_IDS[name],
    args: [],
  };
  try {
    // At once the first time: the record of who had which number begins on the day Handover does.
    await client.schedule.create({ scheduleId, spec, policies, action, state: { triggerImmediately: true } });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((now) => ({ ...now, spec, policies, action }));
  }
};
