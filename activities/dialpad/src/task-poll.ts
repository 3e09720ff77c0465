import { RuleViolation, isStuck, stepOf, taskBehind, taskOf, type OpenCase, type PlannedStep, type StepState } from '@handover/case';
import { systemBy, type LoadedCase } from '@handover/case-service';
import { isConnectorError, withPriority } from '@handover/connector-kit';
import type { DialpadActivities } from '@handover/workflow-contracts';
import { asFailure, contextOf } from './run-step.ts';
import { Blocked, type DialpadActivityDeps } from './step.ts';
import { lookAtTask } from './task-steps.ts';

/** Open tasks that Dialpad can show as done. What only a person can say is not looked at. */
const openTasks = (state: OpenCase): readonly PlannedStep[] =>
  state.steps.filter((step) => {
    const at = stepOf(state, step.id);
    return isStuck(at.status) && ((taskOf(step)?.readBack ?? null) !== null || waitsForRestore(at) || waitsForPurge(at));
  });

/** A joiner whose deleted namesake has to be restored, before there is a plan. */
const waitsForRestore = ({ code }: StepState): boolean => taskBehind(code) === 'restore-user';

/** A leaver whose user Dialpad shows for longer than it says. */
const waitsForPurge = ({ code }: StepState): boolean => taskBehind(code) === 'purge-overdue';

/** Gone, or restored: either way the leaver's own look says what follows. */
const isNotDeleted = async ({ dialpad }: DialpadActivityDeps, { userId }: OpenCase): Promise<boolean> =>
  userId !== null && (await dialpad.readUser(userId))?.state !== 'deleted';

/** Restored, or purged meanwhile: either way the joiner can go on. The block names the user. */
const isRestored = async (deps: DialpadActivityDeps, { detail }: StepState): Promise<boolean> => {
  const userId = /\buser (\d{6,20})\b/.exec(detail ?? '')?.[1];
  return userId !== undefined && (await deps.dialpad.readUser(userId))?.state !== 'deleted';
};

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

const isDone = async (deps: DialpadActivityDeps, loaded: LoadedCase, step: PlannedStep): Promise<boolean> => {
  const at = stepOf(loaded.state, step.id);
  if (taskOf(step) !== null) return (await lookAtTask(contextOf(deps, loaded, { caseId: loaded.caseId, step: step.id, round: at.round }))).holds;
  return waitsForPurge(at) ? isNotDeleted(deps, loaded.state) : isRestored(deps, at);
};

const lookAtOne = async (deps: DialpadActivityDeps, loaded: LoadedCase, step: PlannedStep): Promise<'open' | 'done' | 'unreadable'> => {
  const { id } = step;
  const { round } = stepOf(loaded.state, id);
  try {
    if (!(await isDone(deps, loaded, step))) return 'open';
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
