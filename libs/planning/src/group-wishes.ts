import type { GroupWish, Membership } from '@handover/case';
import type { Dialpad, Office } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';

/** HR's names as groups of Dialpad: those of the person's office first. `code` says whose case cannot be planned. */
export const groupsFor = async (
  dialpad: Dialpad,
  wishes: readonly GroupWish[],
  offices: readonly Office[],
  officeId: string,
  code: string,
): Promise<readonly Membership[] | CannotPlan> => {
  const groups: Membership[] = [];
  for (const { type, name, role } of wishes) {
    const group =
      type === 'office'
        ? offices.find((each) => each.name === name)
        : ((await dialpad.findGroup({ type, name, officeId })) ?? (await dialpad.findGroup({ type, name })));
    if (!group) return { kind: 'blocked', code, detail: `no ${type} has the name that HR gave` };
    groups.push({ type, id: group.id, role });
  }

  return groups;
};

/** Ids of the offices to administer; null when one of them is unknown. */
export const officeIdsOf = (names: readonly string[], offices: readonly Office[]): readonly string[] | null => {
  const found = names.map((name) => offices.find((each) => each.name === name)?.id);
  return found.every((id) => id !== undefined) ? (found as readonly string[]) : null;
};

/** Dialpad sets emergency addresses of users in the US and Canada only (help.dialpad.com, "E911"). */
const HAS_E911 = ['us', 'ca'];

/** HR's address, else the office's where the policy says so and the office has one. */
export const emergencyFrom = async (dialpad: Dialpad, policy: 'office' | 'fact' | 'off', given: boolean, office: Office): Promise<'fact' | 'office' | null> => {
  if (policy === 'off' || !HAS_E911.includes(office.country ?? '')) return null;
  if (given) return 'fact';
  return policy === 'office' && (await dialpad.readOfficeE911(office.id)) !== null ? 'office' : null;
};
