import { RuleViolation, happened, nothingNew, type Decided, type Json, type JsonObject } from '../kernel.ts';
import type { CaseEvent } from './events.ts';
import { isApprovedForPlan, isRefused, lets } from './gates.ts';
import type { PlannedStep, StepKind } from './plan.ts';
import { isStuck, stepOf, type OpenCase } from './state.ts';

export interface StartStep {
  readonly step: string;
  readonly round: number;
  /** What the connector read before the first write; personal values belong into `personal`. */
  readonly before?: Json;
  readonly personal?: JsonObject;
}

export type Outcome =
  | {
      readonly kind: 'verified';
      readonly changed: boolean;
      readonly evidence: JsonObject;
      readonly userId?: string;
      readonly finding?: string;
      readonly personal?: JsonObject;
    }
  | { readonly kind: 'blocked'; readonly code: string; readonly detail: string; readonly personal?: JsonObject }
  | { readonly kind: 'contradicted'; readonly evidence: JsonObject; readonly detail: string; readonly personal?: JsonObject };

const find = (state: OpenCase, id: string): PlannedStep => {
  const step = state.steps.find((each) => each.id === id);
  if (!step) throw new RuleViolation('step.unknown', `the plan has no step "${id}"`);
  return step;
};

/**
 * Before anything happens in Dialpad. For an irreversible step the commit of `StepStarted` is the line of no return: a
 * rescind that comes later loses, and a rescind that came earlier stops the step here.
 */
export const startStep = (state: OpenCase, command: StartStep, now: string): Decided<CaseEvent> => {
  const step = state.steps.find((each) => each.id === command.step);
  // Planned anew while the step was on its way.
  if (!step) return { events: [], refusal: { code: 'step.unknown', message: `the plan has no step "${command.step}"` } };
  const at = stepOf(state, step.id);
  if (command.round !== at.round || at.status !== 'pending') return nothingNew;

  const code = withheldBecause(state, step, now);
  if (code) {
    return {
      events: at.code === code ? [] : [{ type: 'StepWithheld', data: { step: step.id, round: command.round, code } }],
      refusal: { code, message: `step ${step.id} may not start: ${code}` },
    };
  }

  return happened({
    type: 'StepStarted',
    data: {
      step: step.id,
      kind: step.kind,
      round: command.round,
      ...(command.before === undefined ? {} : { before: command.before }),
      ...(at.byHand ? { byHand: true } : {}),
    },
    ...(command.personal ? { personal: command.personal } : {}),
  });
};

const withheldBecause = (state: OpenCase, step: PlannedStep, now: string): string | null => {
  const turned = state.rescinding || state.withdrawing !== null;
  const isRemedy = step.undoes !== undefined || step.id.startsWith('withdraw-');

  if (state.status === 'closed') return 'case.closed';
  if (turned && !isRemedy) return 'case.rescinded';
  // Also of a remedy: withdrawing an invitation deletes a user.
  if (state.legalHold !== null && !step.reversible) return 'case.legal_hold';
  if (isRemedy) return null;
  if (step.kind === 'linkUser' || step.kind === 'checkJoiner') return null;
  if (!state.plan) return 'case.not_planned';
  if (state.terms.kind === 'mover' && Date.parse(now) < Date.parse(state.terms.effectiveAt)) return 'step.too_early';
  if (isRefused(state, step)) return 'step.refused';
  if (!step.reversible) return step.gate !== null && isApprovedForPlan(state, step.gate) ? null : 'step.not_approved';
  if (state.terms.kind === 'joiner') return lets(state, 'joiner') ? null : 'step.not_approved';
  if (state.terms.kind === 'mover') return lets(state, 'mover') ? null : 'step.not_approved';
  if (state.terms.kind === 'number') return lets(state, 'number') && lets(state, 'number-release') ? null : 'step.not_approved';
  if (state.terms.urgency === 'immediate') return null;
  if (!lets(state, 'leaver')) return 'step.not_approved';

  return Date.parse(now) < Date.parse(state.terms.cutOff) ? 'step.too_early' : null;
};

