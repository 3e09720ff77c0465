import type { CaseEvent, Plan, PlannedStep } from '@handover/case';

/** One case's stream, as the properties read it. */
export interface Told {
  readonly caseId: string;
  readonly requester: string;
  readonly events: readonly CaseEvent[];
}

const IRREVERSIBLE: readonly string[] = ['deleteUser', 'anonymize', 'releaseNumber'];

/**
 * Invariant 2 of the design, read from a stream with none of the rules' own code: before an irreversible step began there
 * are as many different approvers as its stage needs, on the hash of the plan as it stood, and none of them had asked for it.
 */
export const unapproved = ({ caseId, requester, events }: Told): string[] => {
  const complaints: string[] = [];
  let plan: Plan | null = null;
  let votes = new Map<string, Set<string>>();
  let withdrawal: readonly PlannedStep[] = [];

  for (const event of events) {
    if (event.type === 'PlanMade') {
      plan = event.data.plan;
      votes = new Map();
    }
    if (event.type === 'WithdrawalBegan') withdrawal = event.data.steps;
    if (event.type === 'DecisionMade') {
      const { stage, decision, actor, planHash } = event.data;
      if (decision === 'approve' && planHash === plan?.hash && actor !== requester) votes.set(stage, (votes.get(stage) ?? new Set()).add(actor));
    }
    if (event.type !== 'StepStarted' || withdrawal.some((step) => step.id === event.data.step)) continue;
    const step = plan?.steps.find((each) => each.id === event.data.step);
    if (!step || (step.reversible && !IRREVERSIBLE.includes(step.kind))) continue;
    const stages = plan?.stages.filter((each) => each.gate === step.gate) ?? [];
    const isApproved = stages.length > 0 && stages.every((stage) => (votes.get(stage.stage)?.size ?? 0) >= stage.needed);
    if (!isApproved) complaints.push(`${caseId}: ${step.id} began without its approval`);
  }

  return complaints;
};

const OUTCOMES: readonly string[] = ['StepVerified', 'StepBlocked', 'StepContradicted', 'StepDoneByHand'];

/** Invariant 4: whatever was started came to an outcome, in the same round; `running` names those that have none yet. */
export const withoutOutcome = ({ caseId, events }: Told): string[] => {
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'StepStarted') open.add(`${event.data.step}/${event.data.round}`);
    if (OUTCOMES.includes(event.type)) {
      const { step, round } = event.data as { step: string; round: number };
      open.delete(`${step}/${round}`);
    }
  }
  return [...open].map((each) => `${caseId}: ${each} began and has no outcome`);
};
