import { personOf, type JsonObject, type NumberWish, type StepKind } from '@handover/case';
import type { DialpadUser, GroupMembership } from '@handover/connector-dialpad';
import { wakeNextInLine } from './seats.ts';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';

/** Not `state`: Dialpad's API may create an active user at once. Accepted is who has been there. */
export const hasAccepted = (user: DialpadUser): boolean => user.dateFirstLogin !== null || user.onboardingCompleted;

const userOf = async (context: StepContext): Promise<DialpadUser> => {
  const user = await context.deps.dialpad.readUser(userIdOf(context));
  if (!user || user.state === 'deleted') throw new Blocked('user.gone', 'Dialpad does not know the user any more; somebody deleted it');
  return user;
};

const holds = (condition: boolean, evidence: JsonObject): Reading => ({ holds: condition, evidence });

const claimSeat: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { dialpad, company, cases } = context.deps;
    const { officeId, seat } = target<{ officeId: string; seat: string }>(context);
    const free = ((await dialpad.freeSeats(officeId)) as unknown as Record<string, number>)[seat] ?? 0;
    const { refusal } = await company.execute({ type: 'claimSeat', caseId: context.caseId, officeId, seat, free, first: false }, context.by);
    if (!refusal) return;
    await cases.execute(context.caseId, { type: 'awaitSeat', officeId, seat }, { ...context.by, commandId: `await-seat/${context.deps.now()}` });

    return 'again';
  },
  read: async (context) => holds(true, { ...target<{ officeId: string; seat: string }>(context) }),
};

const inviteUser: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { dialpad, persons, company } = context.deps;
    const { officeId, license } = target<{ officeId: string; license: string }>(context);
    const { profile } = await persons.load(personOf(context.state));
    if (profile.email === null) throw new Blocked('joiner.no_email', 'HR gave no mail address to invite');
    await dialpad.inviteUser(
      { email: profile.email, givenName: profile.givenName ?? '', familyName: profile.familyName ?? '', officeId, license },
      { startedAt: await context.startedAt(), repeated: context.repeated },
    );
    // From here Dialpad's own counter shows the seat as taken; ours would count it twice.
    await company.execute({ type: 'takeSeat', caseId: context.caseId }, context.by);
  },
  read: async (context) => {
    const { dialpad, persons } = context.deps;
    const { profile } = await persons.load(personOf(context.state));
    const [user] = (await dialpad.findUsersByEmail(profile.email ?? '')).filter((each) => each.state !== 'deleted');
    if (!user) return holds(false, { found: 0 });
    await persons.linkUser(personOf(context.state), user.id, context.caseId, { ...context.by, commandId: 'link' });

    return { holds: true, evidence: { userId: user.id, state: user.state, officeId: user.officeId }, userId: user.id };
  },
};

const numbersOf = async (context: StepContext): Promise<string[]> => (await context.deps.dialpad.numbersOf(userIdOf(context))).map((each) => each.number);

const assignNumber: StepDefinition = {
  readFirst: false,
  image: async (context) => ({ before: { numbers: await numbersOf(context) } }),
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const { wish, officeId } = target<{ wish: NumberWish; officeId: string }>(context);
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    if (wish.kind === 'area-code') {
      await dialpad.assignNewNumber({ target: { type: 'user', id: userIdOf(context) }, areaCode: wish.areaCode, before: had, repeated: context.repeated });
      return;
    }
    const number = (await company.numberOf(context.caseId)) ?? (await claimNumber(context, wish, officeId));
    await dialpad.assignNumber({ number, target: { type: 'user', id: userIdOf(context) }, primary: true });
  },
  read: async (context) => {
    const { before } = await context.imageOf(context.step.id);
    const had = Array.isArray(before['numbers']) ? before['numbers'].map(String) : [];
    const claimed = await context.deps.company.numberOf(context.caseId);
    const now = await numbersOf(context);
    const gained = now.filter((number) => !had.includes(number));

    return holds(claimed === null ? gained.length > 0 : now.includes(claimed), { numbers: now, claimed });
  },
};

/** Chosen and claimed before it is assigned: a retry asks for the same number again, never for a second one. */
const claimNumber = async (context: StepContext, wish: Exclude<NumberWish, { kind: 'area-code' }>, officeId: string): Promise<string> => {
  const { company } = context.deps;
  const { refusal } = await company.execute({ type: 'claimNumber', caseId: context.caseId, ...(await candidates(context, wish, officeId)) }, context.by);
  const number = await company.numberOf(context.caseId);
  if (refusal || number === null) {
    throw new Blocked(
      'number.none',
      wish.kind === 'named' ? 'the number is promised to somebody else' : 'no reserved number is free; release one, or assign one by hand',
    );
  }

  return number;
};

