import type { CaseCommand } from '../case/decide.ts';
import type { CaseEvent } from '../case/events.ts';
import type { Plan } from '../case/plan.ts';
import type { HoldRequest, HoldVerb } from '../hold/hold.ts';
import type { JoinerTerms, LeaverTerms, Terms } from '../case/terms.ts';
import { planLeaver, type LeaverSnapshot } from '../leaver/plan.ts';
import { planJoiner } from '../joiner/plan.ts';
import { defaultPolicy, type Policy } from '../policy/policy.ts';

export const day = (n: number, time = '00:00:00'): string => `2026-03-${String(n).padStart(2, '0')}T${time}.000Z`;

export const leaverTerms: LeaverTerms = {
  kind: 'leaver',
  lastWorkingDay: '2026-03-09',
  cutOff: day(10),
  zone: 'Europe/Berlin',
  zoneFrom: 'fact',
  urgency: 'normal',
  reasonCode: 'voluntary',
  successor: { kind: 'pool' },
};
export const joinerTerms: JoinerTerms = {
  kind: 'joiner',
  startDate: '2026-03-10',
  startsAt: day(10),
  zone: 'Europe/Berlin',
  zoneFrom: 'fact',
  license: 'talk',
  number: { kind: 'reserved' },
  groups: [],
  adminRole: null,
};
export const snapshot: LeaverSnapshot = {
  userId: '5000000000000001',
  officeId: '6000000000000001',
  isCompanyAdmin: false,
  adminOfficeIds: [],
  forwards: true,
  deskPhoneIds: ['phone'],
  numbers: ['+4930555001'],
  groups: [{ type: 'department', id: '7000000000000001', role: 'operator', removable: true }],
  routing: [],
  heir: { kind: 'pool' },
};

export const leaverPlan = (terms: LeaverTerms = leaverTerms, seen: LeaverSnapshot = snapshot, policy: Policy = defaultPolicy): Plan => ({
  ...planLeaver(terms, seen, policy),
  hash: 'hash-1',
});
export const joinerPlan = (terms: JoinerTerms = joinerTerms, policy: Policy = defaultPolicy): Plan => ({
  ...planJoiner(terms, { officeId: '6000000000000001', seat: 'talk', groups: [] }, policy),
  hash: 'hash-1',
});

export const opened = (terms: Terms = leaverTerms): CaseEvent => ({
  type: 'CaseOpened',
  data: { kind: terms.kind, personRef: 'person-1', source: 'generic', requester: 'source:generic', office: 'Berlin', terms, factId: 'fact-1' },
});
export const planned = (plan: Plan = leaverPlan(), now = day(1)): CaseCommand => ({ type: 'recordPlan', plan, userId: snapshot.userId, now });

export const approver = { actor: 'approver', roles: ['approver'], personRef: null };
export const deciding = (stage: string, more: Partial<Extract<CaseCommand, { type: 'decide' }>['decide']> = {}, now = day(2)): CaseCommand => ({
  type: 'decide',
  now,
  decide: { stage, decision: 'approve', planHash: 'hash-1', by: approver, reasonCode: null, reason: null, channelCounts: true, ...more },
});

/** Somebody asks something about a legal hold; the actor's name is their role too, unless roles are given. */
export const holding = (verb: HoldVerb, actor = 'auditor', more: Partial<HoldRequest> & { readonly roles?: readonly string[] } = {}): CaseCommand => {
  const { roles = ['auditor'], ...rest } = more;
  return { type: 'legalHold', verb, hold: { by: { actor, roles, personRef: null }, reason: 'a dispute', now: day(1), rule: defaultPolicy.legalHold, ...rest } };
};

export const start = (step: string, now: string, round = 1): CaseCommand => ({ type: 'startStep', now, start: { step, round } });
export const verify = (step: string, round = 1): CaseCommand => ({
  type: 'recordOutcome',
  step,
  round,
  outcome: { kind: 'verified', changed: true, evidence: {} },
});
export const block = (step: string, code = 'dialpad.refused', round = 1): CaseCommand => ({
  type: 'recordOutcome',
  step,
  round,
  outcome: { kind: 'blocked', code, detail: 'no' },
});
export const done = (now: string, ...steps: readonly string[]): CaseCommand[] => steps.flatMap((step) => [start(step, now), verify(step)]);
