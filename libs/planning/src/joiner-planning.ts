import { planJoiner, type ExistingUser, type JoinerTerms, type Plan } from '@handover/case';
import type { LoadedPerson } from '@handover/case-service';
import type { DialpadUser, Office } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import { emergencyFrom, groupsFor, officeIdsOf } from './group-wishes.ts';
import type { PlanningDeps } from './leaver-planning.ts';
import { losesNumbersTo } from './mover-planning.ts';
import { findNamesake } from './namesake.ts';
import { hashOf } from './plan-hash.ts';

export interface JoinerPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
  /** A user that is there already and is taken over; absent: somebody new is invited. */
  readonly existing: Pick<ExistingUser, 'id' | 'state' | 'how'> | null;
}

/** Everything that would make an invitation fail or hurt, found before anybody is invited. */
export const planTheJoiner = async (
  deps: PlanningDeps,
  personRef: string,
  terms: JoinerTerms,
  officeName: string | null,
  userIdByHand: string | null = null,
): Promise<JoinerPlanned | CannotPlan> => {
  const { dialpad, persons, policy } = deps;
  const person = await persons.load(personRef);
  const email = person.profile.email;
  if (email === null) return blocked('joiner.no_email', 'HR gave no mail address to invite');
  if (!(await mayInvite(deps, email)))
    return blocked('joiner.domain', "the mail address is not in the company's domain; correct it, or allow the domain in the policy (emailDomains)");

  const offices = await dialpad.offices();
  const office = officeName === null ? offices.find((each) => each.isPrimary) : offices.find((each) => each.name === officeName);
  if (!office) return blocked('joiner.office', 'no Dialpad office has the name HR gave');
  const namesake = await findNamesake(deps, person, email, userIdByHand);
  if (namesake?.kind === 'blocked') return namesake;
  if (namesake && losesNumbersTo(namesake.user, office, offices))
    return blocked('joiner.office_abroad', `user ${namesake.user.id} is in an office of another country and would lose its numbers: move it first, then retry`);

  const groups = await groupsFor(dialpad, terms.groups, offices, office.id, 'joiner.group');
  if ('code' in groups) return groups;
  const adminOfficeIds = officeIdsOf(terms.adminOffices ?? [], offices);
  if (adminOfficeIds === null) return blocked('joiner.admin_office', 'no Dialpad office has one of the names HR gave to administer');

  const existing = namesake ? existingUser(namesake.user, namesake.how) : null;
  const plan = planJoiner(
    terms,
    {
      officeId: office.id,
      seat: dialpad.seatKindOf(terms.license),
      groups,
      user: existing,
      callCenterSeat: dialpad.seatKindOf(policy.callCenterLicense),
      adminOfficeIds,
      e911: await addressFor(deps, person, terms, office),
    },
    policy,
  );

  return { kind: 'planned', plan: { ...plan, hash: hashOf(plan) }, existing: existing && { id: existing.id, state: existing.state, how: existing.how } };
};

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

const mayInvite = async ({ dialpad, policy }: PlanningDeps, email: string): Promise<boolean> => {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (policy.emailDomains.includes('*') || policy.emailDomains.includes(domain)) return true;
  const own = (await dialpad.company()).domain;

  return !own || own.toLowerCase() === domain;
};

const addressFor = ({ dialpad, policy }: PlanningDeps, person: LoadedPerson, terms: JoinerTerms, office: Office) =>
  emergencyFrom(dialpad, policy.e911, terms.e911 === true || (person.profile.e911 ?? null) !== null, office);

const existingUser = (user: DialpadUser, how: ExistingUser['how']): ExistingUser => ({
  id: user.id,
  state: user.state === 'suspended' ? 'suspended' : user.state === 'pending' ? 'pending' : 'active',
  how,
  officeId: user.officeId,
  license: user.license ?? 'talk',
  numbers: user.phoneNumbers,
  groups: user.groupDetails.map(({ type, id, role }) => ({ type, id, role })),
  isCompanyAdmin: user.isSuperAdmin,
  adminOfficeIds: user.adminOfficeIds,
});
