import type { PlannedStep } from '../case/plan.ts';
import { step as plannedStep } from '../case/planned-step.ts';
import { isSettled, stepOf, type OpenCase } from '../case/state.ts';

const begun = (state: OpenCase, kind: PlannedStep['kind']): PlannedStep | undefined =>
  state.steps.find((step) => step.kind === kind && stepOf(state, step.id).begun);

/** Whether the user is one that the case invited. Else it was there before, or a person made it: it keeps what it had. */
export const invitedByUs = (state: OpenCase): boolean => {
  const invite = begun(state, 'inviteUser');
  return invite !== undefined && !stepOf(state, invite.id).byHand;
};

/**
 * Takes an invitation back. The number goes first: deleting a pending user destroys the number it holds
 * (help.dialpad.com, "Add & Remove Team Members"). A user that was there before us, or that somebody
 * invited by hand, is never deleted: who was suspended is suspended again, who was taken over keeps what we did not bring.
 */
export const withdrawSteps = (state: OpenCase): readonly PlannedStep[] => {
  const step = (id: string, kind: PlannedStep['kind'], target: PlannedStep['target'] = {}): PlannedStep => ({
    ...plannedStep(`withdraw-${id}`, kind, state.phase, target),
    reversible: kind === 'returnSeat' || kind === 'suspendUser',
  });
  const number = begun(state, 'assignNumber');
  const hasUser = begun(state, 'inviteUser') ?? begun(state, 'adoptUser');
  const reactivated = begun(state, 'reactivateUser');
  const seats = state.steps.filter((each) => each.kind === 'claimSeat' && isSettled(stepOf(state, each.id).status));

  return [
    ...(number && hasUser ? [step('number', 'unassignNumber', { of: number.id })] : []),
    ...(invitedByUs(state) ? [step('invite', 'withdrawInvite')] : []),
    ...(reactivated ? [step('access', 'suspendUser')] : []),
    ...seats.map((seat) => step(seat.id, 'returnSeat', seat.target)),
  ];
};
