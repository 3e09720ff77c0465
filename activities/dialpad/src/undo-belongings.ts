import type { StepKind } from '@handover/case';
import { isConnectorError } from '@handover/connector-kit';
import { NEUTRAL, greetingAt, greetingsOf, heirIdOf, roleIn, type AdminScope, type Greeting } from './leaver-belongings.ts';
import { Blocked, target, type StepContext, type StepDefinition } from './step.ts';

const imageOfUndone = async (context: StepContext) => (await context.imageOf(context.step.undoes ?? '')).before;

const heirNow = async (context: StepContext) => {
  const heir = await context.deps.dialpad.readUser(heirIdOf(context));
  if (!heir) throw new Blocked('user.gone', 'Dialpad does not know the successor any more');
  return heir;
};

const officesBefore = async (context: StepContext): Promise<readonly string[]> => {
  const { officeIds } = await imageOfUndone(context);
  return Array.isArray(officeIds) ? officeIds.map(String) : [];
};

/** Only what this case gave is taken back; what the successor had before stays. */
const takeBackAdmin: StepDefinition = {
  keep: async (context) => {
    const { dialpad } = context.deps;
    const heir = await heirNow(context);
    const before = await imageOfUndone(context);
    const scope = target<AdminScope>(context);
    if (scope.scope === 'company' && before['companyAdmin'] !== true && heir.isSuperAdmin) {
      const others = (await dialpad.companyAdmins()).filter((admin) => admin.id !== heir.id);
      if (others.length === 0) throw new Blocked('leaver.last_company_admin', 'the successor is the last active Company Admin; make somebody else one first');
      await dialpad.setCompanyAdmin(heir.id, false);
    }
    if (scope.scope === 'offices') {
      const had = await officesBefore(context);
      await dialpad.setAdminOffices(
        heir.id,
        heir.adminOfficeIds.filter((id) => had.includes(id) || !scope.officeIds.includes(id)),
      );
    }
    if (scope.scope === 'group' && typeof before['role'] === 'string') {
      await dialpad.setGroupRole({ userId: heir.id, group: scope.group, role: before['role'] });
    } else if (scope.scope === 'group') await dialpad.removeFromGroup({ userId: heir.id, group: scope.group });
  },
  read: async (context) => {
    const heir = await heirNow(context);
    const before = await imageOfUndone(context);
    const scope = target<AdminScope>(context);
    const evidence = { heir: heir.id, scope: scope.scope };
    if (scope.scope === 'company') return { holds: heir.isSuperAdmin === (before['companyAdmin'] === true), evidence };
    if (scope.scope === 'group') return { holds: roleIn(heir, scope.group) === (before['role'] ?? null), evidence };
    const had = await officesBefore(context);

    return { holds: scope.officeIds.every((id) => had.includes(id) === heir.adminOfficeIds.includes(id)), evidence };
  },
};

const restoreCallerId: StepDefinition = {
  readFirst: false,
  keep: async (context) => {
    const { userId, number } = target<{ userId: string; number: string }>(context);
    try {
      await context.deps.dialpad.setCallerId(userId, number);
    } catch (error) {
      // Dialpad lets nobody choose the number of somebody else; how they came to show it, nobody knows.
      if (!isConnectorError(error, 'invalid')) throw error;
    }
  },
  read: async (context) => {
    const { userId, number } = target<{ userId: string; number: string }>(context);
    const isShown = (await context.deps.dialpad.readCallerId(userId))?.callerId === number;
    return { holds: true, evidence: { userId, showsTheNumber: isShown }, ...(isShown ? {} : { finding: 'caller-id.not_restored' }) };
  },
};

const restoreGreeting: StepDefinition = {
  keep: async (context) => {
    const { dialpad } = context.deps;
    await dialpad.selectCustomIvr(greetingAt(context), target<Greeting>(context).ivrId);
    for (const { id, name } of await greetingsOf(context)) if (name === NEUTRAL) await dialpad.removeCustomIvr(greetingAt(context), id);
  },
  read: async (context) => {
    const greetings = await greetingsOf(context);
    const { ivrId, ivrType } = target<Greeting>(context);
    return {
      holds: greetings.some((each) => each.id === ivrId && each.selected) && !greetings.some((each) => each.name === NEUTRAL),
      evidence: { ivrType, played: greetings.find((each) => each.selected)?.id ?? null },
    };
  },
};

export const undoBelongings: Partial<Record<StepKind, StepDefinition>> = { takeBackAdmin, restoreCallerId, restoreGreeting };
