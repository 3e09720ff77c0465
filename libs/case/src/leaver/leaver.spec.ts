import { describe, expect, it } from '@jest/globals';
import { block, day, deciding, done, leaverPlan, leaverTerms, opened, planned, snapshot, start, verify } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { viewOf } from '../case/view.ts';
import { stepOf } from '../case/state.ts';
import { defaultPolicy } from '../policy/policy.ts';

const LINKED = done(day(1), 'link');
const asked = given(opened()).then(...LINKED, planned());
const approved = asked.then(deciding('leaver'));
const CUT = ['check', 'suspend'];
const HANDED_OVER = ['forwarding', 'desk-phone-1', 'group-1', 'number-1', 'calls', 'seat'];
const held = approved.then({ type: 'reachCutOff', now: day(10) }, ...done(day(10), ...CUT, ...HANDED_OVER), { type: 'beginHold', now: day(10) });

describe('a leaver that is planned', () => {
  it('asks the approvers of the leaver stage, at the latest until the cut-off', () => {
    expect(asked.state().phase).toBe('awaiting-approval');
    expect(asked.state().stages[0]).toMatchObject({ stage: 'leaver', status: 'open', deadline: day(2) });
    expect(
      given(opened({ ...leaverTerms, cutOff: day(1, '06:00:00') }))
        .then(...LINKED, planned())
        .state().stages[0]?.deadline,
    ).toBe(day(1, '06:00:00'));
  });

  it('leaves the approver the whole time when the cut-off is past already', () => {
    expect(
      given(opened({ ...leaverTerms, cutOff: '2026-01-01T00:00:00.000Z' }))
        .then(...LINKED, planned())
        .state().stages[0]?.deadline,
    ).toBe(day(2));
  });

  it('cuts access before it hands over, and hands over before it deletes', () => {
    expect(leaverPlan().steps.map((step) => step.id)).toEqual([...CUT, ...HANDED_OVER, 'delete', 'purge', 'anonymize']);
  });

  it('asks for the loss of a number on its own when the company has no reserve pool', () => {
    const plan = leaverPlan(leaverTerms, snapshot, { ...defaultPolicy, reservePool: false });

    expect(plan.steps.find((step) => step.id === 'number-1')).toMatchObject({ reversible: false, gate: 'number-loss' });
    expect(plan.stages.map((stage) => stage.stage)).toContain('number-loss');
  });

  it('voids what was voted when the plan changes before it began', () => {
    const changed = approved.then({ type: 'recordPlan', plan: { ...leaverPlan(), hash: 'hash-2' }, userId: snapshot.userId, now: day(3) });

    expect(changed.state().stages[0]).toMatchObject({ status: 'open', decisions: [] });
    expect(changed.when(deciding('leaver', { planHash: 'hash-1' }, day(3))).refusal?.code).toBe('approval.stale_plan');
  });
});

describe('a leaver who waits for an approval when HR says another day', () => {
  const later = given(opened({ ...leaverTerms, cutOff: day(20) })).then(...LINKED, planned());
  const told = (terms: Partial<typeof leaverTerms>) =>
    later.then({ type: 'changeTerms', terms: { ...leaverTerms, cutOff: day(20), ...terms }, factId: 'fact-2' });

  it('is not waited for any longer than to the new day', () => {
    expect(told({ cutOff: day(1, '18:00:00') }).state().stages[0]).toMatchObject({ status: 'open', deadline: day(1, '18:00:00') });
    expect(told({ cutOff: day(15) }).state().stages[0]).toMatchObject({ status: 'open', deadline: day(2) });
  });

  it('loses access at once when HR says at once, and is not deleted for it', () => {
    const atOnce = told({ urgency: 'immediate' });
    expect(atOnce.state().stages[0]).toMatchObject({ status: 'expired' });
    expect(atOnce.when(start('suspend', day(1))).refusal).toBeUndefined();
    expect(atOnce.when(start('delete', day(1))).refusal?.code).toBe('step.not_approved');
  });
});

describe('a leaver before the cut-off', () => {
  it('may not lose access, whoever approved', () => {
    expect(approved.when(start('suspend', day(9))).refusal?.code).toBe('step.too_early');
  });

  it('may not lose access without an answer, not even after the cut-off while the stage is open', () => {
    expect(asked.when(start('suspend', day(1, '12:00:00'))).refusal?.code).toBe('step.not_approved');
  });

  it('follows a moved date', () => {
    const moved = approved.then({ type: 'changeTerms', terms: { ...leaverTerms, cutOff: day(5) }, factId: 'fact-2' });

    expect(moved.when(start('suspend', day(5))).refusal).toBeUndefined();
  });
});

