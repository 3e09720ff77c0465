import { describe, expect, it } from '@jest/globals';
import { changesIn, type NumberChange } from './changes.ts';
import { follow, type NumberEntry, type NumberRecord } from './provenance.ts';
import { suggest } from './suggestion.ts';

const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const user = (id: string) => ({ type: 'user', id });
const change = (more: Partial<NumberChange>): NumberChange => ({
  number: '+14155550101',
  how: 'moved',
  why: 'leaver',
  at: at(1),
  caseId: 'case-1',
  officeId: 'berlin',
  status: 'available',
  from: user('anna'),
  to: null,
  ...more,
});
const seen = (hour: number, more: Partial<NumberChange> = {}): NumberChange =>
  change({ how: 'seen', why: 'seen', at: at(hour), caseId: null, from: null, status: 'user', to: user('anna'), ...more });

const after = (...changes: readonly NumberChange[]): { record: NumberRecord | null; history: readonly NumberEntry[] } =>
  changes.reduce<{ record: NumberRecord | null; history: readonly NumberEntry[] }>(
    ({ record, history }, each) => {
      const { record: now, entry } = follow(record, each);
      const kept = entry?.corrects ? history.slice(0, -1) : history;
      return { record: now, history: entry ? [...kept, entry] : kept };
    },
    { record: null, history: [] },
  );

describe('the provenance of a number', () => {
  it('begins with the first sight of it, whose date is no more than that', () => {
    expect(after(seen(1))).toMatchObject({
      record: { holder: user('anna'), since: at(1), sinceIsExact: false, why: 'first-seen', last: null },
      history: [{ why: 'first-seen', from: null, to: user('anna') }],
    });
  });

  it('says who had it, in which office, until when and why, once a leaver has pooled it', () => {
    expect(after(seen(1), change({ at: at(5) })).record).toEqual({
      number: '+14155550101',
      officeId: 'berlin',
      status: 'available',
      holder: null,
      since: at(5),
      sinceIsExact: true,
      last: user('anna'),
      lastOfficeId: 'berlin',
      why: 'leaver',
      caseId: 'case-1',
    });
  });

  it('knows the last owner also of a number that was never seen before a case touched it', () => {
    expect(after(change({})).record).toMatchObject({ last: user('anna'), sinceIsExact: true });
  });

  it('goes on from hand to hand, and forgets nobody', () => {
    const { record, history } = after(
      seen(1),
      change({ at: at(2) }),
      change({ at: at(3), why: 'joiner', caseId: 'case-2', status: 'user', from: null, to: user('ben') }),
      change({ at: at(4), caseId: 'case-3', from: user('ben') }),
      change({ at: at(5), why: 'leaver-undone', caseId: 'case-3', status: 'user', from: null, to: user('ben') }),
    );
    expect(history.map(({ why, from, to }) => `${why}: ${from?.id ?? 'pool'} > ${to?.id ?? 'pool'}`)).toEqual([
      'first-seen: pool > anna',
      'leaver: anna > pool',
      'joiner: pool > ben',
      'leaver: ben > pool',
      'leaver-undone: pool > ben',
    ]);
    expect(record).toMatchObject({ holder: user('ben'), why: 'leaver-undone' });
  });

  it('calls a change that no case made drift, dated by when it was seen', () => {
    expect(after(seen(1), seen(7, { status: 'department', to: { type: 'department', id: 'sales' } }))).toMatchObject({
      record: { why: 'drift', since: at(7), sinceIsExact: false, last: user('anna'), caseId: null },
      history: [{ why: 'first-seen' }, { why: 'drift', from: user('anna') }],
    });
  });

  it('takes no drift from a reading that began before a case moved the number', () => {
    const { record, history } = after(seen(1), change({ at: at(5) }), seen(5));
    expect(record).toMatchObject({ status: 'available', why: 'leaver' });
    expect(history).toHaveLength(2);
  });

  it('gives a reading that saw the write of a case before its outcome the reason of the case', () => {
    const { record, history } = after(seen(1), seen(4, { status: 'available', to: null }), change({ at: at(5) }));
    expect(record).toMatchObject({ why: 'leaver', caseId: 'case-1', last: user('anna'), sinceIsExact: true });
    expect(history.map((each) => each.why)).toEqual(['first-seen', 'leaver']);
  });

  it('follows somebody to another office, who stays the owner', () => {
    const moved = change({ at: at(6), why: 'mover', caseId: 'case-4', status: 'user', officeId: 'paris', from: user('anna'), to: user('anna') });
    expect(after(seen(1), moved)).toMatchObject({
      record: { officeId: 'paris', holder: user('anna'), last: null },
      history: [{ why: 'first-seen' }, { why: 'mover' }],
    });
  });

  it('says nothing twice: the same event again, or the same sight, is no new line', () => {
    const once = after(seen(1), change({ at: at(5) }));
    expect(after(seen(1), seen(2), change({ at: at(5) }), change({ at: at(6) }))).toEqual(once);
  });

  it('ends a released number, and one that is not in Dialpad any more', () => {
    const released = change({ at: at(9), why: 'released', caseId: 'case-9', status: 'released', from: null, to: null, officeId: null });
    expect(after(seen(1), change({ at: at(5) }), released).record).toMatchObject({
      status: 'released',
      officeId: 'berlin',
      last: user('anna'),
      why: 'released',
    });
    expect(after(seen(1), seen(9, { status: 'released', to: null, officeId: null })).record).toMatchObject({ status: 'released', why: 'drift' });
  });
});

describe('an event of the log', () => {
  const event = (type: string, data: object) => ({ type, recordedAt: at(3), data: data as never, meta: { caseId: 'case-1' } });

  it('says of numbers what its evidence says, and most say nothing', () => {
    const move = { number: '+1', officeId: 'berlin', status: 'available', from: user('anna'), to: null, why: 'leaver' };
    expect(changesIn(event('StepVerified', { step: 'number-1', evidence: { moves: [move] } }))).toEqual([
      { ...move, how: 'moved', at: at(3), caseId: 'case-1' },
    ]);
    expect(changesIn(event('StepVerified', { step: 'suspend', evidence: { state: 'suspended' } }))).toEqual([]);
    expect(changesIn(event('StepBlocked', { step: 'number-1', code: 'no' }))).toEqual([]);
  });

  it('of a reading counts from when the reading began', () => {
    const sight = { number: '+1', officeId: 'berlin', status: 'user', holder: user('anna') };
    expect(changesIn(event('NumbersSeen', { readAt: at(2), numbers: [sight] }))).toMatchObject([{ number: '+1', how: 'seen', at: at(2), to: user('anna') }]);
    expect(changesIn(event('NumbersGone', { readAt: at(2), numbers: ['+1'] }))).toMatchObject([{ status: 'released', to: null }]);
  });
});

describe('the suggestion for a number', () => {
  const pooled = { status: 'available', withheld: false, promised: false, days: 3, releaseAfterDays: 90, kept: false };

  it('waits for who may come back or was promised it, keeps what the policy keeps, and lets old ones go', () => {
    expect(suggest(pooled)).toBe('reassign-or-release');
    expect(suggest({ ...pooled, days: 90 })).toBe('release');
    expect(suggest({ ...pooled, days: 90, withheld: true })).toBe('wait');
    expect(suggest({ ...pooled, promised: true })).toBe('wait');
    expect(suggest({ ...pooled, days: 90, kept: true })).toBe('keep');
    expect(suggest({ ...pooled, status: 'user' })).toBe('none');
  });
});
