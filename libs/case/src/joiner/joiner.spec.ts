import { describe, expect, it } from '@jest/globals';
import { block, day, deciding, done, joinerPlan, joinerTerms, opened, planned, start, verify } from '../testing/cases.ts';
import { given, types } from '../testing/given.ts';
import type { CaseCommand } from '../case/decide.ts';
import { viewOf } from '../case/view.ts';
import type { JoinerTerms } from '../case/terms.ts';
import { defaultPolicy } from '../policy/policy.ts';
import { planJoiner, type ExistingUser, type JoinerPreflight } from './plan.ts';

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

  it('who is cancelled is so by somebody, under a plan that is named; before there is one by somebody alone', () => {
    const rescind = { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } } as const;
    expect(invited.when(rescind).events).toMatchObject([{ type: 'WithdrawalBegan', data: { approvedBy: 'operator plan:hash-1' } }]);
    expect(given(opened(joinerTerms)).when(rescind).events).toMatchObject([{ data: { approvedBy: 'operator' } }]);
  });

  it('whose invitation Dialpad refuses waits for an operator', () => {
    const stuck = plain.then(...done(day(8), 'seat'), start('invite', day(8)), block('invite', 'dialpad.no-seat'));
    expect(viewOf(stuck.state(), 1)).toMatchObject({ attention: { step: 'invite', code: 'dialpad.no-seat' }, waitsFor: [{ on: 'operator' }] });
  });
});

const somebody: ExistingUser = {
  id: '5',
  state: 'active',
  how: 'stored',
  officeId: '6000000000000001',
  license: 'talk',
  numbers: ['+4930'],
  groups: [],
  isCompanyAdmin: false,
  adminOfficeIds: [],
};
const planFor = (terms: Partial<JoinerTerms> = {}, seen: Partial<JoinerPreflight> = {}) =>
  planJoiner({ ...joinerTerms, ...terms }, { officeId: '6000000000000001', seat: 'talk', groups: [], ...seen }, defaultPolicy);
const ids = (plan: { steps: readonly { id: string }[] }): string[] => plan.steps.map((step) => step.id);

describe('a joiner who is there already', () => {
  it('is taken over as they are: no seat, no invitation, no second number', () => {
    expect(ids(planFor({}, { user: somebody }))).toEqual(['adopt', 'verify']);
    expect(ids(planFor({}, { user: { ...somebody, numbers: [] } }))).toEqual(['adopt', 'number', 'verify']);
  });

  it('is given access again only when somebody approved, once office and licence are right', () => {
    const plan = planFor({ license: 'agents' }, { user: { ...somebody, state: 'suspended', officeId: 'munich' }, seat: 'sell' });
    expect(ids(plan)).toEqual(['seat', 'seat-number', 'adopt', 'office', 'license', 'reactivate', 'verify']);
    expect(plan.stages).toMatchObject([{ stage: 'joiner', gate: 'joiner' }]);
  });

  it('is never deleted when the case is taken back: who was suspended is suspended again', () => {
    const plan = { ...planFor({ license: 'talk' }, { user: { ...somebody, state: 'suspended', numbers: [] } }), hash: 'hash-1' };
    const back = given(opened(joinerTerms)).then(
      ...PREFLIGHT,
      { type: 'recordPlan', plan, userId: null, now: day(1) },
      deciding('joiner'),
      ...done(day(8), 'seat', 'adopt', 'reactivate', 'number'),
      { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } },
    );
    const kinds = back
      .state()
      .steps.filter((step) => step.id.startsWith('withdraw-'))
      .map((step) => step.kind);
    expect(kinds).toEqual(['unassignNumber', 'suspendUser', 'returnSeat']);
  });
});

describe('a joiner whom somebody invited by hand', () => {
  const claimed: CaseCommand = { type: 'claimByHand', free: { step: 'invite', actor: 'operator', reasonCode: null, reason: null, evidence: 'in the console' } };
  const stuck = plain.then(...done(day(8), 'seat'), start('invite', day(8)), block('invite', 'dialpad.refused'));
  const cancelled: CaseCommand = { type: 'rescind', rescind: { actor: 'operator', reasonCode: null, reason: null, factId: null } };
  const withdrawn = (invited: ReturnType<typeof given>): string[] =>
    invited
      .then(cancelled)
      .state()
      .steps.filter((step) => step.id.startsWith('withdraw-'))
      .map((step) => step.kind);

  it('keeps the user when the case is taken back, and gives up only what the case brought', () => {
    const byHand = stuck.then(claimed, start('invite', day(8), 2), verify('invite', 2), ...done(day(8), 'number'));
    expect(byHand.state().stepStates['invite']?.status).toBe('by-hand');
    expect(withdrawn(byHand)).toEqual(['unassignNumber', 'returnSeat']);
  });

  it('keeps the user also when that was said and not read back yet', () => {
    expect(withdrawn(stuck.then(claimed))).toEqual(['returnSeat']);
  });

  it('loses the invitation like any other once it was tried again and came from us', () => {
    const retried: CaseCommand = { type: 'retryStep', free: { step: 'invite', actor: 'operator', reasonCode: 'fixed', reason: null } };
    const contradicted = stuck.then(claimed, start('invite', day(8), 2), block('invite', 'dialpad.refused', 2));
    expect(withdrawn(contradicted.then(retried, start('invite', day(8), 3), verify('invite', 3)))).toEqual(['withdrawInvite', 'returnSeat']);
  });
});

