import { RuleViolation, happened, nothingNew, type Decided } from '../kernel.ts';
import type { Decider } from './decider.ts';
import type { CaseEvent, Verdict } from './events.ts';
import { evolve } from './evolve.ts';
import type { Gate } from './plan.ts';
import { gateStatus, keepsNumbers, nextStage } from './gates.ts';
import { stageOf, stepOf, type OpenCase, type StageState } from './state.ts';

export interface Decide {
  readonly stage: string;
  readonly decision: string;
  readonly planHash: string | null;
  readonly by: Decider;
  readonly reasonCode: string | null;
  /** Free text; sealed. */
  readonly reason: string | null;
  /** False when policy does not count this channel for the stage. */
  readonly channelCounts: boolean;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Opens the next stage of a gate; the deadline is an instant, computed once. */
export const openGate = (state: OpenCase, gate: Gate, now: string): Decided<CaseEvent> => {
  const stage = nextStage(state, gate);
  // Once a stage has expired or was refused nobody is asked any more.
  if (!stage || gateStatus(state, gate) !== 'waiting' || !state.plan || state.rescinding) return nothingNew;
  if (gate === 'leaver-delete' && keepsNumbers(state)) return nothingNew;

  const patience = Date.parse(now) + state.plan.timings.approvalDeadline;
  const cutOff = state.terms.kind === 'leaver' ? Date.parse(state.terms.cutOff) : 0;
  // Access must not stay open because nobody clicked: a leaver's stage ends at the cut-off at the latest. A cut-off that
  // is past already leaves the approver the whole time; `urgency: immediate` is the way to act before anybody is asked.
  // Only a plan that was made anew is asked about when the cut-off was reached: it must not keep access open for longer.
  const atOnce = gate === 'leaver' && state.cutOffReached;
  const deadline = atOnce ? Date.parse(now) : gate === 'leaver' && cutOff > Date.parse(now) ? Math.min(patience, cutOff) : patience;

  return happened({
    type: 'StageOpened',
    data: { stage: stage.stage, gate, planHash: state.plan.hash, needed: stage.needed, by: stage.by, deadline: iso(deadline) },
  });
};

export const decideStage = (state: OpenCase, command: Decide, now: string): Decided<CaseEvent> => {
  const stage = stageOf(state, command.stage);
  if (!stage) throw new RuleViolation('stage.unknown', `the case has no stage "${command.stage}"`);
  const verdict = asVerdict(command.decision);

  const same = stage.decisions.find((each) => each.actor === command.by.actor);
  if (same && same.decision === verdict && stage.planHash === command.planHash) return nothingNew;

  const code = refusalOf(state, stage, command, now);
  if (code) return refused(command, code);

  const made: CaseEvent = {
    type: 'DecisionMade',
    data: {
      stage: stage.stage,
      decision: verdict,
      planHash: stage.planHash,
      actor: command.by.actor,
      reasonCode: command.reasonCode,
      ...underHold(state, stage, verdict),
    },
    ...(command.reason === null ? {} : { personal: { reason: command.reason } }),
  };
  if (verdict === 'refuse') return happened<CaseEvent>(made, { type: 'StageRefused', data: { stage: stage.stage } }, ...keptBack(state, stage));

  const votes = new Set([...stage.decisions.filter((each) => each.decision === 'approve').map((each) => each.actor), command.by.actor]);
  if (votes.size < stage.needed) return happened(made);

  const approved: CaseEvent = { type: 'StageApproved', data: { stage: stage.stage } };
  const after = evolve(evolve(state, made), approved);

  return happened(made, approved, ...(after.status === 'none' ? [] : openGate(after, stage.gate, now).events));
};

/** A leaver goes on without what was refused, so the record says of each step that it is not done. */
const keptBack = (state: OpenCase, { gate }: StageState): readonly CaseEvent[] =>
  state.kind !== 'leaver' || gate !== 'number-loss'
    ? []
    : state.steps
        .filter((step) => step.gate === gate)
        .map((step) => ({ type: 'StepWithheld', data: { step: step.id, round: stepOf(state, step.id).round, code: 'step.refused' } }));

/** Approving what a legal hold stops is allowed, recorded as such, and starts nothing before the hold is lifted. */
const underHold = (state: OpenCase, stage: StageState, verdict: Verdict): { underHold?: true } => {
  const guards = state.steps.some((step) => !step.reversible && step.gate === stage.gate);
  return state.legalHold !== null && verdict === 'approve' && guards ? { underHold: true } : {};
};

const asVerdict = (decision: string): Verdict => {
  if (decision === 'approve' || decision === 'refuse') return decision;
  throw new RuleViolation('decision.unknown', 'a decision is "approve" or "refuse"');
};

/** Why this decision does not count; the order matters: who may decide at all comes before what they saw. */
const refusalOf = (state: OpenCase, stage: StageState, command: Decide, now: string): string | null => {
  const { by } = command;
  if (by.actor === state.requester || by.actor === state.requestedFor) return 'approval.requester';
  if (by.personRef !== null && isAbout(state, by.personRef)) return 'approval.subject';
  if (by.onBehalfOf !== undefined) return 'approval.delegate';
  if (!by.roles.some((role) => stage.by.includes(role))) return 'approval.not_approver';
  if (!command.channelCounts) return 'approval.channel';
  if (state.status === 'closed') return 'approval.closed';
  if (stage.status === 'waiting') return 'approval.not_open';
  if (stage.status === 'expired') return 'approval.late';
  if (stage.status !== 'open') return 'approval.closed';
  if (command.planHash !== state.plan?.hash) return 'approval.stale_plan';
  if (stage.decisions.some((each) => each.actor === by.actor)) return 'approval.decided_already';
  // The timer may be late; the deadline is not. An escalated stage is over its deadline on purpose and stays open.
  if (stage.deadline !== null && !stage.escalated && Date.parse(now) > Date.parse(stage.deadline)) return 'approval.late';

  return null;
};

/** Whose case it is, and who would get the number. */
const isAbout = ({ personRef, terms }: OpenCase, who: string): boolean =>
  personRef === who || (terms.kind === 'number' && terms.to?.kind === 'person' && terms.to.personRef === who);

const REFUSALS: Readonly<Record<string, string>> = {
  'approval.requester': 'who asked for the case, or for whom it was asked, cannot decide on it',
  'approval.subject': 'nobody decides about themselves',
  'approval.delegate': 'a decision is one’s own: nobody decides for somebody else',
  'approval.not_approver': 'this actor is no approver of the stage',
  'approval.channel': 'policy does not count this channel for the stage; decide in the console or through the API',
  'approval.closed': 'the stage is closed already',
  'approval.not_open': 'the stage is not open yet',
  'approval.late': 'the stage ended before this decision came',
  'approval.stale_plan': 'the plan has changed since; look at the current plan and decide on its hash',
  'approval.decided_already': 'this actor has decided the other way before; nobody counts twice',
};

const refused = (command: Decide, code: string): Decided<CaseEvent> => ({
  events: [
    {
      type: 'DecisionRefused',
      data: { stage: command.stage, decision: command.decision, planHash: command.planHash, actor: command.by.actor, code },
      ...(command.reason === null ? {} : { personal: { reason: command.reason } }),
    },
  ],
  refusal: { code, message: REFUSALS[code] ?? code },
});

/** Gates of things that can as well be asked for again: their stages end. */
const ENDS: readonly Gate[] = ['joiner', 'mover', 'number', 'number-release'];

/**
 * The deadline of a stage has come. The stage of a joiner, a mover or a number ends; a leaver's stage escalates, ends at the cut-off, and lets the
 * reversible steps go on; the stage of an irreversible step escalates and goes on waiting.
 */
export const passDeadline = (state: OpenCase, stageName: string, now: string): Decided<CaseEvent> => {
  const stage = stageOf(state, stageName);
  if (!stage || stage.status !== 'open' || stage.deadline === null || Date.parse(now) < Date.parse(stage.deadline)) return nothingNew;
  if (ENDS.includes(stage.gate)) return happened({ type: 'StageExpired', data: { stage: stageName } });

  const escalated: CaseEvent[] = stage.escalated ? [] : [{ type: 'StageEscalated', data: { stage: stageName, at: now } }];
  const over = stage.gate === 'leaver' && state.terms.kind === 'leaver' && Date.parse(now) >= Date.parse(state.terms.cutOff);

  return { events: over ? [...escalated, { type: 'StageExpired', data: { stage: stageName } }] : escalated };
};