/** The outcome of a round; an outcome that is known already, or of an older round, is no news. */
export const recordOutcome = (state: OpenCase, id: string, round: number, outcome: Outcome): Decided<CaseEvent> => {
  if (!state.steps.some((each) => each.id === id)) return nothingNew; // the plan it belonged to is void
  const at = stepOf(state, id);
  if (at.round !== round || (at.status !== 'running' && at.status !== 'pending')) return nothingNew;
  if (at.status === 'pending' && outcome.kind !== 'blocked') throw new RuleViolation('step.not_started', `step ${id} has an outcome but no start`);

  const personal = outcome.personal ? { personal: outcome.personal } : {};
  switch (outcome.kind) {
    case 'verified': {
      const userId = outcome.userId === undefined ? {} : { userId: outcome.userId };
      const finding = outcome.finding === undefined ? {} : { finding: outcome.finding };
      return happened(
        at.byHand
          ? { type: 'StepDoneByHand', data: { step: id, round, evidence: outcome.evidence, ...userId }, ...personal }
          : { type: 'StepVerified', data: { step: id, round, changed: outcome.changed, evidence: outcome.evidence, ...userId, ...finding }, ...personal },
      );
    }
    case 'blocked':
      return happened({ type: 'StepBlocked', data: { step: id, round, code: outcome.code, detail: outcome.detail }, ...personal });
    case 'contradicted':
      return happened({ type: 'StepContradicted', data: { step: id, round, evidence: outcome.evidence, detail: outcome.detail }, ...personal });
  }
};

export interface FreeStep {
  readonly step: string;
  readonly actor: string;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly evidence?: string | null;
}

const stuck = (state: OpenCase, id: string, verb: string): number => {
  find(state, id);
  const at = stepOf(state, id);
  if (state.status === 'closed') throw new RuleViolation('case.closed', 'the case is closed');
  if (!isStuck(at.status)) {
    throw new RuleViolation('step.not_blocked', `step ${id} is ${at.status}; only a blocked or contradicted step can be ${verb}`);
  }
  return at.round;
};

const saying = (free: FreeStep): { personal?: JsonObject } =>
  free.reason === null && (free.evidence ?? null) === null ? {} : { personal: { reason: free.reason, evidence: free.evidence ?? null } };

export const retryStep = (state: OpenCase, free: FreeStep): Decided<CaseEvent> => {
  const round = stuck(state, free.step, 'retried') + 1;
  const seen = free.reasonCode === 'seen-done' ? { because: 'seen-done' as const } : {};

  return happened({ type: 'StepRetried', data: { step: free.step, round, ...seen }, ...saying(free) });
};

/** Kinds whose promise is the point of the case: nobody can decide that they need not be kept. */
const NEVER_WAIVED: readonly StepKind[] = ['suspendUser', 'deleteUser', 'confirmPurge', 'anonymize', 'checkJoiner', 'inviteUser', 'checkNumber'];

export const waiveStep = (state: OpenCase, free: FreeStep): Decided<CaseEvent> => {
  const round = stuck(state, free.step, 'waived');
  if (NEVER_WAIVED.includes(find(state, free.step).kind)) {
    throw new RuleViolation('step.not_waivable', `step ${free.step} cannot be waived; retry it or do it by hand`);
  }
  if (free.reason === null && free.reasonCode === null) throw new RuleViolation('reason.missing', 'a waiver needs a reason');

  return happened({ type: 'StepWaived', data: { step: free.step, round, reasonCode: free.reasonCode }, ...saying(free) });
};

/** The claim opens a new round that only reads back; what it reads decides. */
export const claimByHand = (state: OpenCase, free: FreeStep): Decided<CaseEvent> => {
  const round = stuck(state, free.step, 'done by hand') + 1;
  if ((free.evidence ?? null) === null) throw new RuleViolation('evidence.missing', 'say what was done and where it can be seen');

  return happened({ type: 'StepClaimedByHand', data: { step: free.step, round }, ...saying(free) });
};