interface Candidates {
  readonly candidates: readonly string[];
  /** The leaver's case that HR takes the number from: what is withheld for that leaver alone may be taken. */
  readonly meantFrom?: string;
}

const candidates = async (context: StepContext, wish: Exclude<NumberWish, { kind: 'area-code' }>, officeId: string): Promise<Candidates> => {
  const { dialpad } = context.deps;
  if (wish.kind === 'named') return { candidates: [wish.e164] };
  if (wish.kind === 'reserved') {
    const [own, all] = await Promise.all([dialpad.pooledNumbers(officeId), dialpad.pooledNumbers()]);
    return { candidates: [...new Set([...own, ...all].map((each) => each.number))] };
  }
  if (wish.personRef === null) throw new Blocked('number.leaver_unknown', 'HR names a leaver it never told us about; name the number itself');
  return fromLeaver(context, wish.personRef);
};

/** Numbers that a leaver of this person has put into the pool, whether or not the leaver may still come back. */
const fromLeaver = async ({ deps: { dialpad, persons, cases } }: StepContext, personRef: string): Promise<Candidates> => {
  const leaver = [...(await persons.load(personRef)).state.cases].reverse().find((each) => each.kind === 'leaver');
  const steps = leaver ? ((await cases.load(leaver.caseId))?.state.steps ?? []) : [];
  const handedOver = steps.filter((step) => step.kind === 'moveNumber').map((step) => String(step.target['number']));
  const pooled = new Set((await dialpad.pooledNumbers()).map((each) => each.number));
  const free = handedOver.filter((number) => pooled.has(number));
  if (!leaver || free.length === 0)
    throw new Blocked('number.not_handed_over', 'no number of that leaver is in the pool yet; retry when the leaver is handed over');

  return { candidates: free, meantFrom: leaver.caseId };
};

const joinGroup: StepDefinition = {
  keep: async (context) => {
    const { group } = target<{ group: GroupMembership }>(context);
    await context.deps.dialpad.addToGroup({ userId: userIdOf(context), group, role: group.role });
  },
  read: async (context) => {
    const { group } = target<{ group: GroupMembership }>(context);
    const operators = (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id);
    return holds(operators.includes(userIdOf(context)), { group: group.id });
  },
};

const grantAdmin: StepDefinition = {
  keep: async (context) => {
    const { role, officeId } = target<{ role: 'company' | 'office'; officeId: string }>(context);
    const user = await userOf(context);
    if (role === 'company') await context.deps.dialpad.setCompanyAdmin(user.id, true);
    else await context.deps.dialpad.setAdminOffices(user.id, [...new Set([...user.adminOfficeIds, officeId])]);
  },
  read: async (context) => {
    const { role, officeId } = target<{ role: 'company' | 'office'; officeId: string }>(context);
    const user = await userOf(context);
    return holds(role === 'company' ? user.isSuperAdmin : user.adminOfficeIds.includes(officeId), {
      companyAdmin: user.isSuperAdmin,
      adminOfficeIds: user.adminOfficeIds,
    });
  },
};

const verifyJoiner: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const user = await userOf(context);
    const numbers = await numbersOf(context);
    const needsNumber = context.state.steps.some((step) => step.kind === 'assignNumber' && context.state.stepStates[step.id]?.status === 'verified');
    const complete = user.state === 'active' && hasAccepted(user) && (!needsNumber || numbers.length > 0);

    return {
      holds: complete,
      evidence: { state: user.state, accepted: hasAccepted(user), numbers, license: user.license },
      detail: 'the user is not active, has not been there, or has no number',
    };
  },
};

const unassignNumber: StepDefinition = {
  keep: async (context) => {
    if (hasAccepted(await userOf(context)))
      throw new Blocked('invite.accepted', 'the person has accepted meanwhile: nothing is withdrawn; end the access with a leaver case, or waive');
    for (const number of await numbersOf(context)) await context.deps.dialpad.poolNumber(number, { from: userIdOf(context) });
  },
  read: async (context) => {
    const numbers = await numbersOf(context);
    return holds(numbers.length === 0, { numbers });
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

const returnSeat: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { officeId, seat } = target<{ officeId: string; seat: string }>(context);
    await context.deps.company.execute({ type: 'returnSeat', caseId: context.caseId }, context.by);
    await wakeNextInLine(context.deps, officeId, seat, context.by);
  },
  read: async (context) => {
    const { officeId, seat } = target<{ officeId: string; seat: string }>(context);
    const free = ((await context.deps.dialpad.freeSeats(officeId)) as unknown as Record<string, number>)[seat] ?? 0;
    return holds(true, { officeId, seat, free });
  },
};

export const joinerSteps: Partial<Record<StepKind, StepDefinition>> = {
  claimSeat,
  inviteUser,
  assignNumber,
  joinGroup,
  grantAdmin,
  verifyJoiner,
  unassignNumber,
  withdrawInvite,
  returnSeat,
};
