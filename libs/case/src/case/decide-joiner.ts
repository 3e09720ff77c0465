import { happened, nothingNew, type Decided } from '../kernel.ts';
import { withdrawSteps } from '../joiner/withdraw.ts';
import type { CaseEvent } from './events.ts';
import type { OpenCase } from './state.ts';

const live = (state: OpenCase): boolean => state.status === 'open' && state.withdrawing === null;

export const awaitSeat = (state: OpenCase, seat: { officeId: string; seat: string }): Decided<CaseEvent> =>
  live(state) && state.seatAwaited === null ? happened({ type: 'SeatAwaited', data: seat }) : nothingNew;

export const offerSeat = (state: OpenCase): Decided<CaseEvent> =>
  live(state) && state.seatAwaited !== null ? happened({ type: 'SeatOffered', data: state.seatAwaited }) : nothingNew;

export const awaitAcceptance = (state: OpenCase, userId: string, now: string): Decided<CaseEvent> => {
  if (!live(state) || state.acceptance?.deadline || !state.plan) return nothingNew;
  const deadline = new Date(Date.parse(now) + state.plan.timings.acceptanceDeadline).toISOString();
  return happened({ type: 'AcceptanceAwaited', data: { deadline, userId } });
};

export const remind = (state: OpenCase, number: number): Decided<CaseEvent> =>
  live(state) && state.acceptance && !state.acceptance.accepted && state.acceptance.reminders < number
    ? happened({ type: 'ReminderDue', data: { number } })
    : nothingNew;

export const accept = (state: OpenCase, acceptedAt: string | null, seenIn: string): Decided<CaseEvent> =>
  live(state) && !state.acceptance?.accepted ? happened({ type: 'InviteAccepted', data: { acceptedAt, seenIn } }) : nothingNew;

/** Withdrawing an invitation that nobody accepted was approved in advance, by the policy the plan was made under. */
export const expireAcceptance = (state: OpenCase, now: string): Decided<CaseEvent> => {
  const over = state.acceptance !== null && !state.acceptance.accepted && Date.parse(now) >= Date.parse(state.acceptance.deadline);
  if (!live(state) || !over || !state.plan) return nothingNew;

  return happened({
    type: 'WithdrawalBegan',
    data: { why: 'expired', steps: withdrawSteps(state), approvedBy: `policy:${state.plan.policyVersion} plan:${state.plan.hash}` },
  });
};