describe('the licences of a joiner', () => {
  it('are one for Connect with its number, two for Support with a number, and none too many', () => {
    expect(ids(planFor()).filter((id) => id.startsWith('seat'))).toEqual(['seat']);
    expect(ids(planFor({ license: 'lite_support_agents' }, { seat: 'contactCenter' })).filter((id) => id.startsWith('seat'))).toEqual(['seat', 'seat-number']);
    expect(ids(planFor({ license: 'lite_support_agents', number: null })).filter((id) => id.startsWith('seat'))).toEqual(['seat']);
  });

  it('are one more in a call center, unless their own is for call centers', () => {
    const groups = [{ type: 'callcenter', id: '8', role: 'operator' }];
    expect(ids(planFor({}, { groups })).filter((id) => id.startsWith('seat'))).toEqual(['seat', 'seat-callcenter']);
    expect(ids(planFor({ license: 'agents', number: null }, { groups })).filter((id) => id.startsWith('seat'))).toEqual(['seat']);
  });
});

describe('the power of a joiner', () => {
  it('in a group comes after acceptance too, and is asked for', () => {
    const plan = planFor(
      {},
      {
        groups: [
          { type: 'department', id: '7', role: 'admin' },
          { type: 'department', id: '8', role: 'operator' },
        ],
      },
    );
    expect(plan.steps.map((step) => `${step.phase} ${step.id}`)).toEqual([
      'planned seat',
      'inviting invite',
      'inviting number',
      'inviting group-1',
      'completing role-1',
      'completing verify',
    ]);
    expect(plan.stages).toHaveLength(1);
  });

  it('over several offices names them', () => {
    expect(planFor({ adminRole: 'office' }, { adminOfficeIds: ['6', '9'] }).steps.find((step) => step.id === 'admin')?.target).toMatchObject({
      role: 'office',
      officeIds: ['6', '9'],
    });
  });
});

describe('a joiner whom HR means otherwise', () => {
  const scheduled = asked.then(deciding('joiner'), ...done(day(2), 'seat'));
  const otherwise = { type: 'changeTerms', terms: { ...powerful, license: 'agents' }, factId: 'fact-2' } as const;

  it('is planned anew: votes are void, and rounds go on counting', () => {
    const anew = scheduled.then(otherwise);
    expect(types(scheduled.when(otherwise))).toEqual(['TermsChanged', 'ReplanAsked']);
    expect(anew.state()).toMatchObject({ phase: 'planned', plan: null, stages: [] });
    expect(anew.state().stepStates['seat']).toMatchObject({ status: 'pending', round: 2 });
    const again = anew.then(start('preflight', day(3), 2), { ...done(day(3), 'preflight')[1], round: 2 } as never, planned(joinerPlan(powerful), day(3)));
    expect(again.when(start('seat', day(3), 2)).refusal?.code).toBe('step.not_approved');
  });

  it('only in time keeps the plan and what was approved', () => {
    const later = { type: 'changeTerms', terms: { ...powerful, startDate: '2026-03-20', startsAt: day(20) }, factId: 'fact-2' } as const;
    expect(types(scheduled.when(later))).toEqual(['TermsChanged']);
    expect(scheduled.then(later).state().stages[0]?.status).toBe('approved');
  });

  it('after the invitation is sent is not planned anew', () => {
    expect(types(invited.when({ ...otherwise, terms: { ...joinerTerms, license: 'agents' } }))).toEqual(['TermsChanged']);
  });

  it('while Dialpad was read for the old meaning is read again', () => {
    const told = given(opened(joinerTerms)).then(start('preflight', day(1)), {
      type: 'changeTerms',
      terms: { ...joinerTerms, license: 'agents' },
      factId: 'f',
    });
    const late = told.when({ type: 'recordPlan', plan: joinerPlan(), userId: null, now: day(1), basis: { terms: joinerTerms, office: 'Berlin' } });
    expect(types(late)).toEqual(['ReplanAsked']);
  });

  it('and could not be planned looks again by itself', () => {
    const stuck = given(opened(joinerTerms)).then(start('preflight', day(1)), block('preflight', 'joiner.namesake_active'));
    expect(types(stuck.when({ type: 'changeTerms', terms: joinerTerms, factId: 'fact-2' }))).toEqual(['StepRetried']);
  });
});

describe('a licence that Dialpad bought by itself', () => {
  it('calls for attention, and stops nothing', () => {
    const paid = plain.then(...done(day(8), 'seat'), start('invite', day(8)), {
      type: 'recordOutcome',
      step: 'invite',
      round: 1,
      outcome: { kind: 'verified', changed: true, evidence: {}, finding: 'seat.bought' },
    });
    expect(viewOf(paid.state(), 1).attention).toEqual({ step: 'invite', code: 'seat.bought' });
    expect(paid.when(start('number', day(8))).refusal).toBeUndefined();
  });
});
