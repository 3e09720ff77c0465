import type { PlannedStep } from '../case/plan.ts';
import { consoleTask, type ConsoleTask } from './catalogue.ts';

/** The name of the task that a step is, or that it waits for; null for steps that Handover takes itself. */
export const taskNameOf = (step: Pick<PlannedStep, 'kind' | 'target'>): string | null => {
  if (step.kind === 'restoreUser') return 'restore-user';
  const { task } = step.target;
  return step.kind === 'taskByHand' && typeof task === 'string' ? task : null;
};

/** The task that a step of another kind waits for, by the code it is blocked with: a deleted namesake has to be restored first. */
export const taskBehind = (code: string | null): string | null => {
  const name = code?.startsWith('task.') ? code.slice('task.'.length) : null;
  return name !== null && consoleTask(name) !== null ? name : null;
};

export const taskOf = (step: Pick<PlannedStep, 'kind' | 'target'>): (ConsoleTask & { readonly name: string }) | null => {
  const name = taskNameOf(step);
  const task = name === null ? null : consoleTask(name);
  return name === null || task === null ? null : { name, ...task };
};
