import { planMover, type Correction, type MoverTerms, type Plan } from '@handover/case';
import type { LoadedPerson } from '@handover/case-service';
import type { DialpadUser, Office } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import { emergencyFrom, groupsFor, officeIdsOf } from './group-wishes.ts';
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
  const person = await deps.persons.load(personRef);
  const found = await findUserOf(dialpad, person, userIdByHand);
  if (found.kind === 'blocked') return found;
  const { user } = found;
  if (user.state !== 'active' && user.state !== 'pending')
    return blocked('mover.inactive', `the person is ${user.state} in Dialpad; nothing is changed of somebody without access`);

  const offices = await dialpad.offices();
  const there = terms.office === null ? offices.find((each) => each.id === user.officeId) : offices.find((each) => each.name === terms.office);
  if (terms.office !== null && !there) return blocked('mover.office', 'no Dialpad office has the name HR gave');
  const officeId = there?.id ?? user.officeId;
  const to = officeId === user.officeId || !there ? null : { officeId, losesNumbers: losesNumbersTo(user, there, offices) };
  const wanted = terms.groups === null ? null : await groupsFor(dialpad, terms.groups, offices, officeId, 'mover.group');
  if (wanted !== null && 'code' in wanted) return wanted;
  const adminOffices = terms.adminOffices ? officeIdsOf(terms.adminOffices, offices) : undefined;
  if (adminOffices === null) return blocked('mover.admin_office', 'no Dialpad office has one of the names HR gave to administer');

  const license = user.license ?? 'talk';
  const changesLicense = terms.license !== null && terms.license !== license;
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
    seat: to !== null || changesLicense ? dialpad.seatKindOf(terms.license ?? license) : null,
    moveSeat: to === null ? null : dialpad.seatKindOf(license),
    callCenterSeat: dialpad.seatKindOf(policy.callCenterLicense),
    freeAdditional: to !== null || changesLicense ? (await dialpad.freeSeats(officeId)).additionalNumber : 0,
    corrections: correctionsOf(terms, user, person),
    e911: there && (to || terms.corrections?.includes('e911')) ? await emergencyFrom(dialpad, policy.e911, hasOwnAddress(terms, person), there) : null,
    ...(adminOffices ? { adminOffices } : {}),
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

/** Internal numbers begin with 803 and go along (Dialpad's description of `move_office`). Where a country is not known, it may be abroad. */
export const losesNumbersTo = (user: DialpadUser, to: Office, offices: readonly Office[]): boolean => {
  if (to.id === user.officeId || user.phoneNumbers.length === 0) return false;
  const from = offices.find((each) => each.id === user.officeId);
  const onlyInternal = user.phoneNumbers.every((number) => number.replace('+', '').startsWith('803'));
  const abroad = !from || from.country === null || from.country !== to.country;

  return abroad && !onlyInternal;
};

/** An address that HR gave for where the person was is not taken along to another office, unless HR says it again. */
const hasOwnAddress = (terms: MoverTerms, { profile }: LoadedPerson): boolean =>
  terms.corrections?.includes('e911') === true && (profile.e911 ?? null) !== null;

/** HR's word against Dialpad's, of what HR says has changed: what is so already needs no correction. */
const correctionsOf = (terms: MoverTerms, user: DialpadUser, { profile }: LoadedPerson): readonly Correction[] => {
  const same = (left: string | null, right: string | null | undefined): boolean => left === null || left.trim() === (right ?? '').trim();
  const differs: Readonly<Record<Correction, boolean>> = {
    email: profile.email !== null && user.emails[0]?.toLowerCase() !== profile.email.toLowerCase(),
    name: !same(profile.givenName, user.firstName) || !same(profile.familyName, user.lastName),
    e911: false,
  };

  return (terms.corrections ?? []).filter((each) => differs[each]);
};
