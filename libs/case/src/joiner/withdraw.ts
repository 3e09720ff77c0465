import type { PlannedStep } from '../case/plan.ts';
import { isSettled, stepOf, type OpenCase } from '../case/state.ts';

const begun = (state: OpenCase, kind: PlannedStep['kind']): PlannedStep | undefined =>
  state.steps.find((step) => step.kind === kind && stepOf(state, step.id).begun);

/**
 * Takes an invitation back. The number goes first: deleting a pending user destroys the number it holds
 * (help.dialpad.com, "Add & Remove Team Members").
 */
export const withdrawSteps = (state: OpenCase): readonly PlannedStep[] => {
  const step = (id: string, kind: PlannedStep['kind'], target: PlannedStep['target'] = {}): PlannedStep => ({
    id: `withdraw-${id}`,
    kind,
    phase: state.phase,
    reversible: kind === 'returnSeat',
    gate: null,
    target,
  });
  const number = begun(state, 'assignNumber');
  const seat = begun(state, 'claimSeat');

  return [
    ...(number && begun(state, 'inviteUser') ? [step('number', 'unassignNumber', { of: number.id })] : []),
    ...(begun(state, 'inviteUser') ? [step('invite', 'withdrawInvite')] : []),
    ...(seat && isSettled(stepOf(state, seat.id).status) ? [step('seat', 'returnSeat', seat.target)] : []),
  ];
};
