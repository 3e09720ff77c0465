import { isApprovedByPeople, type Heir, type StepKind } from '@handover/case';
import type { CustomIvr, DialpadUser, GroupMembership } from '@handover/connector-dialpad';
import { Blocked, target, userIdOf, type StepContext, type StepDefinition } from './step.ts';

export type AdminScope =
  | { readonly scope: 'company' }
  | { readonly scope: 'offices'; readonly officeIds: readonly string[] }
  | { readonly scope: 'group'; readonly group: GroupMembership };

export const heirIdOf = (context: StepContext): string => {
  const { heir } = target<{ heir: Heir }>(context);
  if (heir.kind !== 'user') throw new Blocked('successor.no_person', 'only a person can take admin rights');
  return heir.id;
};

export const heirUserOf = async (context: StepContext): Promise<DialpadUser> => {
  const user = await context.deps.dialpad.readUser(heirIdOf(context));
  if (!user || user.state !== 'active') throw new Blocked('successor.inactive', 'the successor is not active in Dialpad any more');
  return user;
};

export const roleIn = (user: DialpadUser, group: { readonly type: string; readonly id: string }): string | null =>
  user.groupDetails.find((each) => each.type === group.type && each.id === group.id)?.role ?? null;

const hasScope = (user: DialpadUser, scope: AdminScope): boolean => {
  switch (scope.scope) {
    case 'company':
      return user.isSuperAdmin;
    case 'offices':
      return scope.officeIds.every((id) => user.adminOfficeIds.includes(id));
    case 'group':
      return roleIn(user, scope.group) === scope.group.role;
  }
};

/** Rights are given only by people who saw it in the plan: nobody becomes an admin because a deadline passed. */
const handOverAdmin: StepDefinition = {
  image: async (context) => {
    const heir = await heirUserOf(context);
    const scope = target<AdminScope>(context);
    return {
      before: { companyAdmin: heir.isSuperAdmin, officeIds: heir.adminOfficeIds, role: scope.scope === 'group' ? roleIn(heir, scope.group) : null },
    };
  },
  keep: async (context) => {
    if (!isApprovedByPeople(context.state)) return;
    const { dialpad } = context.deps;
    const heir = await heirUserOf(context);
    const scope = target<AdminScope>(context);
    switch (scope.scope) {
      case 'company':
        return void (await dialpad.setCompanyAdmin(heir.id, true));
      case 'offices':
        return void (await dialpad.setAdminOffices(heir.id, [...new Set([...heir.adminOfficeIds, ...scope.officeIds])]));
      case 'group':
        return void (await dialpad.setGroupRole({ userId: heir.id, group: scope.group, role: scope.group.role }));
    }
  },
  read: async (context) => {
    const heir = await heirUserOf(context);
    const granted = hasScope(heir, target<AdminScope>(context));
    const evidence = { heir: heir.id, scope: target<AdminScope>(context).scope, granted };
    if (granted || isApprovedByPeople(context.state)) return { holds: granted, evidence };

    return { holds: true, evidence: { ...evidence, why: 'nobody approved the plan' }, finding: 'admin.not_handed_over' };
  },
};

interface Shown {
  readonly userId: string;
  readonly number: string;
}

/** A number that goes to the pool or to somebody else must not be shown by others: their own number is, else their office's. */
const changeCallerId: StepDefinition = {
  keep: async (context) => {
    const { dialpad } = context.deps;
    const { userId, number } = target<Shown>(context);
    const now = await dialpad.readCallerId(userId);
    if (now?.callerId !== number) return;
    await dialpad.setCallerId(userId, now.phoneNumbers.find((each) => each !== number) ?? now.officeMainLine ?? 'blocked');
  },
  read: async (context) => {
    const { userId, number } = target<Shown>(context);
    const now = await context.deps.dialpad.readCallerId(userId);
    return { holds: now?.callerId !== number, evidence: { userId, showsTheNumber: now?.callerId === number } };
  },
};

export interface Greeting {
  readonly ivrType: string;
  readonly ivrId: string;
}

export const greetingsOf = async (context: StepContext): Promise<readonly CustomIvr[]> =>
  (await context.deps.dialpad.customIvrs({ type: 'user', id: userIdOf(context) })).filter((each) => each.ivrType === target<Greeting>(context).ivrType);

export const greetingAt = (context: StepContext) => ({ target: { type: 'user', id: userIdOf(context) }, ivrType: target<Greeting>(context).ivrType });

/** By this name a repeat knows its own recording. */
export const NEUTRAL = 'neutral-greeting';

const replaceGreeting: StepDefinition = {
  keep: async (context) => {
    const { dialpad, policy } = context.deps;
    if (policy.neutralGreeting === null)
      throw new Blocked('greeting.no_recording', 'the policy names no neutral greeting any more; name one and retry, or waive');
    await dialpad.addCustomIvr({ ...greetingAt(context), name: NEUTRAL, file: policy.neutralGreeting });
  },
  read: async (context) => {
    const played = (await greetingsOf(context)).find((each) => each.selected) ?? null;
    return {
      holds: played !== null && played.id !== target<Greeting>(context).ivrId,
      evidence: { ivrType: target<Greeting>(context).ivrType, played: played?.id ?? null },
    };
  },
};

const removeGreeting: StepDefinition = {
  keep: async (context) => void (await context.deps.dialpad.removeCustomIvr(greetingAt(context), target<Greeting>(context).ivrId)),
  read: async (context) => {
    const left = (await greetingsOf(context)).map((each) => each.id);
    return { holds: !left.includes(target<Greeting>(context).ivrId), evidence: { ivrType: target<Greeting>(context).ivrType, recordings: left.length } };
  },
};

export const belongingSteps: Partial<Record<StepKind, StepDefinition>> = { handOverAdmin, changeCallerId, replaceGreeting, removeGreeting };
