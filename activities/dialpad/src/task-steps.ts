import { sayTask, taskNameOf, taskOf, type JsonObject, type ReadBack, type StepKind } from '@handover/case';
import { samePlace, type RoutingReference, type SeatKind } from '@handover/connector-dialpad';
import { hasAccepted } from './invite-steps.ts';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';

type Look = (context: StepContext) => Promise<Reading>;

const holds = (condition: boolean, evidence: JsonObject): Reading => ({ holds: condition, evidence });

/** A task may be about somebody else than the case: a namesake that has to be restored first. */
const userOf = (context: StepContext): string => target<{ userId?: string }>(context).userId ?? userIdOf(context);

/** The office's free seats that nobody else was promised. */
const seatsLeft = async (context: StepContext): Promise<Reading> => {
  const { dialpad, company } = context.deps;
  const { officeId, seat } = target<{ officeId: string; seat: SeatKind }>(context);
  const [free, bought, { claims }] = await Promise.all([dialpad.freeSeats(officeId), dialpad.seatsBought(officeId), company.state()]);
  const promised = claims.filter((claim) => claim.officeId === officeId && claim.seat === seat && claim.caseId !== context.caseId).length;

  return holds(free[seat] - promised >= 1, { officeId, seat, free: free[seat], promised, bought: bought[seat] });
};

/** Each by another call than anything that wrote: a person did the work, in the console. */
const LOOKS: Readonly<Record<ReadBack, Look>> = {
  'user-restored': async (context) => {
    const user = await context.deps.dialpad.readUser(userOf(context));
    if (!user) throw new Blocked('user.gone', 'Dialpad does not know the user any more: the 72 hours are over, nothing can be restored');
    return holds(user.state !== 'deleted', { state: user.state });
  },
  'user-gone': async (context) => {
    const user = await context.deps.dialpad.readUser(userOf(context));
    return holds(user === null, { returned: user !== null });
  },
  'invitation-accepted': async (context) => {
    const user = await context.deps.dialpad.readUser(userOf(context));
    return holds(user !== null && hasAccepted(user), { state: user?.state ?? 'unknown to Dialpad' });
  },
  'seats-bought': seatsLeft,
  'seats-removed': async (context) => {
    const { officeId, seat, purchased } = target<{ officeId: string; seat: SeatKind; purchased: number }>(context);
    const bought = (await context.deps.dialpad.seatsBought(officeId))[seat];
    return holds(bought < purchased, { officeId, seat, bought, before: purchased });
  },
  'main-line-elsewhere': async (context) => {
    const { reference } = target<{ reference: RoutingReference }>(context);
    const left = await context.deps.dialpad.routingReferences(userOf(context));
    return holds(!left.some((each) => samePlace(each.where, reference.where)), { where: reference.where as unknown as JsonObject });
  },
  'not-in-team': async (context) => {
    const { group } = target<{ group: { id: string } }>(context);
    const members = (await context.deps.dialpad.coachingTeamMembers(group.id)).map((member) => member.id);
    return holds(!members.includes(userOf(context)), { team: group.id, members: members.length });
  },
  'mails-elsewhere': async (context) => {
    const { line } = target<{ line: { type: string; id: string } }>(context);
    const [user, mails] = await Promise.all([context.deps.dialpad.readUser(userOf(context)), context.deps.dialpad.voicemailMails(line)]);
    if (!user) throw new Blocked('user.gone', 'Dialpad does not know the user any more, so its addresses cannot be compared');
    const own = user.emails.map((email) => email.toLowerCase());
    return holds(!mails.some((mail) => own.includes(mail.toLowerCase())), { line: { type: line.type, id: line.id }, addresses: mails.length });
  },
  'greeting-there': async (context) => {
    const { ivrType } = target<{ ivrType: string }>(context);
    const greetings = await context.deps.dialpad.customIvrs({ type: 'user', id: userOf(context) });
    return holds(
      greetings.some((each) => each.ivrType === ivrType && each.selected),
      { ivrType, recordings: greetings.length },
    );
  },
  'desk-phone-there': async (context) => {
    const phones = await context.deps.dialpad.deskPhones(userOf(context));
    return holds(phones.length > 0, { deskPhones: phones.length });
  },
};

const known = (context: StepContext): NonNullable<ReturnType<typeof taskOf>> => {
  const task = taskOf(context.step);
  if (!task) throw new Blocked('task.unknown', `no task is called ${taskNameOf(context.step) ?? 'that'}`);
  return task;
};

/** Whether the task is done. What Dialpad's API does not show is done when a person says so, with evidence. */
export const lookAtTask: Look = async (context) => {
  const { readBack } = known(context);
  if (readBack !== null) return LOOKS[readBack](context);
  return { ...holds(context.at.byHand, { saidByHand: context.at.byHand }), detail: 'Dialpad shows nothing of it; mark the step as done by hand' };
};

const task: StepDefinition = {
  keep: async (context) => {
    const { name, ...task } = known(context);
    if (!(await lookAtTask(context)).holds) throw new Blocked(`task.${name}`, sayTask(task));
  },
  read: lookAtTask,
};

export const taskSteps: Partial<Record<StepKind, StepDefinition>> = { taskByHand: task, restoreUser: task };
