import { endsOf, keyOf, type CallProblem, type CallReport, type CallTarget, type Heir, type Json, type JsonObject, type StepKind } from '@handover/case';
import { samePlace, type GroupRef, type RoutingReference } from '@handover/connector-dialpad';
import { foreseeCalls, readCallGraph } from '@handover/planning';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';
import { wakeNextInLine } from './seats.ts';

const userOf = async (context: StepContext) => {
  const user = await context.deps.dialpad.readUser(userIdOf(context));
  if (!user) throw new Blocked('user.gone', 'Dialpad does not know the user any more; somebody deleted it');
  return user;
};

const holds = (condition: boolean, evidence: JsonObject, detail?: string): Reading => ({ holds: condition, evidence, ...(detail ? { detail } : {}) });

const checkLeaver: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { dialpad, company, policy } = context.deps;
    const user = await userOf(context);
    if (policy.apiKeyOwner === user.id) {
      throw new Blocked('leaver.api_key_owner', 'the person owns the API key that Handover works with; let another Company Admin create a key first');
    }
    if (user.isSuperAdmin && user.state === 'active') {
      const admins = (await dialpad.companyAdmins()).map((admin) => admin.id).filter((id) => id !== user.id);
      const { refusal } = await company.execute({ type: 'claimAdminExit', caseId: context.caseId, userId: user.id, otherAdmins: admins }, context.by);
      if (refusal) throw new Blocked(refusal.code, 'the person is the last active Company Admin; make somebody else one first');
    }
    const heir = target<{ heir: Heir }>(context).heir;
    if (heir.kind === 'user' && (await dialpad.readUser(heir.id))?.state !== 'active') {
      throw new Blocked('successor.inactive', 'the successor is not active in Dialpad any more');
    }
    const { problems } = await foreseeCalls(dialpad, { userId: user.id, heir });
    if (problems.length > 0) throw new Blocked(CALL_CODES[problems[0]?.what ?? 'dead-end'], wordsOf(problems));
  },
  read: async (context) => {
    const user = await userOf(context);
    return holds(true, { state: user.state, companyAdmin: user.isSuperAdmin });
  },
};

const CALL_CODES: Readonly<Record<CallProblem['what'], string>> = { 'no-operators': 'group.last_operator', 'dead-end': 'calls.dead_end', loop: 'calls.loop' };

/** Every problem with its way, and who could take over; ids only. */
const wordsOf = (problems: readonly CallProblem[]): string => {
  const what = { 'no-operators': 'would ring nobody', 'dead-end': 'would end nowhere', loop: 'would go round in a circle' };
  const each = problems.slice(0, 5).map((problem) => `${problem.line} (${problem.hours}) ${what[problem.what]}: ${problem.path.join(' > ')}`);
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
  const suggested = problems[0]?.suggested ?? [];

  return `${each.join('; ')}${more}. Name a successor, add an operator, or waive${suggested.length > 0 ? `; users who could take over: ${suggested.join(', ')}` : ''}`;
};

/** A group whose only operator leaves rings nobody: refused before anything is changed, unless somebody takes over. */
export const nobodyLeftBehind = async (context: StepContext, userId: string, groups: readonly GroupRef[]): Promise<void> => {
  for (const group of groups.filter((each) => each.type !== 'channel')) {
    const operators = await context.deps.dialpad.operatorsOf(group);
    if (operators.length === 1 && operators[0]?.id === userId) {
      throw new Blocked('group.last_operator', `the person is the only operator of ${group.type} ${group.id}; name a successor, add an operator, or waive`);
    }
  }
};

const suspendUser: StepDefinition = {
  image: async (context) => {
    const user = await userOf(context);
    return { before: { state: user.state, freeSeats: (await seatsFree(context, user.officeId, user.license)).free } };
  },
  keep: async (context) => void (await context.deps.dialpad.suspendUser(userIdOf(context))),
  read: async (context) => {
    const user = await userOf(context);
    return holds(user.state === 'suspended', { state: user.state });
  },
};

const seatsFree = async (context: StepContext, officeId: string, license: string | null): Promise<{ seat: string; free: number }> => {
  const { dialpad } = context.deps;
  const seat = dialpad.seatKindOf(license ?? 'talk');
  const seats = await dialpad.freeSeats(officeId);

  return { seat, free: (seats as unknown as Record<string, number>)[seat] ?? 0 };
};

