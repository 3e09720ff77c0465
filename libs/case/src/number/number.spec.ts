import { describe, expect, it } from '@jest/globals';
import type { CaseCommand } from '../case/decide.ts';
import type { CaseEvent } from '../case/events.ts';
import type { NumberTerms } from '../case/terms.ts';
import { defaultPolicy, type Policy } from '../policy/policy.ts';
import { approver, block, day, deciding, done, start, verify, holding } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { planNumber, type NumberSnapshot } from './plan.ts';

const release: NumberTerms = { kind: 'number', number: '+14155550101', action: 'release', to: null };
const reassign: NumberTerms = { ...release, action: 'reassign', to: { kind: 'person', personRef: 'person-9' } };
const pooled: NumberSnapshot = { status: 'available', officeId: '6000000000000001', holder: null, to: null };
const heir = { type: 'user', id: '5000000000000009' };

const asked = (terms: NumberTerms, seen: NumberSnapshot = pooled, policy: Policy = defaultPolicy) => {
  const opened: CaseEvent = {
    type: 'CaseOpened',
    data: { kind: 'number', personRef: null, source: 'handover', requester: 'operator', office: 'Berlin', terms, factId: null },
  };
  const plan: CaseCommand = { type: 'recordPlan', plan: { ...planNumber(terms, seen, policy), hash: 'hash-1' }, userId: null, now: day(1) };
  return given(opened).then(plan);
};

describe('a release', () => {
  it('is asked for at once, on its own stage, and starts only when that is approved', () => {
    const open = asked(release);
    expect(open.state()).toMatchObject({ phase: 'awaiting-approval', personRef: null });
    expect(open.when(start('check', day(1))).refusal?.code).toBe('step.not_approved');
    expect(open.when(start('release', day(1))).refusal?.code).toBe('step.not_approved');
    const approved = open.then(deciding('release'));
    expect(types(approved.then(...done(day(2), 'check')).when(start('release', day(2))))).toEqual(['StepStarted']);
  });

  it('is not let go by an approval of another plan, nor by one of the requester', () => {
    const open = asked(release);
    expect(open.when(deciding('release', { planHash: 'older' })).refusal?.code).toBe('approval.stale_plan');
    expect(open.when(deciding('release', { by: { ...approver, actor: 'operator' } })).refusal?.code).toBe('approval.requester');
    expect(open.then(deciding('release', { planHash: 'older' })).when(start('release', day(2))).refusal?.code).toBe('step.not_approved');
  });

  it('cannot be planned without a stage, because no stage is no approval', () => {
    const careless = { ...defaultPolicy, approvals: { ...defaultPolicy.approvals, 'number-release': [] } };
    expect(asked(release, pooled, careless).when(start('release', day(2))).refusal?.code).toBe('step.not_approved');
  });

  it('does not start under a legal hold, however well it is approved', () => {
    const held = asked(release).then(deciding('release'), holding('place'), ...done(day(2), 'check'));
    expect(held.when(start('release', day(2))).refusal?.code).toBe('case.legal_hold');
  });

  it('is over at the end of its time: closed, silent for long enough, and under no legal hold', () => {
    const closed = asked(release).then(takenBack, { type: 'close' });
    const applied = { policyHash: 'abc', keepFor: 30 * 86_400_000, lastAt: day(1), approvedBy: ['a', 'b'] };
    const ends: CaseCommand = { type: 'applyRetention', applied, now: day(31) };
    expect(closed.when(ends).events).toEqual([{ type: 'RetentionApplied', data: applied }]);
    expect(closed.then(ends).state()).toEqual(closed.state());
    expect(() => asked(release).when(ends)).toThrow('the case is open');
    expect(() => closed.then(holding('place')).when(ends)).toThrow('under a legal hold');
    expect(() => closed.when({ ...ends, now: day(30) })).toThrow('not over');
  });

  it('ends as released, refused, expired, taken back or given up', () => {
    const close: CaseCommand = { type: 'close' };
    const open = asked(release);
    const ended = (from: ReturnType<typeof given>) => {
      const { phase, result } = from.then(close).state();
      return `${phase}: ${result}`;
    };
    expect(ended(open.then(deciding('release'), ...done(day(2), 'check', 'release')))).toBe('done: released');
    expect(ended(open.then(deciding('release', { decision: 'refuse' })))).toBe('cancelled: refused');
    expect(ended(open.then({ type: 'passDeadline', stage: 'release', now: day(9) }))).toBe('cancelled: approval-expired');
    expect(ended(open.then(takenBack))).toBe('cancelled: rescinded-before-any-write');
    const stuck = open.then(deciding('release'), ...done(day(2), 'check'), start('release', day(2)), block('release'));
    expect(ended(stuck.then({ type: 'waiveStep', free: { ...freed, step: 'release' } }))).toBe('cancelled: given-up');
  });

  it('can be taken back until the number is touched, also while the check is blocked; the check itself is never waived', () => {
    const checking = asked(release).then(deciding('release'), start('check', day(2)), block('check', 'number.withheld'));
    expect(types(checking.when(takenBack))).toEqual(['RescindAccepted']);
    expect(() => checking.when({ type: 'waiveStep', free: { ...freed, step: 'check' } })).toThrow('cannot be waived');
    const begun = asked(release).then(deciding('release'), ...done(day(2), 'check'), start('release', day(2)));
    expect(begun.when(takenBack).refusal?.code).toBe('rescind.number');
    expect(checking.then(takenBack).when(start('release', day(2))).refusal?.code).toBe('case.rescinded');
  });
});

describe('a reassignment', () => {
  it('of a reserved number asks whom the policy names, perhaps nobody; of a number in use always somebody', () => {
    const free = { ...defaultPolicy, approvals: { ...defaultPolicy.approvals, number: [] } };
    const given = { ...pooled, to: heir };
    const used = { ...given, status: 'department', holder: { type: 'department', id: '7000000000000001' } };
    expect(planNumber(reassign, given, defaultPolicy).stages).toMatchObject([{ stage: 'number', gate: 'number' }]);
    expect(planNumber(reassign, given, free).stages).toEqual([]);
    expect(planNumber(reassign, used, free).stages).toMatchObject([{ needed: 1, by: ['approver'] }]);
    expect(
      types(
        asked(reassign, given, free)
          .then(...done(day(1), 'check'))
          .when(start('reassign', day(1))),
      ),
    ).toEqual(['StepStarted']);
  });

  it('is not decided by who would get the number', () => {
    const open = asked(reassign, { ...pooled, to: heir });
    expect(open.when(deciding('number', { by: { ...approver, personRef: 'person-9' } })).refusal?.code).toBe('approval.subject');
  });

  it('ends as reassigned; its outcome is recorded once', () => {
    const end = asked(reassign, { ...pooled, to: heir }).then(deciding('number'), ...done(day(2), 'check', 'reassign'));
    expect(end.when(verify('reassign')).events).toEqual([]);
    expect(end.then({ type: 'close' }).state()).toMatchObject({ phase: 'done', result: 'reassigned' });
  });
});

const takenBack: CaseCommand = { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } };
const freed = { actor: 'operator', reasonCode: 'other', reason: null };