describe('a leaver nobody answered for', () => {
  const cutOffFirst = given(opened({ ...leaverTerms, cutOff: day(1, '08:00:00') })).then(...LINKED, planned());
  const late = cutOffFirst.then({ type: 'passDeadline', stage: 'leaver', now: day(1, '08:00:00') }, { type: 'reachCutOff', now: day(1, '08:00:00') });

  it('escalates at the deadline and stays open until the cut-off', () => {
    const escalated = asked.then({ type: 'passDeadline', stage: 'leaver', now: day(2) });

    expect(escalated.state().stages[0]).toMatchObject({ status: 'open', escalated: true });
    expect(types(escalated.when(deciding('leaver', {}, day(4))))).toEqual(['DecisionMade', 'StageApproved']);
  });

  it('loses access at the cut-off, because access must not stay open only because nobody clicked', () => {
    expect(late.state().stages[0]?.status).toBe('expired');
    expect(late.when(start('suspend', day(1, '08:00:01'))).refusal).toBeUndefined();
  });

  it('keeps everything that cannot be undone', () => {
    expect(late.when(start('delete', day(20))).refusal?.code).toBe('step.not_approved');
  });

  it('refuses and records a decision that comes afterwards', () => {
    const decided = late.when(deciding('leaver', {}, day(1, '09:00:00')));

    expect(decided.refusal?.code).toBe('approval.late');
    expect(types(decided)).toEqual(['DecisionRefused']);
  });
});

describe('an immediate leaver', () => {
  const immediate = given(opened({ ...leaverTerms, urgency: 'immediate' })).then(...LINKED, planned(leaverPlan({ ...leaverTerms, urgency: 'immediate' })));

  it('loses access at once and is reviewed afterwards', () => {
    expect(immediate.when(start('suspend', day(1))).refusal).toBeUndefined();
    expect(immediate.state().stages[0]).toMatchObject({ stage: 'review', status: 'open' });
  });

  it('is deleted only with an approval of its own', () => {
    expect(immediate.when(start('delete', day(1))).refusal?.code).toBe('step.not_approved');
  });
});

describe('a leaver on hold', () => {
  it('waits 72 hours, and not a second less', () => {
    expect(held.state()).toMatchObject({ phase: 'holding', holdUntil: day(13) });
    expect(held.when({ type: 'endHold', now: day(12, '23:59:59') }).events).toEqual([]);
  });

  it('asks for the delete when the hold is over', () => {
    expect(held.then({ type: 'endHold', now: day(13) }).state().phase).toBe('awaiting-delete-approval');
  });

  it('gives back everything it took when it is rescinded: the user first, then the rest in reverse', () => {
    const rescinded = held.then({ type: 'rescind', rescind: { actor: 'operator', reasonCode: 'came-back', reason: null, factId: null } });
    const undo = rescinded.state().steps.filter((step) => step.undoes);

    expect(undo.map((step) => step.kind)).toEqual(['activateUser', 'returnNumber', 'rejoinGroup', 'taskByHand', 'restoreForwarding']);
    expect(rescinded.state().phase).toBe('rescinding');
    expect(() => rescinded.when({ type: 'close' })).toThrow(expect.objectContaining({ code: 'case.undoing' }));
    expect(rescinded.then(...undo.flatMap((step) => [start(step.id, day(11)), verify(step.id)]), { type: 'close' }).state().phase).toBe('rescinded');
  });

  it('stops every step that is not part of the undoing once it is rescinded', () => {
    const rescinded = held.then({ type: 'endHold', now: day(13) }, deciding('delete', {}, day(13)), {
      type: 'rescind',
      rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null },
    });

    expect(rescinded.when(start('delete', day(13))).refusal?.code).toBe('case.rescinded');
  });
});

describe('a leaver whose delete was approved', () => {
  const mayDelete = held.then({ type: 'endHold', now: day(13) }, deciding('delete', {}, day(13)));
  const deleting = mayDelete.then(start('delete', day(13)));

  it('tells a rescind that comes after the delete began that it is too late, and records that', () => {
    const decided = deleting.when({ type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } });

    expect(decided.refusal?.code).toBe('rescind.too_late');
    expect(types(decided)).toEqual(['RescindRefused']);
  });

  it('needs the approval to be for the plan as it stands', () => {
    expect(held.then({ type: 'endHold', now: day(13) }).when(start('delete', day(13))).refusal?.code).toBe('step.not_approved');
  });

  it('is done when the purge was read back and the key is destroyed', () => {
    const finished = deleting.then(
      verify('delete'),
      ...done(day(16), 'purge', 'anonymize'),
      { type: 'certify', claims: { keyDestroyed: true } },
      { type: 'close' },
    );

    expect(finished.state()).toMatchObject({ status: 'closed', phase: 'done', result: 'removed' });
  });

  it('keeps the user suspended when the delete is refused', () => {
    const refused = held.then({ type: 'endHold', now: day(13) }, deciding('delete', { decision: 'refuse' }, day(13)), { type: 'close' });

    expect(refused.state()).toMatchObject({ phase: 'done', result: 'kept-suspended' });
  });
});

