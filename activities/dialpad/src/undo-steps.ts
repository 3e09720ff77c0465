import type { Heir, JsonObject, StepKind } from '@handover/case';
import { samePlace, type GroupMembership, type GroupRef, type RoutingReference } from '@handover/connector-dialpad';
import { isConnectorError } from '@handover/connector-kit';
import { movesOf } from './number-moves.ts';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';

const user = async (context: StepContext) => {
  const found = await context.deps.dialpad.readUser(userIdOf(context));
  if (!found) throw new Blocked('user.gone', 'Dialpad does not know the user any more');
  return found;
};

const holds = (condition: boolean, evidence: JsonObject): Reading => ({ holds: condition, evidence });

/** What the undone step saw before it wrote. */
const imageOfUndone = (context: StepContext) => context.imageOf(context.step.undoes ?? '');

const activateUser: StepDefinition = {
  keep: async (context) => {
    const { dialpad, company } = context.deps;
    const found = await user(context);
    if ((await imageOfUndone(context)).before['state'] === 'suspended') return; // was suspended before we came
    const seat = dialpad.seatKindOf(found.license ?? 'talk');
    try {
      await dialpad.activateUser(found.id);
    } catch (error) {
      if (!isConnectorError(error) || error.code !== 'no-seat') throw error;
      // Their seat was given to the queue: they are first in line for the next.
      await company.execute({ type: 'claimSeat', caseId: context.caseId, officeId: found.officeId, seat, free: 0, first: true }, context.by);
      throw new Blocked('seat.none', 'no seat is free to give the person back; the next that comes free is theirs');
    }
    await company.execute({ type: 'returnSeat', caseId: context.caseId }, context.by);
  },
  read: async (context) => {
    const state = (await user(context)).state;
    const wasSuspended = (await imageOfUndone(context)).before['state'] === 'suspended';
    return holds(state === 'active' || (wasSuspended && state === 'suspended'), { state });
  },
};

const restoreCompanyAdmin: StepDefinition = {
  keep: async (context) => void (await context.deps.dialpad.setCompanyAdmin(userIdOf(context), true)),
  read: async (context) => holds((await user(context)).isSuperAdmin, { companyAdmin: (await user(context)).isSuperAdmin }),
};

const restoreOfficeAdmin: StepDefinition = {
  keep: async (context) => void (await context.deps.dialpad.setAdminOffices(userIdOf(context), target<{ officeIds: string[] }>(context).officeIds)),
  read: async (context) => {
    const { officeIds } = target<{ officeIds: string[] }>(context);
    const now = (await user(context)).adminOfficeIds;
    return holds(
      officeIds.every((id) => now.includes(id)),
      { adminOfficeIds: now },
    );
  },
};

const restoreForwarding: StepDefinition = {
  keep: async (context) => {
    const forwarding = (await imageOfUndone(context)).personal['forwarding'];
    await context.deps.dialpad.setForwarding(userIdOf(context), Array.isArray(forwarding) ? forwarding.map(String) : []);
  },
  read: async (context) => {
    const before = (await imageOfUndone(context)).personal['forwarding'];
    const now = (await user(context)).forwardingNumbers;
    return holds(Array.isArray(before) && before.every((number) => now.includes(String(number))), { forwardingNumbers: now.length });
  },
};

const restoreRouting: StepDefinition = {
  keep: async (context) => {
    const { reference } = target<{ reference: RoutingReference }>(context);
    await context.deps.dialpad.repointRouting(reference, { type: 'user', id: userIdOf(context) });
  },
  read: async (context) => {
    const { reference } = target<{ reference: RoutingReference }>(context);
    const now = await context.deps.dialpad.routingReferences(userIdOf(context));
    return holds(
      now.some((each) => samePlace(each.where, reference.where)),
      { where: reference.where as unknown as JsonObject },
    );
  },
};

const rejoinGroup: StepDefinition = {
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { group, heir } = target<{ group: GroupMembership; heir: Heir }>(context);
    await dialpad.addToGroup({ userId: userIdOf(context), group, role: group.role });
    const { operators, steppedIn } = (await imageOfUndone(context)).before;
    // Put in only so that the group would ring somebody; if we put them in, they go again. Older images do not say who was.
    const byUs =
      steppedIn === undefined ? heir.kind === 'user' && Array.isArray(operators) && operators.length === 1 : heir.kind === 'user' && steppedIn === heir.id;
    const heirIsOurs = heir.kind === 'user' && byUs && Array.isArray(operators) && !operators.includes(heir.id);
    if (heirIsOurs) await dialpad.removeFromGroup({ userId: heir.id, group });
  },
  read: async (context) => {
    const { group } = target<{ group: GroupRef }>(context);
    const operators = (await context.deps.dialpad.operatorsOf(group)).map((each) => each.id);
    return holds(operators.includes(userIdOf(context)), { group: group.id, operators: operators.length });
  },
};

const returnNumber: StepDefinition = {
  keep: async (context) => {
    const { number, heir } = target<{ number: string; heir: Heir }>(context);
    const { dialpad, policy } = context.deps;
    const now = await dialpad.readNumber(number);
    if (!now) throw new Blocked('number.lost', "the number is not the company's any more; give the person another one");
    const back = { number, target: { type: 'user', id: userIdOf(context) }, primary: context.step.undoes === 'number-1' };
    if (heir.kind === 'pool' || now.targetId !== heir.id) return void (await dialpad.assignNumber(back));
    try {
      await dialpad.assignNumber({ ...back, from: heir.id });
    } catch (error) {
      if (!isConnectorError(error, 'conflict')) throw error;
      // Dialpad refuses to move what somebody holds: by way of the pool, where there is one to come back from.
      if (!policy.reservePool) throw new Blocked('number.would_be_lost', 'un-assigning the number from the successor would lose it; move it in the console');
      await dialpad.poolNumber(number, { from: heir.id });
      await dialpad.assignNumber(back);
    }
  },
  read: async (context) => {
    const { number, heir } = target<{ number: string; heir: Heir }>(context);
    const now = await context.deps.dialpad.readNumber(number);
    const moves = movesOf(context, [{ number, now, from: heir.kind === 'pool' ? null : { type: heir.kind, id: heir.id } }]);
    return holds(now?.targetId === userIdOf(context), { number, status: now?.status ?? 'released', ...moves });
  },
};

export const undoSteps: Partial<Record<StepKind, StepDefinition>> = {
  activateUser,
  restoreCompanyAdmin,
  restoreOfficeAdmin,
  restoreForwarding,
  restoreRouting,
  rejoinGroup,
  returnNumber,
};
