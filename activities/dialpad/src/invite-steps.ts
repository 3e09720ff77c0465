import { personOf, type StepKind } from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import { boughtIn, boughtMeanwhile } from './bought.ts';
import { tookSeats } from './seat-steps.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

/** Not `state`: Dialpad's API may create an active user at once. Accepted is who has been there. */
export const hasAccepted = (user: DialpadUser): boolean => user.dateFirstLogin !== null || user.onboardingCompleted;

const link = async ({ deps, state, caseId, by }: StepContext, userId: string): Promise<void> =>
  deps.persons.linkUser(personOf(state), userId, caseId, { ...by, commandId: 'link' }, await deps.userIndex?.(userId));

const mailIn = async ({ deps, state }: StepContext): Promise<string> => {
  const { email } = (await deps.persons.load(personOf(state))).profile;
  if (email === null) throw new Blocked('joiner.no_email', 'HR gave no mail address to invite');
  return email;
};

/** The address an invitation went to, or may have: HR may have corrected it since. Null: none was sealed. */
const sealedMail = async (context: StepContext, stepId: string): Promise<string | null> => {
  const { email } = (await context.imageOf(stepId)).personal;
  return typeof email === 'string' ? email : null;
};

/** Invitations of before addresses were sealed know only what HR says now. */
const invitedMail = async (context: StepContext): Promise<string> => (await sealedMail(context, context.step.id)) ?? (await mailIn(context));

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

const inviteUser: StepDefinition = {
  readFirst: false,
  image: async (context) => ({
    before: await boughtIn(context, target<{ officeId: string }>(context).officeId),
    personal: { email: await mailIn(context) },
  }),
  // A corrected address is used once it is certain that nobody was made under the former one: one person, one user.
  reseal: async (context) => {
    const [invited, mail] = [await sealedMail(context, context.step.id), await mailIn(context)];
    if (invited !== null && (same(invited, mail) || (await context.deps.dialpad.invitedUser(invited, { startedAt: await context.startedAt() }))))
      return undefined;
    return { email: mail };
  },
  keep: async (context) => {
    const { dialpad, persons } = context.deps;
    const { officeId, license } = target<{ officeId: string; license: string }>(context);
    const { profile } = await persons.load(personOf(context.state));
    await dialpad.inviteUser(
      { email: await invitedMail(context), givenName: profile.givenName ?? '', familyName: profile.familyName ?? '', officeId, license },
      { startedAt: await context.startedAt(), repeated: context.repeated },
    );
    await tookSeats(context, dialpad.seatKindOf(license));
  },
  read: async (context) => {
    const invited = await invitedMail(context);
    const [user] = (await context.deps.dialpad.findUsersByEmail(invited)).filter((each) => each.state !== 'deleted');
    if (!user) return holds(false, { found: 0 });
    await link(context, user.id);
    const mail = await mailIn(context);
    if (!user.emails.some((each) => same(each, mail))) throw new Blocked('invite.mail_corrected', CORRECTED);
    const { finding, evidence } = await boughtMeanwhile(context, user.officeId);

    return {
      holds: true,
      evidence: { userId: user.id, state: user.state, officeId: user.officeId, ...evidence },
      userId: user.id,
      ...(finding ? { finding } : {}),
    };
  },
};

const CORRECTED =
  'the user was made under the mail address of before HR corrected it, and nobody may read there: set the new address of the user in the console, then retry';

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

/** Whom the case invited; an invitation that was never read back is looked for by its address. Null: nobody is there. */
const invitedUser = async (context: StepContext): Promise<DialpadUser | null> => {
  const { dialpad } = context.deps;
  if (context.state.userId !== null) return dialpad.readUser(context.state.userId);
  const invite = context.state.steps.find((step) => step.kind === 'inviteUser')?.id ?? '';
  const mail = (await sealedMail(context, invite)) ?? (await mailIn(context));
  return dialpad.invitedUser(mail, { startedAt: await context.startedAt(invite) });
};

const withdrawInvite: StepDefinition = {
  keep: async (context) => {
    const user = await invitedUser(context);
    if (!user || user.state === 'deleted') return;
    if (hasAccepted(user))
      throw new Blocked('invite.accepted', 'the person has accepted meanwhile: nothing is withdrawn; end the access with a leaver case, or waive');
    // Deleting a pending user destroys its number (help.dialpad.com): it must be in the pool before.
    if (user.phoneNumbers.length > 0) throw new Blocked('invite.number_left', 'the invited user still holds a number; un-assign it, then retry');
    await context.deps.dialpad.deleteUser(user.id);
  },
  read: async (context) => {
    const user = await invitedUser(context);
    return holds(user === null || user.state === 'deleted', { state: user?.state ?? 'unknown to Dialpad' });
  },
};

export const inviteSteps: Partial<Record<StepKind, StepDefinition>> = { inviteUser, adoptUser, reactivateUser, withdrawInvite };
