import { planJoiner, type JoinerTerms, type Plan } from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import type { CannotPlan } from './cannot-plan.ts';
import type { PlanningDeps } from './leaver-planning.ts';
import { hashOf } from './plan-hash.ts';

export interface JoinerPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
}

/** Everything that would make an invitation fail or hurt, found before anybody is invited. */
export const planTheJoiner = async (
  { dialpad, persons, policy }: PlanningDeps,
  personRef: string,
  terms: JoinerTerms,
  officeName: string | null,
): Promise<JoinerPlanned | CannotPlan> => {
  const { profile } = await persons.load(personRef);
  const email = profile.email;
  if (email === null) return blocked('joiner.no_email', 'HR gave no mail address to invite');

  const [company, offices] = await Promise.all([dialpad.company(), dialpad.offices()]);
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const allowed = policy.emailDomains.includes('*') || policy.emailDomains.includes(domain) || !company.domain || company.domain.toLowerCase() === domain;
  if (!allowed)
    return blocked('joiner.domain', "the mail address is not in the company's domain; correct it, or allow the domain in the policy (emailDomains)");

  const office = officeName === null ? offices.find((each) => each.isPrimary) : offices.find((each) => each.name === officeName);
  if (!office) return blocked('joiner.office', 'no Dialpad office has the name HR gave');
  const namesake = namesakeProblem(await dialpad.findUsersByEmail(email));
  if (namesake) return namesake;

  const groups: { type: string; id: string; role: string }[] = [];
  for (const wish of terms.groups) {
    const group =
      wish.type === 'office'
        ? offices.find((each) => each.name === wish.name)
        : ((await dialpad.findGroup({ type: wish.type, name: wish.name, officeId: office.id })) ??
          (await dialpad.findGroup({ type: wish.type, name: wish.name })));
    if (!group) return blocked('joiner.group', `no ${wish.type} has the name that HR gave`);
    groups.push({ type: wish.type, id: group.id, role: wish.role });
  }

  const plan = planJoiner(terms, { officeId: office.id, seat: dialpad.seatKindOf(terms.license), groups }, policy);
  return { kind: 'planned', plan: { ...plan, hash: hashOf(plan) } };
};

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

/** A user with the same mail is never invited over: each state has a path of its own, and a person takes it. */
const namesakeProblem = (users: readonly DialpadUser[]): CannotPlan | null => {
  const state = users[0]?.state;
  if (state === undefined) return null;
  if (state === 'suspended')
    return blocked('joiner.namesake_suspended', 'a suspended user has this mail address: re-activate it in Dialpad, or rescind its leaver case');
  if (state === 'deleted')
    return blocked(
      'joiner.namesake_deleted',
      'a deleted user has this mail address: restore it in the Dialpad console (Users > Deleted Users) within 72 h, or retry after the purge',
    );

  return blocked('joiner.namesake_active', `a user with this mail address is ${state} already`);
};
