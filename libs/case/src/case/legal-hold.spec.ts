import { describe, expect, it } from '@jest/globals';
import type { CaseCommand } from './decide.ts';
import { day, deciding, done, joinerPlan, joinerTerms, opened, planned, start } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { viewOf } from './view.ts';

const place: CaseCommand = { type: 'placeHold', hold: { actor: 'counsel', reason: 'a dispute' } };
const lift = (actor: string): CaseCommand => ({ type: 'liftHold', hold: { actor, reason: 'settled' } });
const HANDED_OVER = ['check', 'suspend', 'forwarding', 'desk-phone-1', 'group-1', 'number-1', 'calls', 'seat'];
const ready = given(opened())
  .then(...done(day(1), 'link'), planned(), deciding('leaver'), { type: 'reachCutOff', now: day(10) }, ...done(day(10), ...HANDED_OVER))
  .then({ type: 'beginHold', now: day(10) }, { type: 'endHold', now: day(13) }, deciding('delete', {}, day(13)));

describe('a legal hold', () => {
  it('stops what cannot be undone, although it is approved, and says so', () => {
    expect(ready.when(start('delete', day(14))).refusal).toBeUndefined();
    expect(ready.then(place).when(start('delete', day(14))).refusal?.code).toBe('case.legal_hold');
    expect(viewOf(ready.then(place).state(), 1).waitsFor).toContainEqual(expect.objectContaining({ on: 'legal', what: expect.stringContaining('counsel') }));
  });

  it('lets reversible steps go on: access must not stay open for it', () => {
    const held = given(opened()).then(...done(day(1), 'link'), planned(), deciding('leaver'), place);
    expect(held.when(start('suspend', day(10))).refusal).toBeUndefined();
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

  it('is lifted by two people, never by one', () => {
    const asked = ready.then(place, lift('counsel'));
    expect(asked.state().legalHold).toEqual({ by: 'counsel', liftAskedBy: 'counsel' });
    expect(asked.when(lift('counsel'))).toMatchObject({ refusal: { code: 'hold.same_actor' }, events: [{ type: 'LegalHoldLiftRefused' }] });
    const lifted = asked.then(lift('second'));
    expect(lifted.state().legalHold).toBeNull();
    expect(lifted.when(start('delete', day(14))).refusal).toBeUndefined();
  });

  it('is placed once, and only on a case that is open', () => {
    expect(types(ready.then(place).when(place))).toEqual([]);
  });
});
