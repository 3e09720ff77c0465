import { claimOnNumber, numberObstacle, planNumber, type NumberSeen, type NumberTarget, type NumberTerms, type Plan } from '@handover/case';
import type { Company } from '@handover/case-service';
import type { CannotPlan } from './cannot-plan.ts';
import type { PlanningDeps } from './leaver-planning.ts';
import { findUserOf } from './linking.ts';
import { hashOf } from './plan-hash.ts';

type Readers = Pick<PlanningDeps, 'dialpad' | 'persons' | 'policy'>;

export interface NumberPlanningDeps extends Readers {
  readonly company: Pick<Company, 'state'>;
  /** Whoever the record says had the number last, where that was a person. */
  readonly lastPersonOf: (number: string) => Promise<string | null>;
}

export interface NumberPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
  /** Name of the number's office. */
  readonly office: string | null;
}

type Place = { readonly type: string; readonly id: string };

/** Reads the number and who is to get it, and freezes what will be done; or says why it may not be done. */
export const planTheNumber = async (deps: NumberPlanningDeps, terms: NumberTerms): Promise<NumberPlanned | CannotPlan> => {
  const to = terms.to === null ? null : await placeOf(deps, terms.to);
  if (to !== null && 'code' in to) return to;
  const seen = await readNumberSeen(deps, terms, to, null);
  if ('code' in seen) return seen;
  const obstacle = numberObstacle(terms, seen, deps.policy.keepNumbers);
  if (obstacle) return { kind: 'blocked', ...obstacle };

  const plan = planNumber(terms, seen, deps.policy);
  const office = (await deps.dialpad.offices()).find((each) => each.id === seen.officeId)?.name ?? null;
  return { kind: 'planned', plan: { ...plan, hash: hashOf(plan) }, office };
};

/** What Dialpad and the record say of the number now. `caseId`: whose own claim is none. */
export const readNumberSeen = async (
  deps: NumberPlanningDeps,
  terms: NumberTerms,
  to: Place | null,
  caseId: string | null,
): Promise<NumberSeen | CannotPlan> => {
  const now = await deps.dialpad.readNumber(terms.number);
  if (!now) return { kind: 'blocked', code: 'number.unknown', detail: 'Dialpad does not know this number as one of the company' };
  const holder = now.targetId === null || now.targetType === null ? null : { type: now.targetType, id: now.targetId };
  const [claims, last, ofHolder] = await Promise.all([
    deps.company.state(),
    deps.lastPersonOf(terms.number),
    holder?.type === 'office' ? deps.dialpad.numbersOfTarget(holder) : null,
  ]);
  const lastHolderHeld = last !== null && (await deps.persons.load(last)).state.legalHold !== null;

  return {
    status: now.status,
    officeId: now.officeId,
    holder,
    to,
    claim: claimOnNumber(claims, terms.number, caseId),
    ofHolder: ofHolder?.length ?? null,
    lastHolderHeld,
  };
};

const placeOf = async ({ dialpad, persons }: Readers, target: NumberTarget): Promise<Place | CannotPlan> => {
  const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });
  if (target.kind === 'person') {
    const found = await findUserOf(dialpad, await persons.load(target.personRef), null);
    if (found.kind === 'blocked') return blocked('target.unknown', 'the employee has no Dialpad user of their own');
    return found.user.state === 'active' || found.user.state === 'pending'
      ? { type: 'user', id: found.user.id }
      : blocked('target.inactive', `the employee is ${found.user.state} in Dialpad`);
  }
  if (target.kind === 'office') {
    const office = (await dialpad.offices()).find((each) => each.name === target.name);
    return office ? { type: 'office', id: office.id } : blocked('target.unknown', 'no Dialpad office has this name');
  }
  const group = await dialpad.findGroup({ type: target.kind, name: target.name });
  return group ? { type: target.kind, id: group.id } : blocked('target.unknown', `no ${target.kind} of Dialpad's has this name, or several have`);
};
