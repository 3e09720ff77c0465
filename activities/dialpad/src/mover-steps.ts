import type { JsonObject, StepKind } from '@handover/case';
import type { DialpadUser, GroupRef } from '@handover/connector-dialpad';
import { nobodyLeftBehind } from './leaver-steps.ts';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';

const userOf = async (context: StepContext): Promise<DialpadUser> => {
  const user = await context.deps.dialpad.readUser(userIdOf(context));
  if (!user || user.state === 'deleted') throw new Blocked('user.gone', 'Dialpad does not know the user any more; somebody deleted it');
  return user;
};

const holds = (condition: boolean, evidence: JsonObject, detail?: string): Reading => ({ holds: condition, evidence, ...(detail ? { detail } : {}) });

/** Nothing is changed before everything can be: a seat is claimed, an admin stays, no group is left without operators. */
const checkMover: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const { officeId, seat } = target<{ officeId: string; seat: string | null }>(context);
    const user = await userOf(context);
    if (seat !== null) {
      const free = ((await dialpad.freeSeats(officeId)) as unknown as Record<string, number>)[seat] ?? 0;
      const claimed = await company.execute({ type: 'claimSeat', caseId: context.caseId, officeId, seat, free, first: false }, context.by);
      if (claimed.refusal) {
        // Who moves does not stand in line: they have a seat, and joiners have none.
        await company.execute({ type: 'returnSeat', caseId: context.caseId }, context.by);
        throw new Blocked('seat.none', `no ${seat} seat is free in the office; free or buy one in the console, then retry`);
      }
    }
    if (context.state.steps.some((step) => step.kind === 'revokeCompanyAdmin')) {
      const admins = (await dialpad.companyAdmins()).map((admin) => admin.id).filter((id) => id !== user.id);
      const { refusal } = await company.execute({ type: 'claimAdminExit', caseId: context.caseId, userId: user.id, otherAdmins: admins }, context.by);
      if (refusal) throw new Blocked(refusal.code, 'the person is the last active Company Admin; make somebody else one first');
    }
    const groups = context.state.steps.filter((step) => step.kind === 'leaveGroup').map((step) => (step.target as unknown as { group: GroupRef }).group);
    await nobodyLeftBehind(context, user.id, groups);
  },
  read: async (context) => {
    const user = await userOf(context);
    return holds(true, { state: user.state, officeId: user.officeId, license: user.license, companyAdmin: user.isSuperAdmin });
  },
};

const numbersNow = (user: DialpadUser): JsonObject => ({ officeId: user.officeId, numbers: user.phoneNumbers, license: user.license });

const moveOffice: StepDefinition = {
  image: async (context) => ({ before: numbersNow(await userOf(context)) }),
  keep: async (context) => {
    const { officeId } = target<{ officeId: string }>(context);
    await context.deps.dialpad.moveOffice(userIdOf(context), officeId);
    await context.deps.company.execute({ type: 'takeSeat', caseId: context.caseId }, context.by); // Dialpad's own counter shows it from here
  },
  read: async (context) => {
    const { officeId, numbers, losesNumbers } = target<{ officeId: string; numbers: string[]; losesNumbers: boolean }>(context);
    const user = await userOf(context);
    const kept = numbers.filter((number) => user.phoneNumbers.includes(number));
    // At home the numbers must have gone along; abroad a new one must be there, or the person cannot be called.
    const callable = losesNumbers ? user.phoneNumbers.length > 0 : kept.length === numbers.length;
    return holds(
      user.officeId === officeId && callable,
      { ...numbersNow(user), kept },
      user.officeId === officeId ? 'the numbers are not as promised; look at the user in Dialpad' : 'the user is not in the office',
    );
  },
};

const changeLicense: StepDefinition = {
  image: async (context) => {
    const user = await userOf(context);
    return { before: { ...numbersNow(user), groups: user.groupDetails.map(({ type, id, role }) => ({ type, id, role })) } };
  },
  keep: async (context) => {
    await context.deps.dialpad.setLicense(userIdOf(context), target<{ license: string }>(context).license);
    await context.deps.company.execute({ type: 'takeSeat', caseId: context.caseId }, context.by);
  },
  read: async (context) => {
    const { license } = target<{ license: string }>(context);
    const user = await userOf(context);
    return holds(user.license === license, { ...numbersNow(user), groups: user.groupDetails.length });
  },
};

const verifyMover: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const { officeId, license } = target<{ officeId: string; license: string }>(context);
    const user = await userOf(context);
    const same = user.officeId === officeId && (user.license ?? 'talk') === license;
    return holds(
      same,
      { ...numbersNow(user), groups: user.groupDetails.length, companyAdmin: user.isSuperAdmin, adminOfficeIds: user.adminOfficeIds },
      'office or licence are not as planned',
    );
  },
};

export const moverSteps: Partial<Record<StepKind, StepDefinition>> = { checkMover, moveOffice, changeLicense, verifyMover };
