import { describe, expect, it } from '@jest/globals';
import { unknownPerson, type PersonState } from './person.ts';
import { keptBecause, type RetentionAsked } from './retention.ts';

const YEAR = 366 * 86_400_000;
const asked: RetentionAsked = { now: '2034-01-01T00:00:00.000Z', lastAt: '2026-01-01T00:00:00.000Z', keepFor: 7 * YEAR, inDialpad: null };
const person = (more: Partial<PersonState> = {}): PersonState => ({
  ...unknownPerson,
  source: 'generic',
  cases: [{ caseId: 'c', kind: 'joiner', factId: 'f', open: false, phase: 'expired' }],
  ...more,
});
const hold = { by: 'legal' } as unknown as NonNullable<PersonState['legalHold']>;

describe('what is kept of a person', () => {
  it('is let go once the last case is closed and the time is over', () => {
    expect(keptBecause(person(), asked)).toBeNull();
    expect(keptBecause(person({ userId: '1' }), { ...asked, inDialpad: false })).toBeNull();
  });

  it.each([
    ['there was news since', person(), { lastAt: '2030-01-01T00:00:00.000Z' }, 'retention.too_early'],
    ['seven years are not over by a day', person(), { lastAt: '2027-01-01T00:00:00.000Z' }, 'retention.too_early'],
    ['a case is open', person({ cases: [{ caseId: 'c', kind: 'leaver', factId: 'f', open: true, phase: null }] }), {}, 'retention.open_case'],
    ['they are under a legal hold', person({ legalHold: hold }), {}, 'retention.legal_hold'],
    ['a closed case of theirs is', person({ heldCases: ['c'] }), {}, 'retention.legal_hold'],
    ['Dialpad returns the user', person({ userId: '1' }), { inDialpad: true }, 'retention.in_dialpad'],
    ['they joined and never left', person({ cases: [{ caseId: 'c', kind: 'joiner', factId: 'f', open: false, phase: 'done' }] }), {}, 'retention.employed'],
    ['they are erased', person({ erased: true }), {}, 'retention.erased'],
  ])('is kept while %s', (_says, state, more, code) => {
    expect(keptBecause(state, { ...asked, ...more })).toBe(code);
  });
});
