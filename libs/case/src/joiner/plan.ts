import type { JsonObject } from '../kernel.ts';
import type { Plan, PlannedStage, PlannedStep } from '../case/plan.ts';
import type { JoinerTerms } from '../case/terms.ts';
import { timingsOf } from '../leaver/plan.ts';
import type { Policy } from '../policy/policy.ts';

/** What the preflight found: names of the fact as ids of Dialpad. */
export interface JoinerPreflight {
  readonly officeId: string;
  /** Counter of the office's licences that the invitation takes from, e.g. `talk`. */
  readonly seat: string;
  readonly groups: readonly { readonly type: string; readonly id: string; readonly role: string }[];
}

const step = (id: string, kind: PlannedStep['kind'], phase: PlannedStep['phase'], target: JsonObject = {}): PlannedStep => ({
  id,
  kind,
  phase,
  reversible: true,
  gate: null,
  target,
});

/** Admin rights come last, after the person has accepted: an invitation that is never taken up must carry no power. */
export const planJoiner = (terms: JoinerTerms, seen: JoinerPreflight, policy: Policy): Omit<Plan, 'hash'> => ({
  policyVersion: policy.version,
  timings: timingsOf(policy),
  stages: stagesFor(terms, policy),
  steps: [
    step('seat', 'claimSeat', 'planned', { officeId: seen.officeId, seat: seen.seat }),
    step('invite', 'inviteUser', 'inviting', { officeId: seen.officeId, license: terms.license }),
    ...(terms.number ? [step('number', 'assignNumber', 'inviting', { wish: { ...terms.number }, officeId: seen.officeId })] : []),
    ...seen.groups.map((group, n) => step(`group-${n + 1}`, 'joinGroup', 'inviting', { group })),
    ...(terms.adminRole ? [step('admin', 'grantAdmin', 'completing', { role: terms.adminRole, officeId: seen.officeId })] : []),
    step('verify', 'verifyJoiner', 'completing'),
  ],
});

/** Nobody is asked for an ordinary joiner; for admin rights somebody always is. */
const stagesFor = (terms: JoinerTerms, policy: Policy): PlannedStage[] => {
  const named = policy.approvals.joiner;
  const stages = named.length === 0 && terms.adminRole ? [{ stage: 'joiner', needed: 1, by: ['approver'] }] : named;

  return stages.map((stage) => ({ ...stage, gate: 'joiner' }));
};
