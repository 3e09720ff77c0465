import type { StepKind } from '@handover/case';
import type { DialpadUser, GroupMembership, Operator } from '@handover/connector-dialpad';
import { boughtIn, boughtMeanwhile } from './bought.ts';
import { tookSeats } from './seat-steps.ts';
import { Blocked, holds, target, userIdOf, userOf, type StepContext, type StepDefinition } from './step.ts';

interface Joining {
  readonly group: GroupMembership;
  /** Call centers: the licence that joining takes where the user has none for call centers. */
  readonly license?: 'agents' | 'lite_support_agents';
}

/** Groups whose members' roles Dialpad shows at the user; a channel has none, a coaching team shows its own. */
const roleIn = (group: GroupMembership, user: DialpadUser, members: readonly Operator[]): string | null =>
  group.type === 'coachingteam'
    ? (members.find((each) => each.id === user.id)?.role ?? null)
    : (user.groupDetails.find((each) => each.type === group.type && each.id === group.id)?.role ?? null);

const joinGroup: StepDefinition = {
  image: async (context) => {
    const { group } = target<Joining>(context);
    const [user, members] = [await userOf(context), await context.deps.dialpad.operatorsOf(group)];
    const bought = group.type === 'callcenter' ? await boughtIn(context, user.officeId) : {};
    return { before: { member: members.some((each) => each.id === user.id), role: roleIn(group, user, members), ...bought } };
  },
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { group, license } = target<Joining>(context);
    const user = await userOf(context);
    const members = await dialpad.operatorsOf(group);
    const join = { userId: user.id, group, role: group.role, ...(license ? { licenseType: license } : {}) };
    const role = roleIn(group, user, members);

    if (members.some((each) => each.id === user.id) && role !== null && role !== group.role) {
      // Dialpad changes a role by out and in again; in between somebody else has to answer.
      if (members.length === 1)
        throw new Blocked('group.last_operator', `the person is the only operator of ${group.type} ${group.id}; add another one, then retry, or waive`);
      await dialpad.setGroupRole(join);
    } else await dialpad.addToGroup(join);
    if (license) await tookSeats(context, dialpad.seatKindOf(license));
  },
  read: async (context) => {
    const { group } = target<Joining>(context);
    const members = await context.deps.dialpad.operatorsOf(group);
    const user = await userOf(context);
    const role = roleIn(group, user, members);
    const isMember = members.some((each) => each.id === user.id);
    const { finding, evidence } = group.type === 'callcenter' ? await boughtMeanwhile(context, user.officeId) : { evidence: {}, finding: undefined };

    return {
      ...holds(
        isMember && (role === null || role === group.role),
        { group: group.id, role, ...evidence },
        'the person is not in the group, or in another role',
      ),
      ...(finding ? { finding } : {}),
    };
  },
};

/** A group that the new licence does not allow: whether Dialpad dropped it, for whoever misses it. Nothing is written. */
const reportGroup: StepDefinition = {
  readFirst: false,
  keep: async () => undefined,
  read: async (context) => {
    const { group, license } = target<{ group: GroupMembership; license: string }>(context);
    const isIn = (await context.deps.dialpad.operatorsOf(group)).some((each) => each.id === userIdOf(context));
    const reason = `a ${license} licence is none for a ${group.type}`;

    return { holds: true, evidence: { group: group.id, role: group.role, stillIn: isIn, reason }, ...(isIn ? {} : { finding: 'group.dropped' }) };
  },
};

const officesOf = (context: StepContext): readonly string[] => {
  const { officeId, officeIds } = target<{ officeId: string; officeIds?: readonly string[] }>(context);
  return officeIds ?? [officeId];
};

/** Beside what they administer already: what is to go has a step of its own. */
const grantAdmin: StepDefinition = {
  keep: async (context) => {
    const { role } = target<{ role: 'company' | 'office' }>(context);
    const user = await userOf(context);
    if (role === 'company') await context.deps.dialpad.setCompanyAdmin(user.id, true);
    else await context.deps.dialpad.setAdminOffices(user.id, [...new Set([...user.adminOfficeIds, ...officesOf(context)])]);
  },
  read: async (context) => {
    const { role } = target<{ role: 'company' | 'office' }>(context);
    const user = await userOf(context);
    const has = role === 'company' ? user.isSuperAdmin : officesOf(context).every((id) => user.adminOfficeIds.includes(id));
    return holds(has, { companyAdmin: user.isSuperAdmin, adminOfficeIds: user.adminOfficeIds });
  },
};

export const roleSteps: Partial<Record<StepKind, StepDefinition>> = { joinGroup, reportGroup, grantAdmin };
