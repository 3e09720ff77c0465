import { planMover, type GroupWish, type MoverGroup, type MoverTerms, type Plan } from '@handover/case';
import type { Dialpad, DialpadUser, Office } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import type { PlanningDeps } from './leaver-planning.ts';
import { findUserOf } from './linking.ts';
import { hashOf } from './plan-hash.ts';

export interface MoverPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly userId: string;
  readonly how: 'stored' | 'email' | 'by-hand';
  readonly seen: { readonly officeId: string; readonly license: string; readonly numbers: readonly string[]; readonly groups: number };
}

/** Compares what HR wants with what is there; what is so already is no step. */
export const planTheMover = async (
  deps: PlanningDeps,
  personRef: string,
  terms: MoverTerms,
  userIdByHand: string | null = null,
): Promise<MoverPlanned | CannotPlan> => {
  const { dialpad, policy } = deps;
  const found = await findUserOf(dialpad, await deps.persons.load(personRef), userIdByHand);
  if (found.kind === 'blocked') return found;
  const { user } = found;
  if (user.state !== 'active' && user.state !== 'pending')
    return blocked('mover.inactive', `the person is ${user.state} in Dialpad; nothing is changed of somebody without access`);

  const offices = await dialpad.offices();
  const to = officeOf(terms, user, offices);
  if (to !== null && 'code' in to) return to;
  const wanted = await groupsOf(dialpad, terms.groups, to?.officeId ?? user.officeId);
  if (wanted !== null && 'code' in wanted) return wanted;

  const license = user.license ?? 'talk';
  const takesSeat = to !== null || (terms.license !== null && terms.license !== license);
  const groups = dialpad.groupsOf(user).filter((group) => group.type !== 'coachingteam');
  const seen = {
    officeId: user.officeId,
    license,
    numbers: user.phoneNumbers,
    groups: groups.map(({ type, id, role }) => ({ type, id, role })),
    isCompanyAdmin: user.isSuperAdmin,
    adminOfficeIds: user.adminOfficeIds,
    to,
    wanted,
    seat: takesSeat ? dialpad.seatKindOf(terms.license ?? license) : null,
  };
  const plan = planMover(terms, seen, policy);

  return {
    kind: 'planned',
    plan: { ...plan, hash: hashOf(plan) },
    userId: user.id,
    how: found.how,
    seen: { officeId: user.officeId, license, numbers: user.phoneNumbers, groups: groups.length },
  };
};

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

const officeOf = (terms: MoverTerms, user: DialpadUser, offices: readonly Office[]): { officeId: string; losesNumbers: boolean } | null | CannotPlan => {
  if (terms.office === null) return null;
  const to = offices.find((each) => each.name === terms.office);
  if (!to) return blocked('mover.office', 'no Dialpad office has the name HR gave');
  if (to.id === user.officeId) return null;
  const from = offices.find((each) => each.id === user.officeId);
  // Internal numbers begin with 803 and go along (Dialpad's description of `move_office`). Where a country is not known, it may be abroad.
  const onlyInternal = user.phoneNumbers.every((number) => number.replace('+', '').startsWith('803'));
  const abroad = !from || from.country === null || from.country !== to.country;

  return { officeId: to.id, losesNumbers: abroad && !onlyInternal };
};

const groupsOf = async (dialpad: Dialpad, wishes: readonly GroupWish[] | null, officeId: string): Promise<readonly MoverGroup[] | null | CannotPlan> => {
  if (wishes === null) return null;
  const groups: MoverGroup[] = [];
  for (const { type, name, role } of wishes) {
    const group = (await dialpad.findGroup({ type, name, officeId })) ?? (await dialpad.findGroup({ type, name }));
    if (!group) return blocked('mover.group', `no ${type} has the name that HR gave`);
    groups.push({ type, id: group.id, role });
  }

  return groups;
};