describe('a leaver that is rescinded before anything was written', () => {
  it('is cancelled, not rescinded', () => {
    const cancelled = approved.then({ type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } }, { type: 'close' });

    expect(cancelled.state()).toMatchObject({ phase: 'cancelled' });
  });
});

describe('a step that is blocked', () => {
  const blocked = approved.then({ type: 'reachCutOff', now: day(10) }, ...done(day(10), 'check'), start('suspend', day(10)), block('suspend'));
  const by = { step: 'suspend', actor: 'operator', reasonCode: null, reason: 'looked at it' };

  it('shows in what the case waits for', () => {
    expect(viewOf(blocked.state(), 9)).toMatchObject({ attention: { step: 'suspend', code: 'dialpad.refused' }, waitsFor: [{ on: 'operator' }] });
  });

  it('begins a new round when it is retried, and the old round says nothing any more', () => {
    const retried = blocked.then({ type: 'retryStep', free: by });

    expect(stepOf(retried.state(), 'suspend')).toMatchObject({ status: 'pending', round: 2 });
    expect(retried.when(verify('suspend', 1)).events).toEqual([]);
  });

  it('before it began has its beginning in the round in which it does, and keeps it', () => {
    const retry = { type: 'retryStep', free: by } as const;
    const unread = approved.then({ type: 'reachCutOff', now: day(10) }, ...done(day(10), 'check'), block('suspend'), retry);
    expect(stepOf(unread.state(), 'suspend').begunIn).toBeNull();
    const again = unread.then(start('suspend', day(10), 2), block('suspend', 'dialpad.refused', 2), retry, start('suspend', day(10), 3));
    expect(stepOf(again.state(), 'suspend')).toMatchObject({ round: 3, begunIn: 2 });
  });

  it('cannot be waived when it is the point of the case', () => {
    expect(() => blocked.when({ type: 'waiveStep', free: by })).toThrow(expect.objectContaining({ code: 'step.not_waivable' }));
  });

  it('is done by hand only with evidence, and only counts once it was read back', () => {
    expect(() => blocked.when({ type: 'claimByHand', free: by })).toThrow(expect.objectContaining({ code: 'evidence.missing' }));
    const claimed = blocked.then({ type: 'claimByHand', free: { ...by, evidence: 'suspended in the console' } });

    expect(stepOf(claimed.state(), 'suspend').status).toBe('pending');
    expect(types(claimed.then(start('suspend', day(10), 2)).when(verify('suspend', 2)))).toEqual(['StepDoneByHand']);
  });

  it('is no news when the same outcome is recorded again', () => {
    expect(blocked.when(block('suspend')).events).toEqual([]);
  });
});

describe('who may decide', () => {
  it.each([
    ['approval.not_approver', { by: { actor: 'operator', roles: ['operator'], personRef: null } }],
    ['approval.subject', { by: { actor: 'approver', roles: ['approver'], personRef: 'person-1' } }],
    ['approval.requester', { by: { actor: 'source:generic', roles: ['approver'], personRef: null } }],
    ['approval.stale_plan', { planHash: 'other' }],
    ['approval.channel', { channelCounts: false }],
  ])('%s is refused and recorded', (code, more) => {
    const decided = asked.when(deciding('leaver', more, day(1)));

    expect(decided.refusal?.code).toBe(code);
    expect(types(decided)).toEqual(['DecisionRefused']);
  });

  it('nobody counts twice', () => {
    const two = { ...leaverPlan(), stages: [{ stage: 'leaver', gate: 'leaver' as const, needed: 2, by: ['approver'] }] };
    const once = given(opened()).then(...LINKED, planned(two), deciding('leaver', {}, day(1)));

    expect(once.state().stages[0]?.status).toBe('open');
    expect(once.when(deciding('leaver', {}, day(1))).events).toEqual([]);
    expect(once.when(deciding('leaver', { decision: 'refuse' }, day(1))).refusal?.code).toBe('approval.decided_already');
    expect(once.then(deciding('leaver', { by: { actor: 'approver2', roles: ['approver'], personRef: null } }, day(1))).state().stages[0]?.status).toBe(
      'approved',
    );
  });

  it('the same decision again is no news, and a second one after the end is refused', () => {
    expect(approved.when(deciding('leaver')).events).toEqual([]);
    expect(approved.when(deciding('leaver', { by: { actor: 'approver2', roles: ['approver'], personRef: null } })).refusal?.code).toBe('approval.closed');
  });
});
