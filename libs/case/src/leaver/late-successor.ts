import type { CaseEvent } from '../case/events.ts';
import { gateStatus } from '../case/gates.ts';
import type { PlannedStep } from '../case/plan.ts';
import { step } from '../case/planned-step.ts';
import { isSettled, stepOf, type OpenCase } from '../case/state.ts';
import { askFor } from '../tasks/catalogue.ts';

const TASK = 'new-successor';
const isOne = ({ target }: PlannedStep): boolean => target['task'] === TASK;

/**
 * HR names another successor when the hand-over has begun: a new plan could not take back what is done, so a person does it.
 * One such task at a time; none once the delete is approved, because it waits for those only that were there before.
 */
export const lateSuccessor = (state: OpenCase): readonly PlannedStep[] => {
  const before = state.steps.filter(isOne);
  const isTooLate = gateStatus(state, 'leaver-delete') === 'approved';
  if (state.kind !== 'leaver' || state.rescinding || isTooLate || before.some(({ id }) => !isSettled(stepOf(state, id).status))) return [];

  return [step(`successor-${before.length + 1}`, 'taskByHand', 'holding', { task: TASK })];
};

/** Waits for a person from the moment it is told, and not only when its phase comes. */
export const askedOfAPerson = ({ id }: PlannedStep): CaseEvent => ({
  type: 'StepBlocked',
  data: { step: id, round: 1, code: `task.${TASK}`, detail: askFor(TASK) },
});
