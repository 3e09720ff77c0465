import { RuleViolation, happened, type Decided } from '../kernel.ts';
import type { CaseEvent } from '../case/events.ts';
import type { OpenCase } from '../case/state.ts';

export interface RetentionOfCase {
  readonly policyHash: string;
  /** ms */
  readonly keepFor: number;
  /** ISO instant of the last event of the case. */
  readonly lastAt: string;
  readonly approvedBy: readonly string[];
}

/** What people wrote in a case about a person goes with the person; a case about a number has a key of its own. */
export const applyRetention = (state: OpenCase, applied: RetentionOfCase, now: string): Decided<CaseEvent> => {
  const { keepFor, lastAt } = applied;
  if (state.personRef !== null) throw new RuleViolation('retention.of_person', 'what people wrote in this case goes with the person it is about');
  if (state.status !== 'closed') throw new RuleViolation('retention.open_case', 'the case is open');
  if (state.legalHold !== null) throw new RuleViolation('retention.legal_hold', 'the case is under a legal hold');
  if (Date.parse(now) - Date.parse(lastAt) < keepFor) throw new RuleViolation('retention.too_early', 'the time of the policy is not over');

  return happened({ type: 'RetentionApplied', data: { ...applied } });
};
