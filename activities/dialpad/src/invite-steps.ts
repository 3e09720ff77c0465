import { personOf, type StepKind } from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import { boughtIn, boughtMeanwhile } from './bought.ts';
import { tookSeats } from './seat-steps.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

/** Not `state`: Dialpad's API may create an active user at once. Accepted is who has been there. */
export const hasAccepted = (user: DialpadUser): boolean => user.dateFirstLogin !== null || user.onboardingCompleted;

const link = async ({ deps, state, caseId, by }: StepContext, userId: string): Promise<void> =>
  deps.persons.linkUser(personOf(state), userId, caseId, { ...by, commandId: 'link' }, await deps.userIndex?.(userId));

const inviteUser: StepDefinition = {
  readFirst: false,
  image: async (context) => ({ before: await boughtIn(context, target<{ officeId: string }>(context).officeId) }),
  keep: async (context) => {
    const { dialpad, persons } = context.deps;
    const { officeId, license } = target<{ officeId: string; license: string }>(context);
    const { profile } = await persons.load(personOf(context.state));
    if (profile.email === null) throw new Blocked('joiner.no_email', 'HR gave no mail address to invite');
    await dialpad.inviteUser(
      { email: profile.email, givenName: profile.givenName ?? '', familyName: profile.familyName ?? '', officeId, license },
      { startedAt: await context.startedAt(), repeated: context.repeated },
    );
    await tookSeats(context, dialpad.seatKindOf(license));
  },
  read: async (context) => {
    const { dialpad, persons } = context.deps;
    const { profile } = await persons.load(personOf(context.state));
    const [user] = (await dialpad.findUsersByEmail(profile.email ?? '')).filter((each) => each.state !== 'deleted');
    if (!user) return holds(false, { found: 0 });
    await link(context, user.id);
    const { finding, evidence } = await boughtMeanwhile(context, user.officeId);

    return {
      holds: true,
      evidence: { userId: user.id, state: user.state, officeId: user.officeId, ...evidence },
      userId: user.id,
      ...(finding ? { finding } : {}),
    };
  },
};

/** The user that is there already is the person's from here on; nothing is written in Dialpad. */
const adoptUser: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const { userId, state, how } = target<{ userId: string; state: string; how: string }>(context);
    const user = await context.deps.dialpad.readUser(userId);
    if (!user || user.state === 'deleted')
      throw new Blocked('user.gone', 'the user that was to be taken over is deleted; rescind the case and tell the hire again');
    if (user.state === 'suspended' && state !== 'suspended')
      throw new Blocked('adopt.suspended', 'the user was suspended after the plan was made; activate it, or rescind the case and tell the hire again');
    await link(context, user.id);

    return { holds: true, evidence: { userId, state: user.state, how }, userId };
  },
};

const reactivateUser: StepDefinition = {
  image: async (context) => ({
    before: { state: (await userOf(context)).state, ...(await boughtIn(context, target<{ officeId: string }>(context).officeId)) },
  }),
  keep: async (context) => {
    const { dialpad } = context.deps;
    await dialpad.activateUser(userIdOf(context));
    await tookSeats(context, dialpad.seatKindOf(target<{ license: string }>(context).license));
  },
  read: async (context) => {
    const user = await userOf(context);
    const { finding, evidence } = await boughtMeanwhile(context, user.officeId);
    return {
      ...holds(user.state === 'active', { state: user.state, officeId: user.officeId, license: user.license, ...evidence }),
      ...(finding ? { finding } : {}),
    };
  },
};

const withdrawInvite: StepDefinition = {
  keep: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    if (!user || user.state === 'deleted') return;
    if (hasAccepted(user))
      throw new Blocked('invite.accepted', 'the person has accepted meanwhile: nothing is withdrawn; end the access with a leaver case, or waive');
    // Deleting a pending user destroys its number (help.dialpad.com): it must be in the pool before.
    if (user.phoneNumbers.length > 0) throw new Blocked('invite.number_left', 'the invited user still holds a number; un-assign it, then retry');
    await context.deps.dialpad.deleteUser(user.id);
  },
  read: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    return holds(user === null || user.state === 'deleted', { state: user?.state ?? 'unknown to Dialpad' });
  },
};

export const inviteSteps: Partial<Record<StepKind, StepDefinition>> = { inviteUser, adoptUser, reactivateUser, withdrawInvite };
