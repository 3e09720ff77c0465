import { describe, expect, it } from '@jest/globals';
import { block, day, deciding, done, holding, leaverPlan, leaverTerms, opened, planned, snapshot, start, verify } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import type { LeaverTerms } from '../case/terms.ts';
import { viewOf } from '../case/view.ts';

const other: LeaverTerms = { ...leaverTerms, successor: { kind: 'department', name: 'Sales' } };
const finer: LeaverTerms = { ...leaverTerms, successors: [{ what: 'routing', to: { kind: 'office', name: 'Berlin' } }] };
const told = (terms: LeaverTerms) => ({ type: 'changeTerms', terms, factId: 'fact-2' }) as const;
const anew = (terms: LeaverTerms, now = day(3)) => planned({ ...leaverPlan(terms), hash: 'hash-2' }, now);
const approved = given(opened()).then(...done(day(1), 'link'), planned(), deciding('leaver'));

describe('a leaver whose successor HR changes before the hand-over', () => {
  it.each([
    ['everything', other],
    ['a part', finer],
  ])('of %s is planned anew', (_what, terms) => {
    expect(types(approved.when(told(terms)))).toEqual(['TermsChanged', 'ReplanAsked']);
    expect(approved.then(told(terms)).state()).toMatchObject({ plan: null, stages: [], phase: 'planned' });
  });

  it('is asked about anew, and what was voted on the plan before counts no more', () => {
    const asked = approved.then(told(other), ...[start('link', day(3), 2), verify('link', 2)], anew(other));
    expect(asked.state().stages[0]).toMatchObject({ status: 'open', decisions: [] });
    expect(asked.when(deciding('leaver', { planHash: 'hash-1' }, day(3))).refusal?.code).toBe('approval.stale_plan');
    expect(asked.when(start('suspend', day(10))).refusal?.code).toBe('step.not_approved');
  });

  it('is planned anew also when the check right before the cut is stuck at the successor who was named first', () => {
    const stuck = approved.then({ type: 'reachCutOff', now: day(10) }, start('check', day(10)), block('check', 'successor.inactive'));
    expect(types(stuck.when(told(other)))).toEqual(['TermsChanged', 'ReplanAsked']);

    const asked = stuck.then(told(other), start('link', day(10, '01:00:00'), 2), verify('link', 2), anew(other, day(10, '01:00:00')));
    // Access must not stay open for the time of another approval: the cut-off has come.
    const over = asked.then({ type: 'passDeadline', stage: 'leaver', now: day(10, '01:00:00') });
    expect(over.state().stages[0]).toMatchObject({ status: 'expired', escalated: true });
    expect(over.when(start('check', day(10, '01:00:00'), 2)).refusal).toBeUndefined();
    expect(over.when(start('delete', day(10, '01:00:00'))).refusal?.code).toBe('step.not_approved');
  });

  it('starts no step of the void plan, and takes no outcome of one', () => {
    const replanned = approved.then(told(other));
    expect(replanned.when(start('forwarding', day(10)))).toMatchObject({ events: [], refusal: { code: 'step.unknown' } });
    expect(replanned.when(verify('forwarding'))).toEqual({ events: [] });
  });
});

describe('what HR says while Dialpad is read for the plan', () => {
  const reading = given(opened()).then(start('link', day(1)));
  const record = (now = day(1)) =>
    ({
      type: 'recordPlan',
      plan: leaverPlan(),
      userId: snapshot.userId,
      now,
      basis: { terms: leaverTerms, office: 'Berlin' },
    }) as const;

  it('of the successor makes that reading an answer to another question', () => {
    expect(types(reading.then(told(other), verify('link')).when(record()))).toEqual(['ReplanAsked']);
  });

  it('of access that must end now asks nobody before the cut', () => {
    const immediate: LeaverTerms = { ...leaverTerms, urgency: 'immediate' };
    const late = reading.then(told(immediate), verify('link'), record());
    expect(late.state()).toMatchObject({ plan: null, stages: [] });
    const after = late.then(start('link', day(1), 2), verify('link', 2), anew(immediate, day(1)));
    expect(after.state().stages.map(({ stage, status }) => [stage, status])).toEqual([
      ['review', 'open'],
      ['delete', 'waiting'],
    ]);
    expect(after.when(start('check', day(1))).refusal).toBeUndefined();
  });

  it('of the day makes no difference to the plan', () => {
    expect(types(reading.then(told({ ...leaverTerms, cutOff: day(12) }), verify('link')).when(record()))).toEqual(['PlanMade', 'StageOpened']);
  });
});

describe('a leaver of two stages to whom HR says at once', () => {
  it('is not asked about the second stage either', () => {
    const plan = leaverPlan();
    const two = {
      ...plan,
      stages: [...plan.stages.slice(0, 1), { stage: 'second', gate: 'leaver' as const, needed: 1, by: ['approver'] }, ...plan.stages.slice(1)],
    };
    const asked = given(opened()).then(...done(day(1), 'link'), planned(two));
    const atOnce = asked.then(told({ ...leaverTerms, urgency: 'immediate' }));
    expect(atOnce.when({ type: 'openGate', gate: 'leaver', now: day(1) }).events).toEqual([]);
    expect(viewOf(atOnce.state(), 1)).toMatchObject({ gates: { leaver: 'expired' }, stage: null });
  });
});

describe('a leaver whose successor HR changes when access is cut already', () => {
  const cut = approved.then({ type: 'reachCutOff', now: day(10) }, ...done(day(10), 'check', 'suspend'));
  const late = cut.then(told(other));

  it('goes on as planned, and a task for a person says so', () => {
    expect(types(cut.when(told(other)))).toEqual(['TermsChanged', 'StepBlocked']);
    expect(late.state().plan?.hash).toBe('hash-1');
    expect(viewOf(late.state(), 1)).toMatchObject({ attention: { step: 'successor-1', code: 'task.new-successor' } });
    expect(late.when(start('forwarding', day(10))).refusal).toBeUndefined();
  });

  it('has one such task at a time, and another one when HR changes its mind after the first is done', () => {
    expect(types(late.when(told(finer)))).toEqual(['TermsChanged']);
    const free = { step: 'successor-1', actor: 'operator', reasonCode: null, reason: 'numbers were given on' };
    const again = late.then({ type: 'waiveStep', free }, told(finer));
    expect(viewOf(again.state(), 1).attention).toMatchObject({ step: 'successor-2' });
  });

  it('is not kept from its end by a change that comes when the delete is approved, however long a legal hold delays it', () => {
    const held = cut.then(...done(day(10), 'forwarding', 'desk-phone-1', 'group-1', 'number-1', 'calls', 'seat'), { type: 'beginHold', now: day(10) });
    const over = held.then({ type: 'endHold', now: day(13) });
    expect(types(over.when(told(other)))).toEqual(['TermsChanged', 'StepBlocked']); // the delete waits for tasks that are there when it is approved
    const waiting = over.then(holding('place'), deciding('delete', {}, day(13)));
    expect(types(waiting.when(told(other)))).toEqual(['TermsChanged']);
    const lifted = waiting.then(told(other), holding('lift'), holding('lift', 'second', { roles: ['auditor'] }));
    const ended = lifted.then(...done(day(14), 'delete', 'purge', 'anonymize'), { type: 'close' });
    expect(ended.state()).toMatchObject({ phase: 'done', result: 'removed' });
  });
});
