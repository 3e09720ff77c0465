import type { Gate, PlannedStep } from './plan.ts';
import type { OpenCase, StageState } from './state.ts';

export type GateStatus = 'none' | 'waiting' | 'open' | 'approved' | 'refused' | 'expired' | 'void';

const stagesOf = (state: OpenCase, gate: Gate): readonly StageState[] => state.stages.filter((each) => each.gate === gate);

/** `none` when the plan has no stage for the gate: nobody has to be asked. */
export const gateStatus = (state: OpenCase, gate: Gate): GateStatus => {
  const stages = stagesOf(state, gate);
  const first = (status: GateStatus): boolean => stages.some((each) => each.status === status);

  if (stages.length === 0) return 'none';
  if (first('refused')) return 'refused';
  if (first('void')) return 'void';
  if (first('expired')) return 'expired';
  if (first('open')) return 'open';

  return first('waiting') ? 'waiting' : 'approved';
};

/** An irreversible step needs stages that exist and are approved for the plan as it stands; no stage is no approval. */
export const isApprovedForPlan = (state: OpenCase, gate: Gate): boolean =>
  gateStatus(state, gate) === 'approved' && stagesOf(state, gate).every((each) => each.planHash === state.plan?.hash);

/** People looked at the plan as it stands and agreed: before the cut-off, or in the review of an immediate leaver. */
export const isApprovedByPeople = (state: OpenCase): boolean => isApprovedForPlan(state, 'leaver') || isApprovedForPlan(state, 'review');

/** Reversible steps of a leaver do not wait for ever: expiry opens them, a refusal never does. */
export const lets = (state: OpenCase, gate: Gate): boolean => {
  const status = gateStatus(state, gate);
  return status === 'none' || status === 'approved' || (gate === 'leaver' && status === 'expired');
};

/** Somebody said no to what cannot be undone: the step is not done, and nobody waits for it. */
export const isRefused = (state: OpenCase, step: PlannedStep): boolean => !step.reversible && step.gate !== null && gateStatus(state, step.gate) === 'refused';

/** A leaver whose numbers must not be lost keeps them, and is never deleted: a delete takes the numbers along. */
export const keepsNumbers = (state: OpenCase): boolean => state.kind === 'leaver' && gateStatus(state, 'number-loss') === 'refused';

/** The next stage of a gate that nobody was asked for yet. */
export const nextStage = (state: OpenCase, gate: Gate): StageState | undefined => stagesOf(state, gate).find((each) => each.status === 'waiting');

export const openStage = (state: OpenCase, gate: Gate): StageState | undefined => stagesOf(state, gate).find((each) => each.status === 'open');