const revokeCompanyAdmin: StepDefinition = {
  keep: async (context) => void (await context.deps.dialpad.setCompanyAdmin(userIdOf(context), false)),
  read: async (context) => {
    const user = await userOf(context);
    return holds(!user.isSuperAdmin, { companyAdmin: user.isSuperAdmin });
  },
};

const revokeOfficeAdmin: StepDefinition = {
  image: async (context) => ({ before: { officeIds: (await userOf(context)).adminOfficeIds } }),
  // A leaver administers nothing any more; who stays keeps what the plan leaves them.
  keep: async (context) => void (await context.deps.dialpad.setAdminOffices(userIdOf(context), target<{ keep?: string[] }>(context).keep ?? [])),
  read: async (context) => {
    const { keep = [] } = target<{ keep?: string[] }>(context);
    const user = await userOf(context);
    return holds(
      user.adminOfficeIds.every((id) => keep.includes(id)),
      { adminOfficeIds: user.adminOfficeIds },
    );
  },
};

const clearForwarding: StepDefinition = {
  // Where calls were forwarded to is often a private number: sealed, and gone with the person's key.
  image: async (context) => ({ personal: { forwarding: (await userOf(context)).forwardingNumbers } }),
  keep: async (context) => void (await context.deps.dialpad.setForwarding(userIdOf(context), [])),
  read: async (context) => {
    const count = (await userOf(context)).forwardingNumbers.length;
    return holds(count === 0, { forwardingNumbers: count });
  },
};

const removeDeskPhone: StepDefinition = {
  keep: async (context) => void (await context.deps.dialpad.removeDeskPhone(userIdOf(context), target<{ deskPhoneId: string }>(context).deskPhoneId)),
  read: async (context) => {
    const { deskPhoneId } = target<{ deskPhoneId: string }>(context);
    const left = (await context.deps.dialpad.deskPhones(userIdOf(context))).map((phone) => phone.id);
    return holds(!left.includes(deskPhoneId), { deskPhones: left.length });
  },
};

const asPlace = (heir: Heir): { type: 'user' | 'department' | 'callcenter' | 'office'; id: string } | null =>
  heir.kind === 'pool' ? null : { type: heir.kind, id: heir.id };

const stillPoints = async (context: StepContext, reference: RoutingReference): Promise<boolean> =>
  (await context.deps.dialpad.routingReferences(userIdOf(context))).some((each) => samePlace(each.where, reference.where));

const repointRouting: StepDefinition = {
  keep: async (context) => {
    const { reference, heir } = target<{ reference: RoutingReference; heir: Heir }>(context);
    await context.deps.dialpad.repointRouting(reference, asPlace(heir));
  },
  read: async (context) => {
    const { reference } = target<{ reference: RoutingReference }>(context);
    return holds(!(await stillPoints(context, reference)), { where: reference.where as unknown as JsonObject });
  },
};

const leaveGroup: StepDefinition = {
  image: async (context) => {
    const { group } = target<{ group: GroupRef }>(context);
    return { before: { operators: (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id) } };
  },
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { group, heir } = target<{ group: GroupRef; heir: Heir }>(context);
    const others = (await dialpad.operatorsOf(group)).filter((each) => each.id !== userIdOf(context));
    // The heir steps in before the last one steps out, so that the group rings somebody at every moment.
    if (others.length === 0 && heir.kind === 'user') await dialpad.addToGroup({ userId: heir.id, group, role: 'operator' });
    await dialpad.removeFromGroup({ userId: userIdOf(context), group });
  },
  read: async (context) => {
    const { group } = target<{ group: GroupRef }>(context);
    const operators = (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id);
    return holds(!operators.includes(userIdOf(context)), { group: group.id, operators: operators.length });
  },
};

