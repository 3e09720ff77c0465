import type { JsonObject } from '../kernel.ts';
import type { Plan, PlannedStage, PlannedStep } from '../case/plan.ts';
import { step } from '../case/planned-step.ts';
import type { NumberTerms } from '../case/terms.ts';
import { timingsOf } from '../leaver/plan.ts';
import type { Policy } from '../policy/policy.ts';

export interface NumberSnapshot {
  /** Dialpad's status of the number, `available` for one in the pool. */
  readonly status: string;
  readonly officeId: string | null;
  /** Who holds it now; null for a number in the pool. */
  readonly holder: { readonly type: string; readonly id: string } | null;
  /** Who gets it, as Dialpad knows them; null when it is released. */
  readonly to: { readonly type: string; readonly id: string } | null;
}

/** Look once more, then the one write. What the number was when somebody approved is in the steps, and so in the hash. */
export const planNumber = (terms: NumberTerms, seen: NumberSnapshot, policy: Policy): Omit<Plan, 'hash'> => {
  const target: JsonObject = { number: terms.number, status: seen.status, officeId: seen.officeId, holder: seen.holder, to: seen.to };
  const released = terms.action === 'release';

  return {
    policyVersion: policy.version,
    timings: timingsOf(policy),
    stages: stagesFor(terms, seen, policy),
    steps: [step('check', 'checkNumber', 'changing', target), released ? release(target) : step('reassign', 'reassignNumber', 'changing', target)],
  };
};

const release = (target: JsonObject): PlannedStep => ({ ...step('release', 'releaseNumber', 'changing', target), reversible: false, gate: 'number-release' });

/** Asked: what the policy names; for a number that somebody can be called on, at least one approval in any case. */
const stagesFor = (terms: NumberTerms, seen: NumberSnapshot, policy: Policy): PlannedStage[] => {
  if (terms.action === 'release') return policy.approvals['number-release'].map((each) => ({ ...each, gate: 'number-release' }));
  const named = policy.approvals.number;
  const stages = named.length === 0 && seen.holder !== null ? [{ stage: 'number', needed: 1, by: ['approver'] }] : named;

  return stages.map((each) => ({ ...each, gate: 'number' }));
};
