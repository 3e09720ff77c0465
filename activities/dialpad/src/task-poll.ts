import { RuleViolation, stepOf, taskOf, type OpenCase, type PlannedStep } from '@handover/case';
import { systemBy, type LoadedCase } from '@handover/case-service';
import { isConnectorError, withPriority } from '@handover/connector-kit';
import type { DialpadActivities } from '@handover/workflow-contracts';
import { asFailure, contextOf } from './run-step.ts';
import { Blocked, type DialpadActivityDeps } from './step.ts';
import { lookAtTask } from './task-steps.ts';

const STUCK = ['blocked', 'contradicted'];

/** Open tasks that Dialpad can show as done. What only a person can say is not looked at. */
const openTasks = (state: OpenCase): readonly PlannedStep[] =>
  state.steps.filter((step) => STUCK.includes(stepOf(state, step.id).status) && (taskOf(step)?.readBack ?? null) !== null);

/**
 * One look at every open task of the company. Whoever did the work, in the console, need not come back and say so: a task
 * that is seen done is tried again, and the step's own reading is what closes it. A look that finds nothing writes nothing.
 */
export const pollTasksActivity =
  (deps: DialpadActivityDeps): DialpadActivities['pollTasks'] =>
  async () => {
    try {
      return await withPriority('background', () => lookAtAll(deps));
    } catch (error) {
      throw asFailure(error);
    }
  };

const lookAtAll = async (deps: DialpadActivityDeps): Promise<{ open: number; done: number; unreadable: number }> => {
  const sums = { open: 0, done: 0, unreadable: 0 };
  for (const caseId of await deps.withOpenTasks()) {
    const loaded = await deps.cases.load(caseId);
    if (!loaded || loaded.state.status !== 'open') continue;
    for (const step of openTasks(loaded.state)) sums[await lookAtOne(deps, loaded, step)] += 1;
  }

  return sums;
};

const lookAtOne = async (deps: DialpadActivityDeps, loaded: LoadedCase, { id }: PlannedStep): Promise<'open' | 'done' | 'unreadable'> => {
  const { round } = stepOf(loaded.state, id);
  try {
    const { holds } = await lookAtTask(contextOf(deps, loaded, { caseId: loaded.caseId, step: id, round }));
    if (!holds) return 'open';
    const free = { step: id, actor: 'system', reasonCode: 'seen-done', reason: null };
    await deps.cases.execute(loaded.caseId, { type: 'retryStep', free }, systemBy(`task-seen/${id}/${round}`));
    return 'done';
  } catch (error) {
    // Somebody was faster, or nothing of it can be read any more: the step itself says so when it is tried again.
    if (error instanceof RuleViolation || error instanceof Blocked) return 'open';
    if (isConnectorError(error)) return 'unreadable';
    throw error;
  }
};