const moveNumber: StepDefinition = {
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const { number, heir } = target<{ number: string; heir: Heir }>(context);
    const place = asPlace(heir);
    if (place) {
      // Never as primary: the heir's own number stays what others see.
      await dialpad.assignNumber({ number, target: place, primary: false, from: userIdOf(context) });
      return;
    }
    // Withheld before it is pooled: until the delete begins the leaver may come back for it.
    await company.execute({ type: 'withholdNumber', caseId: context.caseId, number }, context.by);
    await dialpad.poolNumber(number, { from: userIdOf(context) });
  },
  read: async (context) => {
    const { number, heir } = target<{ number: string; heir: Heir }>(context);
    const now = await context.deps.dialpad.readNumber(number);
    const place = asPlace(heir);
    const at = { number, status: now?.status ?? 'released', targetType: now?.targetType ?? null, targetId: now?.targetId ?? null };

    return place
      ? holds(now?.targetId === place.id, at)
      : holds(now === null ? !context.deps.policy.reservePool : now.status === 'available', at, 'the number is not in the pool');
  },
};

const targetOf = (key: string): CallTarget => {
  const [type = '', id = ''] = key.split(':');
  return { type, id };
};

/** After the hand-over every touched line is followed again, as it really is now: where calls end is kept as evidence. */
const verifyCalls: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const link = await context.evidenceOf('link');
    const before = ((link['calls'] as unknown as CallReport | undefined)?.paths ?? []).map(({ from, hours }) => ({ from: targetOf(from), hours }));
    const graph = await readCallGraph(
      context.deps.dialpad,
      userIdOf(context),
      before.map((each) => each.from),
    );
    const now = before.map(({ from, hours }) => ({ from: keyOf(from), hours, ends: endsOf(graph, from, hours) }));
    const stillRings = graph.lines.filter((line) => line.operators.includes(userIdOf(context))).map((line) => `${line.type}:${line.id}`);
    const leadsToLeaver = now.flatMap(({ ends }) => ends.filter((end) => end.path.includes(`user:${userIdOf(context)}`)).map((end) => end.path.join(' > ')));

    return holds(
      stillRings.length + leadsToLeaver.length === 0,
      { now: JSON.parse(JSON.stringify(now)) as Json, stillRings, leadsToLeaver },
      'a call still leads to the leaver; point it elsewhere, then retry',
    );
  },
};

const releaseSeat: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const user = await userOf(context);
    const { seat, free } = await seatsFree(context, user.officeId, user.license);
    const before = Number((await context.imageOf('suspend')).before['freeSeats'] ?? Number.NaN);
    await wakeNextInLine(context.deps, user.officeId, seat, context.by);
    // That a suspended user frees the seat is likely, not documented (help pages before 2024): a finding, never a block.
    const finding = Number.isFinite(before) && free <= before ? { finding: 'seat.not_freed' } : {};

    return { holds: true, evidence: { officeId: user.officeId, seat, freeBefore: Number.isFinite(before) ? before : null, freeAfter: free }, ...finding };
  },
};

const deleteUser: StepDefinition = {
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const user = await dialpad.readUser(userIdOf(context));
    if (user && user.state !== 'deleted') {
      if (user.state === 'active')
        throw new Blocked('delete.user_active', 'the user is active again: somebody gave access back; rescind the case, or suspend the user and retry');
      // A delete takes the user's numbers along for 72 hours, and with a pending user for ever.
      if (user.phoneNumbers.length > 0) throw new Blocked('delete.numbers_left', 'the user has numbers again; hand them over or pool them, then retry');
    }
    await company.execute({ type: 'freeNumbers', caseId: context.caseId }, context.by);
    await dialpad.deleteUser(userIdOf(context));
  },
  read: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    return holds(user === null || user.state === 'deleted', { state: user?.state ?? 'unknown to Dialpad' });
  },
};

const confirmPurge: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    if (user && user.state !== 'deleted') throw new Blocked('purge.restored', 'the user was restored in Dialpad: nothing is erased while it exists');
    return user === null ? undefined : 'again';
  },
  read: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    return holds(user === null, { returned: user !== null });
  },
};

export const leaverSteps: Partial<Record<StepKind, StepDefinition>> = {
  checkLeaver,
  suspendUser,
  revokeCompanyAdmin,
  revokeOfficeAdmin,
  clearForwarding,
  removeDeskPhone,
  repointRouting,
  leaveGroup,
  moveNumber,
  verifyCalls,
  releaseSeat,
  deleteUser,
  confirmPurge,
};
