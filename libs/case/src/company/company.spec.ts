import { describe, expect, it } from '@jest/globals';
import { decideCompany, emptyCompany, evolveCompany, nextInLine, type CompanyCommand, type CompanyState } from './company.ts';

const after = (...commands: readonly CompanyCommand[]): CompanyState =>
  commands.reduce((state, command) => decideCompany(command, state).events.reduce(evolveCompany, state), emptyCompany);
const seat = (caseId: string, free: number, first = false): CompanyCommand => ({ type: 'claimSeat', caseId, officeId: 'berlin', seat: 'talk', free, first });
const exit = (caseId: string, userId: string, otherAdmins: readonly string[]): CompanyCommand => ({ type: 'claimAdminExit', caseId, userId, otherAdmins });

describe('two Company Admins who leave in the same minute', () => {
  it("do not both pass: the second sees the first one's claim", () => {
    const first = after(exit('a', 'ada', ['ben']));
    expect(decideCompany(exit('b', 'ben', ['ada']), first).refusal?.code).toBe('leaver.last_company_admin');
  });

  it('both pass once a third one stays', () => {
    const first = after(exit('a', 'ada', ['ben', 'cleo']));
    expect(decideCompany(exit('b', 'ben', ['ada', 'cleo']), first).refusal).toBeUndefined();
  });

  it("the second passes when the first one's case is taken back", () => {
    const first = after(exit('a', 'ada', ['ben']), { type: 'releaseAdminExit', caseId: 'a' });
    expect(decideCompany(exit('b', 'ben', ['ada']), first).refusal).toBeUndefined();
  });
});

describe('the last free seat of an office', () => {
  it('is promised once; whoever asks next waits in line', () => {
    const state = after(seat('first', 1), seat('second', 1));
    expect(state.claims.map((each) => each.caseId)).toEqual(['first']);
    expect(nextInLine(state, 'berlin', 'talk')).toBe('second');
  });

  it('goes to who waited longest, not to who asks at the right moment', () => {
    const line = after(seat('first', 0), seat('second', 0));
    expect(decideCompany(seat('second', 1), line).refusal?.code).toBe('seat.none');
    expect(decideCompany(seat('third', 1), line).refusal?.code).toBe('seat.none');
    expect(decideCompany(seat('first', 1), line).refusal).toBeUndefined();
  });

  it('goes to a person who comes back before everybody who waits', () => {
    const state = after(seat('joiner', 0), seat('returner', 0, true));
    expect(nextInLine(state, 'berlin', 'talk')).toBe('returner');
  });

  it('is counted once: by us until the invitation, by Dialpad from then on', () => {
    const invited = after(seat('first', 2), { type: 'takeSeat', caseId: 'first' });
    expect(decideCompany(seat('second', 1), invited).refusal).toBeUndefined();
  });

  it('asked for again by the same case changes nothing', () => {
    expect(decideCompany(seat('first', 1), after(seat('first', 1))).events).toEqual([]);
    expect(decideCompany(seat('first', 0), after(seat('first', 0))).events).toEqual([]);
  });
});

describe('a reserved number', () => {
  const claim = (caseId: string): CompanyCommand => ({ type: 'claimNumber', caseId, candidates: ['+1', '+2'] });

  it('is promised to one joiner only', () => {
    const state = after(claim('a'), claim('b'));
    expect(state.numbers.map((each) => each.number)).toEqual(['+1', '+2']);
    expect(decideCompany(claim('c'), state).refusal?.code).toBe('number.none');
  });

  it('that a leaver pooled is withheld until the leaver can no longer come back', () => {
    const withheld = after({ type: 'withholdNumber', caseId: 'leaver', number: '+1' });
    expect(decideCompany(claim('a'), withheld).events).toMatchObject([{ data: { number: '+2' } }]);
    const freed = after({ type: 'withholdNumber', caseId: 'leaver', number: '+1' }, { type: 'freeNumbers', caseId: 'leaver' });
    expect(decideCompany(claim('a'), freed).events).toMatchObject([{ data: { number: '+1' } }]);
  });

  it('that a leaver pooled goes at once to the joiner whom HR means it for', () => {
    const withheld = after({ type: 'withholdNumber', caseId: 'leaver', number: '+1' });
    expect(decideCompany({ type: 'claimNumber', caseId: 'a', candidates: ['+1'], meantFrom: 'leaver' }, withheld).events).toMatchObject([
      { data: { number: '+1' } },
    ]);
    expect(decideCompany({ type: 'claimNumber', caseId: 'a', candidates: ['+1'], meantFrom: 'another' }, withheld).refusal?.code).toBe('number.none');
  });
});

