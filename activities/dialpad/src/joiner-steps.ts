import type { StepKind } from '@handover/case';
import { hasAccepted, inviteSteps } from './invite-steps.ts';
import { numberSteps, numbersOf } from './number-steps.ts';
import { profileSteps } from './profile-steps.ts';
import { roleSteps } from './role-steps.ts';
import { seatSteps } from './seat-steps.ts';
import { target, userOf, type StepDefinition } from './step.ts';

const verifyJoiner: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const { officeId, license } = target<{ officeId?: string; license?: string }>(context);
    const user = await userOf(context);
    const numbers = await numbersOf(context);
    const needsNumber = context.state.steps.some((step) => step.kind === 'assignNumber' && context.state.stepStates[step.id]?.status === 'verified');
    const complete = user.state === 'active' && hasAccepted(user) && (!needsNumber || numbers.length > 0);
    const differs = (officeId !== undefined && officeId !== user.officeId) || (license !== undefined && license !== (user.license ?? license));

    return {
      holds: complete,
      evidence: { state: user.state, accepted: hasAccepted(user), numbers, license: user.license, officeId: user.officeId },
      detail: 'the user is not active, has not been there, or has no number',
      // Somebody changed it in the console meanwhile: that is theirs to have done, and ours to say.
      ...(differs ? { finding: 'joiner.differs' } : {}),
    };
  },
};

export const joinerSteps: Partial<Record<StepKind, StepDefinition>> = {
  ...seatSteps,
  ...inviteSteps,
  ...numberSteps,
  ...roleSteps,
  ...profileSteps,
  verifyJoiner,
};
