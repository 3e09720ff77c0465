import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endsOf, keyOf, type CallGraph, type CallLine, type CallRoute, type CallTarget } from './call-graph.ts';
import { afterLeaving, compareCalls } from './leaving.ts';

const route = (more: Partial<CallRoute> = {}): CallRoute => ({ ringsOperators: false, action: 'voicemail', target: null, menu: [], ...more });
const line = (id: string, more: Partial<CallLine> = {}): CallLine => ({ type: 'department', id, operators: [], open: route(), closed: route(), ...more });
const user = (id: string): CallTarget => ({ type: 'user', id });
const graph = (lines: readonly CallLine[], reachable: readonly string[] = ['leaver', 'heir', 'other']): CallGraph => ({ lines, reachable, numbers: [] });
const to = (target: CallTarget): CallRoute => route({ action: target.type === 'user' ? 'person' : 'department', target });
const problems = (of: CallGraph, heir: 'pool' | string = 'pool') =>
  compareCalls(of, afterLeaving(of, { userId: 'leaver', heir: heir === 'pool' ? { kind: 'pool' } : { kind: 'user', id: heir } }), 'leaver').problems;

describe('a call', () => {
  it('is followed through lines and menus to every end it can have', () => {
    const sales = line('sales', { open: to(user('other')) });
    const main = line('main', {
      type: 'office',
      open: route({
        action: 'menu',
        menu: [
          { key: '1', action: 'department', target: sales },
          { key: '2', action: 'voicemail', target: null },
          { key: '3', action: 'person', target: user('gone') },
        ],
      }),
    });
    expect(endsOf(graph([main, sales]), main, 'open')).toEqual([
      { path: ['office:main', 'key 1', 'department:sales', 'user:other'], end: 'answered' },
      { path: ['office:main', 'key 2', 'voicemail'], end: 'recorded' },
      { path: ['office:main', 'key 3', 'user:gone'], end: 'dead-end' },
    ]);
  });

  it('that is sent round in a circle is found', () => {
    const [a, b] = [line('a'), line('b')];
    const round = graph([
      { ...a, open: to(b) },
      { ...b, open: to(a) },
    ]);
    expect(endsOf(round, a, 'open')).toEqual([{ path: ['department:a', 'department:b', 'department:a'], end: 'loop' }]);
  });
});

describe('somebody who leaves', () => {
  it('is replaced by the heir wherever a line pointed at them, and nothing is lost', () => {
    expect(problems(graph([line('sales', { open: to(user('leaver')) })]), 'heir')).toEqual([]);
  });

  it('to the pool leaves voicemail behind, not silence', () => {
    const of = graph([line('sales', { open: to(user('leaver')) })]);
    expect(problems(of)).toEqual([]);
    expect(endsOf(afterLeaving(of, { userId: 'leaver', heir: { kind: 'pool' } }), of.lines[0] as CallLine, 'open')[0]?.end).toBe('recorded');
  });

  it('as the only operator of a group leaves it ringing nobody: found, with others who could take over', () => {
    const alone = line('support', { operators: ['leaver'], open: route({ ringsOperators: true }) });
    const busy = line('sales', { operators: ['other'] });
    expect(problems(graph([alone, busy]))).toEqual([
      { line: 'department:support', hours: 'open', what: 'no-operators', path: ['department:support', 'operators'], suggested: ['other'] },
    ]);
    expect(problems(graph([alone, busy]), 'heir')).toEqual([]);
  });

  it('whose heir is not active makes a dead end: found, with the way to it', () => {
    const of = graph([line('sales', { open: to(user('leaver')) })], ['leaver', 'other']);
    expect(problems(of, 'heir')).toMatchObject([{ line: 'department:sales', hours: 'open', what: 'dead-end', path: ['department:sales', 'user:heir'] }]);
  });

  it('is not to blame for what was broken before', () => {
    expect(problems(graph([line('old', { open: to(user('gone')) })]))).toEqual([]);
  });

  it('handed to a department that sends calls back makes a loop: found', () => {
    const sales = line('sales', { open: to(user('leaver')) });
    const of = graph([sales]);
    const after = afterLeaving(of, { userId: 'leaver', heir: { kind: 'department', id: 'sales' } });
    expect(compareCalls(of, after, 'leaver').problems).toMatchObject([{ what: 'loop', path: ['department:sales', 'department:sales'] }]);
  });

  it('never leaves a new dead end unnoticed, in any graph', () => {
    const userId = fc.constantFrom('leaver', 'heir', 'other', 'gone');
    const target = fc.oneof(
      userId.map(user),
      fc.constantFrom('a', 'b', 'c').map((id): CallTarget => ({ type: 'department', id })),
    );
    const anyRoute = fc.record({
      ringsOperators: fc.boolean(),
      action: fc.constantFrom('person', 'voicemail', 'menu', 'department'),
      target: fc.option(target),
      menu: fc.array(fc.record({ key: fc.constantFrom('1', '2'), action: fc.constant('person'), target: fc.option(target) }), { maxLength: 2 }),
    });
    const anyLine = (id: string) =>
      fc.record({ type: fc.constant('department'), id: fc.constant(id), operators: fc.uniqueArray(userId), open: anyRoute, closed: anyRoute });
    fc.assert(
      fc.property(fc.tuple(anyLine('a'), anyLine('b'), anyLine('c')), fc.constantFrom('pool', 'heir', 'gone'), (lines, heir) => {
        const of = graph(lines);
        const after = afterLeaving(of, { userId: 'leaver', heir: heir === 'pool' ? { kind: 'pool' } : { kind: 'user', id: heir } });
        const found = compareCalls(of, after, 'leaver').problems;
        for (const each of of.lines) {
          for (const hours of ['open', 'closed'] as const) {
            const known = endsOf(of, each, hours)
              .filter((end) => end.end === 'dead-end')
              .map((end) => end.path.join());
            const fresh = endsOf(after, each, hours).filter((end) => end.end === 'dead-end' && !known.includes(end.path.join()));
            for (const end of fresh) expect(found).toContainEqual(expect.objectContaining({ line: keyOf(each), hours, path: end.path }));
            expect(JSON.stringify(endsOf(after, each, hours))).not.toContain('user:leaver');
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
