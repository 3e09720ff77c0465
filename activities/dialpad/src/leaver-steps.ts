import { askFor, purgeOverdueAt, type Heir, type StepKind } from '@handover/case';
import type { GroupRef } from '@handover/connector-dialpad';
import { belongingSteps } from './leaver-belongings.ts';
import { callSteps, placeFor } from './leaver-calls.ts';
import { apiKeyStays, checkLeaver, mayGo } from './leaver-check.ts';
import { movesOf } from './number-moves.ts';
import { wakeNextInLine } from './seats.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

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
  keep: async (context) => {
    await mayGo(context);
    await context.deps.dialpad.suspendUser(userIdOf(context));
  },
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
  keep: async (context) => {
    await mayGo(context);
    await context.deps.dialpad.setCompanyAdmin(userIdOf(context), false);
  },
  read: async (context) => {
    const user = await userOf(context);
    return holds(!user.isSuperAdmin, { companyAdmin: user.isSuperAdmin });
  },
};

const revokeOfficeAdmin: StepDefinition = {
  image: async (context) => ({ before: { officeIds: (await userOf(context)).adminOfficeIds } }),
  // A leaver administers nothing any more; who stays keeps what the plan leaves them.
  keep: async (context) => {
    apiKeyStays(context, userIdOf(context));
    await context.deps.dialpad.setAdminOffices(userIdOf(context), target<{ keep?: string[] }>(context).keep ?? []);
  },
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

const moveNumber: StepDefinition = {
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const { number, heir } = target<{ number: string; heir: Heir }>(context);
    const place = placeFor(heir);
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
    const place = placeFor(heir);
    const moves = movesOf(context, [{ number, now, from: { type: 'user', id: userIdOf(context) } }]);
    const at = { number, status: now?.status ?? 'released', targetType: now?.targetType ?? null, targetId: now?.targetId ?? null, ...moves };

    return place
      ? holds(now?.targetId === place.id, at)
      : holds(now === null ? !context.deps.policy.reservePool : now.status === 'available', at, 'the number is not in the pool');
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

/** Judged by what was recorded at the first look, which comes when Dialpad's own time is over. */
const isOverdue = async (context: StepContext): Promise<boolean> => {
  const { policy, now } = context.deps;
  const at = purgeOverdueAt(context.state) ?? new Date(Date.parse(await context.startedAt()) + policy.purge.overdue).toISOString();
  return Date.parse(now()) >= Date.parse(at);
};

const confirmPurge: StepDefinition = {
  readFirst: false,
  image: async ({ deps: { policy, now } }) => ({ before: { overdueAt: new Date(Date.parse(now()) + policy.purge.overdue).toISOString() } }),
  keep: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    if (user && user.state !== 'deleted') throw new Blocked('purge.restored', 'the user was restored in Dialpad: nothing is erased while it exists');
    if (user === null) return undefined;
    if (await isOverdue(context)) throw new Blocked('task.purge-overdue', askFor('purge-overdue'));
    return 'again';
  },
  read: async (context) => {
    const user = await context.deps.dialpad.readUser(userIdOf(context));
    return holds(user === null, { returned: user !== null });
  },
};

export const leaverSteps: Partial<Record<StepKind, StepDefinition>> = {
  ...callSteps,
  ...belongingSteps,
  checkLeaver,
  suspendUser,
  revokeCompanyAdmin,
  revokeOfficeAdmin,
  clearForwarding,
  removeDeskPhone,
  moveNumber,
  releaseSeat,
  deleteUser,
  confirmPurge,
};