describe('two colleagues who are the last operators of a group', () => {
  const leaves = (caseId: string, userId: string, staying: readonly string[], group = 'department:1'): CompanyCommand => ({
    type: 'claimOperatorExits',
    caseId,
    userId,
    groups: [{ group, staying }],
  });

  it('do not both pass when they leave in the same minute', () => {
    const first = after(leaves('a', 'ada', ['ben']));
    expect(decideCompany(leaves('b', 'ben', ['ada']), first).refusal?.code).toBe('group.last_operator');
    expect(decideCompany(leaves('b', 'ben', ['ada', 'cleo']), first).refusal).toBeUndefined();
    expect(decideCompany(leaves('b', 'ben', ['ada'], 'department:2'), first).refusal).toBeUndefined();
  });

  it("the second passes when the first one's case ends, whichever way", () => {
    const ended = after({ type: 'announceLeaver', caseId: 'a', userId: 'ada' }, leaves('a', 'ada', ['ben']), { type: 'withdrawLeaver', caseId: 'a' });
    expect(ended).toMatchObject({ leaving: [], operatorExits: [] });
    expect(decideCompany(leaves('b', 'ben', ['ada']), ended).refusal).toBeUndefined();
  });

  it('are announced and claimed once, however often it is asked for', () => {
    const twice = [{ type: 'announceLeaver', caseId: 'a', userId: 'ada' } as const, leaves('a', 'ada', ['ben'])];
    expect(twice.map((command) => decideCompany(command, after(...twice)).events)).toEqual([[], []]);
    expect(decideCompany({ type: 'withdrawLeaver', caseId: 'never' }, emptyCompany).events).toEqual([]);
  });
});

describe('licences of several kinds for one case', () => {
  const claim = (caseId: string, kind: string, free: number, count = 1): CompanyCommand => ({
    type: 'claimSeat',
    caseId,
    officeId: 'berlin',
    seat: kind,
    free,
    first: false,
    count,
  });

  it('are claimed each for itself, and taken each for itself', () => {
    const state = after(claim('a', 'talk', 1), claim('a', 'additionalNumber', 1), { type: 'takeSeat', caseId: 'a', seat: 'talk' });
    expect(state.claims.map((each) => each.seat)).toEqual(['additionalNumber']);
    expect(after(claim('a', 'talk', 1), claim('a', 'sell', 1), { type: 'takeSeat', caseId: 'a' }).claims).toEqual([]);
    expect(after(claim('a', 'talk', 1), claim('a', 'sell', 0), { type: 'returnSeat', caseId: 'a' })).toMatchObject({ claims: [], queue: [] });
  });

  it('are counted: three kept numbers need three, and others see them as gone', () => {
    expect(decideCompany(claim('a', 'additionalNumber', 2, 3), emptyCompany).refusal?.code).toBe('seat.none');
    const state = after(claim('a', 'additionalNumber', 4, 3));
    expect(decideCompany(claim('b', 'additionalNumber', 4, 2), state).refusal?.code).toBe('seat.none');
    expect(decideCompany(claim('b', 'additionalNumber', 4, 1), state).refusal).toBeUndefined();
  });

  it('asked for again are the same claim', () => {
    expect(decideCompany(claim('a', 'talk', 1), after(claim('a', 'talk', 1))).events).toEqual([]);
  });
});
