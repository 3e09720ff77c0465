import { RuleViolation, happened, nothingNew, unreachable, type Decided, type JsonObject } from '../kernel.ts';
import * as approval from './decide-approval.ts';
import * as joiner from './decide-joiner.ts';
import * as legal from './decide-legal-hold.ts';
import * as lifecycle from './decide-lifecycle.ts';
import * as plan from './decide-plan.ts';
import * as undo from './decide-rescind.ts';
import * as steps from './decide-step.ts';
import type { HoldRequest, HoldVerb } from '../hold/hold.ts';
import { applyRetention, type RetentionOfCase } from '../number/retention.ts';
import type { CaseEvent } from './events.ts';
import type { Gate, Plan } from './plan.ts';
import type { CaseState } from './state.ts';
import type { Terms } from './terms.ts';

/** Everything that can be asked of a case. `now` is an ISO instant, given, never read. */
export type CaseCommand =
  | { readonly type: 'open'; readonly open: lifecycle.OpenCaseCommand }
  | { readonly type: 'changeTerms'; readonly terms: Terms; readonly factId: string | null; readonly office?: string | null }
  | {
      readonly type: 'recordPlan';
      readonly plan: Plan;
      readonly userId: string | null;
      readonly now: string;
      readonly personal?: JsonObject;
      /** What the plan was made for; other terms since then make it void before it is recorded. */
      readonly basis?: plan.PlanBasis;
    }
  | { readonly type: 'openGate'; readonly gate: Gate; readonly now: string }
  | { readonly type: 'decide'; readonly decide: approval.Decide; readonly now: string }
  | { readonly type: 'passDeadline'; readonly stage: string; readonly now: string }
  | { readonly type: 'startStep'; readonly start: steps.StartStep; readonly now: string }
  | { readonly type: 'recordOutcome'; readonly step: string; readonly round: number; readonly outcome: steps.Outcome }
  | { readonly type: 'retryStep'; readonly free: steps.FreeStep }
  | { readonly type: 'waiveStep'; readonly free: steps.FreeStep }
  | { readonly type: 'claimByHand'; readonly free: steps.FreeStep }
  | { readonly type: 'reachCutOff'; readonly now: string }
  | { readonly type: 'beginHold'; readonly now: string }
  | { readonly type: 'endHold'; readonly now: string }
  | { readonly type: 'rescind'; readonly rescind: undo.Rescind }
  | { readonly type: 'awaitSeat'; readonly officeId: string; readonly seat: string }
  | { readonly type: 'offerSeat' }
  | { readonly type: 'awaitAcceptance'; readonly userId: string; readonly now: string }
  | { readonly type: 'remind'; readonly number: number }
  | { readonly type: 'accept'; readonly acceptedAt: string | null; readonly seenIn: string }
  | { readonly type: 'expireAcceptance'; readonly now: string }
  | { readonly type: 'certify'; readonly claims: JsonObject }
  | { readonly type: 'legalHold'; readonly verb: HoldVerb; readonly hold: HoldRequest }
  | { readonly type: 'followPersonHold'; readonly by: string | null }
  | { readonly type: 'applyRetention'; readonly applied: RetentionOfCase; readonly now: string }
  | { readonly type: 'close' };

/** Pure: the same state and command give the same events, on any machine, for ever. */
export const decide = (command: CaseCommand, state: CaseState): Decided<CaseEvent> => {
  if (command.type === 'open') return lifecycle.openCase(state, command.open);
  if (state.status === 'none') throw new RuleViolation('case.unknown', 'there is no such case');
  switch (command.type) {
    case 'changeTerms':
      return plan.changeTerms(state, command.terms, command.factId, command.office);
    case 'recordPlan':
      return plan.recordPlan(state, command);
    case 'openGate':
      return approval.openGate(state, command.gate, command.now);
    case 'decide':
      return approval.decideStage(state, command.decide, command.now);
    case 'passDeadline':
      return approval.passDeadline(state, command.stage, command.now);
    case 'startStep':
      return steps.startStep(state, command.start, command.now);
    case 'recordOutcome':
      return steps.recordOutcome(state, command.step, command.round, command.outcome);
    case 'retryStep':
      return steps.retryStep(state, command.free);
    case 'waiveStep':
      return steps.waiveStep(state, command.free);
    case 'claimByHand':
      return steps.claimByHand(state, command.free);
    case 'reachCutOff':
      return lifecycle.reachCutOff(state, command.now);
    case 'beginHold':
      return lifecycle.beginHold(state, command.now);
    case 'endHold':
      return lifecycle.endHold(state, command.now);
    case 'rescind':
      return undo.rescind(state, command.rescind);
    case 'awaitSeat':
      return joiner.awaitSeat(state, { officeId: command.officeId, seat: command.seat });
    case 'offerSeat':
      return joiner.offerSeat(state);
    case 'awaitAcceptance':
      return joiner.awaitAcceptance(state, command.userId, command.now);
    case 'remind':
      return joiner.remind(state, command.number);
    case 'accept':
      return joiner.accept(state, command.acceptedAt, command.seenIn);
    case 'expireAcceptance':
      return joiner.expireAcceptance(state, command.now);
    case 'certify':
      return state.certificate === null ? happened({ type: 'CertificateIssued', data: { claims: command.claims } }) : nothingNew;
    case 'legalHold':
      return legal.holdCase(state, command.verb, command.hold);
    case 'followPersonHold':
      return legal.followPerson(state, command.by);
    case 'applyRetention':
      return applyRetention(state, command.applied, command.now);
    case 'close':
      return lifecycle.closeCase(state);
    default:
      return unreachable(command);
  }
};
