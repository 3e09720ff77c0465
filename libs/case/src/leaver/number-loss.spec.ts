import { describe, expect, it } from '@jest/globals';
import { day, deciding, done, leaverPlan, leaverTerms, opened, planned, snapshot, start } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { stepOf } from '../case/state.ts';
import { viewOf } from '../case/view.ts';
import { defaultPolicy } from '../policy/policy.ts';

const plan = leaverPlan(leaverTerms, snapshot, { ...defaultPolicy, reservePool: false });
const asked = given(opened()).then(...done(day(1), 'link'), planned(plan), deciding('leaver'));
const cut = asked
  .then({ type: 'passDeadline', stage: 'number-loss', now: day(2) }) // nobody answers in time: it goes on waiting
  .then({ type: 'reachCutOff', now: day(10) }, ...done(day(10), 'check', 'suspend'));
const refusal = deciding('number-loss', { decision: 'refuse' }, day(10));

describe('a leaver whose numbers would be lost', () => {
  it('shows its workflow which steps wait for that approval', () => {
    const gates = Object.fromEntries(viewOf(asked.state(), 1).steps.map(({ id, gate }) => [id, gate]));
    expect(gates).toMatchObject({ suspend: undefined, forwarding: undefined, 'number-1': 'number-loss', delete: 'leaver-delete', purge: undefined });
  });

  it('hands over everything else while nobody has answered, and keeps the number', () => {
    expect(cut.when(start('forwarding', day(10))).refusal).toBeUndefined();
    expect(cut.when(start('number-1', day(10))).refusal?.code).toBe('step.not_approved');
  });

  it('begins no hold before somebody has answered', () => {
    const open = cut.then(...done(day(10), 'forwarding', 'desk-phone-1', 'group-1', 'calls', 'seat'));
    expect(() => open.when({ type: 'beginHold', now: day(10) })).toThrow('steps before the hold are not done');
  });
});

describe('a leaver whose numbers must not be lost', () => {
  const refused = cut.then(...done(day(10), 'forwarding', 'desk-phone-1', 'group-1'), refusal);
  const held = refused.then(...done(day(10), 'calls', 'seat'), { type: 'beginHold', now: day(10) });

  it('says of each number that it is withheld, and why', () => {
    expect(types(cut.when(refusal))).toEqual(['DecisionMade', 'StageRefused', 'StepWithheld']);
    expect(stepOf(refused.state(), 'number-1')).toMatchObject({ status: 'pending', begun: false, code: 'step.refused' });
    expect(refused.when(start('number-1', day(10))).refusal?.code).toBe('step.refused');
  });

  it('is held all the same, so that the person can come back', () => {
    expect(held.state()).toMatchObject({ phase: 'holding' });
    expect(types(held.when({ type: 'rescind', rescind: { actor: 'hr', reasonCode: null, reason: null, factId: null } }))).toEqual(['RescindAccepted']);
  });

  it('is never asked about the delete, which would lose the numbers as well', () => {
    expect(types(held.when({ type: 'endHold', now: day(13) }))).toEqual(['HoldEnded']);
    expect(types(held.when({ type: 'openGate', gate: 'leaver-delete', now: day(13) }))).toEqual([]);
  });

  it('ends as kept suspended, because access is cut', () => {
    expect(held.then({ type: 'endHold', now: day(13) }, { type: 'close' }).state()).toMatchObject({ phase: 'done', result: 'kept-suspended' });
  });

  it('ends as kept suspended also where a workflow of an earlier release stops at the refusal', () => {
    expect(cut.then(refusal, { type: 'close' }).state()).toMatchObject({ phase: 'done', result: 'kept-suspended' });
  });

  it('loses access all the same when the refusal comes before the cut-off', () => {
    const early = asked.then(deciding('number-loss', { decision: 'refuse' }), { type: 'reachCutOff', now: day(10) }, ...done(day(10), 'check'));
    expect(early.when(start('suspend', day(10))).refusal).toBeUndefined();
  });
});
