import { describe, expect, it } from '@jest/globals';
import { block, day, deciding, done, joinerPlan, joinerTerms, opened, planned, start } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import { viewOf } from '../case/view.ts';

const PREFLIGHT = done(day(1), 'preflight');
const plain = given(opened(joinerTerms)).then(...PREFLIGHT, planned(joinerPlan()));
const powerful = { ...joinerTerms, adminRole: 'company' as const };
const asked = given(opened(powerful)).then(...PREFLIGHT, planned(joinerPlan(powerful)));
const invited = plain.then(...done(day(8), 'seat', 'invite', 'number'), { type: 'awaitAcceptance', userId: '5', now: day(8) });

describe('a joiner', () => {
  it('is invited without asking anybody, two days before the first day', () => {
    expect(plain.state().stages).toEqual([]);
    expect(viewOf(plain.state(), 1).inviteAt).toBe(day(8));
  });

  it('with an admin role is asked for, and not invited before it is approved', () => {
    expect(asked.state().phase).toBe('awaiting-approval');
    expect(asked.when(start('seat', day(2))).refusal?.code).toBe('step.not_approved');
    expect(asked.then(deciding('joiner')).when(start('seat', day(2))).refusal).toBeUndefined();
  });

  it('gets power last: after the invitation, the number and the groups', () => {
    expect(joinerPlan(powerful).steps.map((step) => step.id)).toEqual(['seat', 'invite', 'number', 'admin', 'verify']);
  });

  it('whose approval nobody gave in time ends, unlike a leaver', () => {
    const late = asked.then({ type: 'passDeadline', stage: 'joiner', now: day(2) });
    expect(late.state().stages[0]?.status).toBe('expired');
    expect(late.then({ type: 'close' }).state()).toMatchObject({ phase: 'expired', result: 'approval-expired' });
  });

  it('without a free seat waits and says for what', () => {
    const waiting = plain.then(start('seat', day(2)), { type: 'awaitSeat', officeId: '6', seat: 'talk' });
    expect(waiting.state().phase).toBe('awaiting-seat');
    expect(viewOf(waiting.state(), 1).waitsFor[0]).toMatchObject({ on: 'seat' });
    expect(waiting.then({ type: 'offerSeat' }).state().seatAwaited).toBeNull();
  });
});

describe('an invited joiner', () => {
  it('who accepted is done once everything reads back', () => {
    const accepted = invited.then({ type: 'accept', acceptedAt: day(9), seenIn: 'poll' }, ...done(day(9), 'verify'), { type: 'close' });
    expect(accepted.state()).toMatchObject({ phase: 'done', result: 'joined' });
  });

  it('is seen as accepted once, however often it is looked at', () => {
    const accepted = invited.then({ type: 'accept', acceptedAt: day(9), seenIn: 'poll' });
    expect(accepted.when({ type: 'accept', acceptedAt: day(9), seenIn: 'poll' }).events).toEqual([]);
  });

  it('who never accepts loses the number first, then the invitation, then the seat', () => {
    const expired = invited.then({ type: 'expireAcceptance', now: day(30) });
    expect(
      expired
        .state()
        .steps.filter((step) => step.id.startsWith('withdraw-'))
        .map((step) => step.kind),
    ).toEqual(['unassignNumber', 'withdrawInvite', 'returnSeat']);
  });

  it('is not expired before the deadline, and not after accepting', () => {
    expect(invited.when({ type: 'expireAcceptance', now: day(9) }).events).toEqual([]);
    expect(invited.then({ type: 'accept', acceptedAt: day(9), seenIn: 'poll' }).when({ type: 'expireAcceptance', now: day(30) }).events).toEqual([]);
  });

  it('can be cancelled until the person has accepted', () => {
    const rescind = { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } } as const;
    expect(types(invited.when(rescind))).toEqual(['WithdrawalBegan']);
    expect(invited.then({ type: 'accept', acceptedAt: day(9), seenIn: 'poll' }).when(rescind).refusal?.code).toBe('rescind.accepted');
  });

  it('whose invitation Dialpad refuses waits for an operator', () => {
    const stuck = plain.then(...done(day(8), 'seat'), start('invite', day(8)), block('invite', 'dialpad.no-seat'));
    expect(viewOf(stuck.state(), 1)).toMatchObject({ attention: { step: 'invite', code: 'dialpad.no-seat' }, waitsFor: [{ on: 'operator' }] });
  });
});
