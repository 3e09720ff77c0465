import { describe, expect, it } from '@jest/globals';
import { approver, day, deciding, done, holding, joinerPlan, joinerTerms, opened, planned, start } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { isOverdue } from '../hold/hold.ts';
import { viewOf } from './view.ts';

const place = holding('place', 'counsel');
const HANDED_OVER = ['check', 'suspend', 'forwarding', 'desk-phone-1', 'group-1', 'number-1', 'calls', 'seat'];
const held = given(opened())
  .then(...done(day(1), 'link'), planned(), deciding('leaver'), { type: 'reachCutOff', now: day(10) }, ...done(day(10), ...HANDED_OVER))
  .then({ type: 'beginHold', now: day(10) }, { type: 'endHold', now: day(13) });
const ready = held.then(deciding('delete', {}, day(13)));

describe('a legal hold', () => {
  it('stops what cannot be undone, although it is approved, and says so', () => {
    expect(ready.when(start('delete', day(14))).refusal).toBeUndefined();
    expect(ready.then(place).when(start('delete', day(14))).refusal?.code).toBe('case.legal_hold');
    expect(viewOf(ready.then(place).state(), 1).waitsFor).toContainEqual(expect.objectContaining({ on: 'legal', what: expect.stringContaining('counsel') }));
  });

  it('lets reversible steps go on: access must not stay open for it', () => {
    const early = given(opened()).then(...done(day(1), 'link'), planned(), deciding('leaver'), place);
    expect(early.when(start('suspend', day(10))).refusal).toBeUndefined();
  });

  it('stops the withdrawal of an invitation too, because that deletes a user', () => {
    const expired = given(opened(joinerTerms))
      .then(...done(day(1), 'preflight'), planned(joinerPlan()), ...done(day(8), 'seat', 'invite', 'number'), {
        type: 'awaitAcceptance',
        userId: '5',
        now: day(8),
      })
      .then({ type: 'expireAcceptance', now: day(30) }, place);
    expect(expired.when(start('withdraw-invite', day(30))).refusal?.code).toBe('case.legal_hold');
  });

  it('says in the record what had begun before it, and cannot be held any more', () => {
    const begun = ready.then(start('delete', day(14)));
    expect(begun.when(place).events).toMatchObject([{ type: 'LegalHoldPlaced', data: { late: ['delete'] } }]);
  });

  it('is told to who approves what it stops: the vote counts, is recorded as given under the hold, and starts nothing', () => {
    const voted = held.then(place).when(deciding('delete', {}, day(13)));
    expect(voted.events[0]).toMatchObject({ type: 'DecisionMade', data: { underHold: true } });
    expect(held.when(deciding('delete', {}, day(13))).events[0]?.data).not.toHaveProperty('underHold');
    const after = held.then(place, deciding('delete', {}, day(13)));
    expect(after.when(start('delete', day(14))).refusal?.code).toBe('case.legal_hold');
  });

  it('holds at once, and is confirmed by somebody else within the time of the policy', () => {
    const placed = ready.then(place);
    expect(placed.state().legalHold).toMatchObject({ by: 'counsel', scope: 'case', confirmUntil: day(4), confirmedBy: null });
    expect(placed.when(holding('confirm', 'counsel'))).toMatchObject({ refusal: { code: 'hold.same_actor' }, events: [{ type: 'LegalHoldRefused' }] });
    const confirmed = placed.then(holding('confirm', 'second'));
    expect(confirmed.state().legalHold).toMatchObject({ by: 'counsel', confirmedBy: 'second' });
    expect(types(confirmed.when(holding('confirm', 'third')))).toEqual([]);
  });

  it('that is not confirmed but refused ends; confirmed, it only ends by being lifted', () => {
    const placed = ready.then(place);
    expect(placed.then(holding('reject', 'second')).state().legalHold).toBeNull();
    expect(placed.when(holding('reject', 'counsel')).refusal?.code).toBe('hold.same_actor');
    expect(placed.then(holding('confirm', 'second')).when(holding('reject', 'third')).refusal?.code).toBe('hold.confirmed');
  });

  it('that nobody confirmed in time goes on holding, and is overdue until somebody does', () => {
    const late = '2026-03-05T00:00:00.000Z';
    const { legalHold } = ready.then(place).state();
    expect([isOverdue(legalHold!, day(3)), isOverdue(legalHold!, late), isOverdue({ ...legalHold!, confirmedBy: 'second' }, late)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(ready.then(place).when(start('delete', '2027-01-01T00:00:00.000Z')).refusal?.code).toBe('case.legal_hold');
  });

  it('is lifted by two people, never by one; a second may also decline', () => {
    const asked = ready.then(place, holding('lift', 'counsel'));
    expect(asked.state().legalHold).toMatchObject({ by: 'counsel', liftAskedBy: 'counsel' });
    expect(asked.when(holding('lift', 'counsel'))).toMatchObject({ refusal: { code: 'hold.same_actor' }, events: [{ type: 'LegalHoldLiftRefused' }] });
    expect(asked.when(holding('keep', 'counsel')).refusal?.code).toBe('hold.same_actor');
    expect(asked.then(holding('keep', 'second')).state().legalHold).toMatchObject({ liftAskedBy: null });
    const lifted = asked.then(holding('lift', 'second'));
    expect(lifted.state().legalHold).toBeNull();
    expect(lifted.when(start('delete', day(14))).refusal).toBeUndefined();
  });

  it('that was placed, or is to be lifted, in somebody’s name needs somebody else than them', () => {
    const delegate = { ...approver, actor: 'tickets', roles: ['auditor'], onBehalfOf: 'counsel' };
    const placed = ready.then(holding('place', 'tickets', { by: delegate }));
    expect(placed.when(holding('confirm', 'counsel')).refusal?.code).toBe('hold.same_actor');
    expect(placed.when(holding('confirm', 'second', { by: { ...delegate, actor: 'second' } })).refusal?.code).toBe('hold.delegate');
    const asked = placed.then(holding('confirm', 'second'), holding('lift', 'tickets', { by: delegate }));
    expect(asked.when(holding('lift', 'counsel')).refusal?.code).toBe('hold.same_actor');
    expect(asked.then(holding('lift', 'second')).state().legalHold).toBeNull();
  });

  it('is nothing for roles that the policy does not name, nor for the person themselves; both are recorded', () => {
    expect(ready.when(holding('place', 'requester', { roles: ['requester'] }))).toMatchObject({
      refusal: { code: 'hold.role' },
      events: [{ type: 'LegalHoldRefused', data: { asked: 'place' } }],
    });
    const subject = { ...approver, actor: 'subject', roles: ['auditor'], personRef: 'person-1' };
    expect(ready.when(holding('place', 'subject', { by: subject }))).toMatchObject({ refusal: { code: 'hold.subject' } });
  });

  it('is placed once, also on a case that is closed, and never twice', () => {
    expect(types(ready.then(place).when(place))).toEqual([]);
    const closed = ready.and({ type: 'CaseClosed', data: { phase: 'done', result: 'removed' } });
    expect(types(closed.when(place))).toEqual(['LegalHoldPlaced']);
    expect(() => ready.when(holding('lift', 'counsel'))).toThrow('no legal hold');
  });

  it('on the person is followed by the case, and ends with it; the case’s own hold stands beside it', () => {
    const followed = ready.then({ type: 'followPersonHold', by: 'counsel' });
    expect(followed.state().legalHold).toMatchObject({ by: 'counsel', scope: 'person' });
    expect(() => followed.when(holding('lift', 'second'))).toThrow('decide on the person');
    expect(types(followed.when({ type: 'followPersonHold', by: 'counsel' }))).toEqual([]);
    const both = followed.then(holding('place', 'auditor'), { type: 'followPersonHold', by: null });
    expect(both.state().legalHold).toMatchObject({ by: 'auditor', scope: 'case' });
    expect(followed.then({ type: 'followPersonHold', by: null }).when(start('delete', day(14))).refusal).toBeUndefined();
  });
});
