import type { JsonObject } from '../kernel.ts';
import { isAmong, isPower, isSameGroup, type Membership } from '../case/reading.ts';
import type { PlannedStep } from '../case/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallCenterLicense } from '../seats.ts';
import { step, type MoverSnapshot } from './snapshot.ts';

/** HR wants them in a call center, and they are in none: that takes a licence where theirs is for no call center. */
export const joinsCallCenter = (seen: MoverSnapshot): boolean =>
  (seen.wanted ?? []).some((group) => group.type === 'callcenter') && !seen.groups.some((group) => group.type === 'callcenter');

/** Groups HR wants them in, or in another role of, that give power. */
export const gainsPower = (seen: MoverSnapshot): boolean => (seen.wanted ?? []).some((group) => isPower(group) && !isAmong(seen.groups, group));

/**
 * Dialpad drops groups at a change of licence without a word: each one the person should keep is looked at, and put back.
 * A call center that the new licence does not allow is not put back, because that would take another licence; it is
 * reported. Power goes after everything else.
 */
export const groupSteps = (seen: MoverSnapshot, policy: Policy, license: string | null): PlannedStep[] => {
  const mayDrop = seen.to !== null || license !== null;
  const wanted = seen.wanted ?? [];
  const replaces = seen.wanted !== null && policy.changedGroups === 'replace';
  const leaves = replaces ? seen.groups.filter((group) => REPLACEABLE.includes(group.type) && !wanted.some((each) => isSameGroup(each, group))) : [];
  const stays = mayDrop ? seen.groups.filter((group) => !leaves.includes(group) && !wanted.some((each) => isSameGroup(each, group))) : [];
  const lost = (group: Membership): boolean =>
    group.type === 'callcenter' && license !== null && isCallCenterLicense(seen.license) && !isCallCenterLicense(license);
  const target = (group: Membership): JsonObject => ({ group: { ...group }, ...licenseTarget(group, license ?? seen.license, policy) });
  const wish = (group: Membership): JsonObject => {
    const from = seen.groups.find((each) => isSameGroup(each, group))?.role;
    return { ...target(group), ...(from === undefined || from === group.role ? {} : { from }) };
  };
  const steps = (id: string, kind: PlannedStep['kind'], groups: readonly Membership[], of: (group: Membership) => JsonObject): PlannedStep[] =>
    groups.map((group, n) => step(`${id}-${n + 1}`, kind, of(group)));

  return [
    ...steps(
      'keep-group',
      'joinGroup',
      stays.filter((group) => !lost(group)),
      target,
    ),
    ...steps('lost-group', 'reportGroup', stays.filter(lost), (group) => ({ group: { ...group }, license })),
    ...steps(
      'group',
      'joinGroup',
      wanted.filter((group) => !isPower(group)),
      wish,
    ),
    ...steps('leave-group', 'leaveGroup', leaves, (group) => ({ group: { ...group }, heir: { kind: 'pool' } })),
    ...steps('role', 'joinGroup', wanted.filter(isPower), wish),
  ];
};

/** HR names departments and call centers; the main line and coaching teams are Dialpad's own business. */
const REPLACEABLE = ['department', 'callcenter'];

const licenseTarget = (group: Membership, license: string, policy: Policy): JsonObject =>
  group.type === 'callcenter' ? { license: isCallCenterLicense(license) ? license : policy.callCenterLicense } : {};
