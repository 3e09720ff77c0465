import { describe, expect, it } from '@jest/globals';
import { oneHeir, type Heir } from '../leaver/heirs.ts';
import { endsOf, type CallGraph, type CallLine, type CallTarget } from './call-graph.ts';
import { brokenPromises, compareCalls } from './compare.ts';
import { afterLeaving, type Leaving } from './leaving.ts';
import { graph, line, route, to, user } from '../testing/graphs.ts';
import { pathsInWords, problemInWords } from './words.ts';

const heirOf = (heir: 'pool' | string): Heir => (heir === 'pool' ? { kind: 'pool' } : { kind: 'user', id: heir });
const leaving = (heir: 'pool' | string = 'pool', more: Partial<Leaving> = {}): Leaving => ({ userId: 'leaver', heirs: oneHeir(heirOf(heir)), ...more });
const report = (of: CallGraph, how: Leaving = leaving()) => compareCalls(of, afterLeaving(of, how), 'leaver');
const problems = (of: CallGraph, heir: 'pool' | string = 'pool') => report(of, leaving(heir)).problems;

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
      { path: ['office:main', 'key 2', 'voicemail'], end: 'recorded' },
      { path: ['office:main', 'key 3', 'user:gone'], end: 'dead-end' },
      { path: ['office:main', 'key 1', 'department:sales', 'user:other'], end: 'answered' },
    ]);
  });

  it('that is sent round in a circle is found, wherever it comes in', () => {
    const round = graph([line('a', { open: to(line('b')) }), line('b', { open: to(line('a')) }), line('door', { open: to(line('b')) })]);
    expect(endsOf(round, line('a'), 'open')).toEqual([{ path: ['department:a', 'department:b', 'department:a'], end: 'loop' }]);
    expect(endsOf(round, line('door'), 'open')).toEqual([{ path: ['department:door', 'department:b', 'department:a', 'department:b'], end: 'loop' }]);
  });

  it('may go back to a menu as often as the caller likes, as long as some key leads out', () => {
    const back = { key: '9', action: 'department', target: line('top') };
    const top = line('top', { open: route({ action: 'menu', menu: [{ key: '1', action: 'department', target: line('sub') }] }) });
    const sub = (more: readonly { key: string; action: string; target: CallTarget | null }[]) =>
      line('sub', { open: route({ action: 'menu', menu: [back, ...more] }) });
    expect(endsOf(graph([top, sub([{ key: '1', action: 'voicemail', target: null }])]), top, 'open').map((end) => end.end)).toEqual(['recorded']);
    expect(endsOf(graph([top, sub([])]), top, 'open').map((end) => end.end)).toEqual(['loop']);
  });

  it.each([
    ['voicemail', null, 'recorded'],
    ['disabled', null, 'off'],
    ['message', user('gone'), 'automatic'],
    ['company_directory', null, 'automatic'],
    ['ai_agent', null, 'automatic'],
    ['person', null, 'dead-end'],
    ['bridge_target', null, 'dead-end'],
    ['operator', null, 'dead-end'],
    ['voicemail', user('gone'), 'dead-end'],
    ['voicemail', user('other'), 'recorded'],
    ['bridge_target', { type: 'room', id: 'r' }, 'answered'],
    ['bridge_target', { type: 'contact', id: 'c' }, 'elsewhere'],
    ['department', { type: 'department', id: 'deleted' }, 'dead-end'],
  ])('with the action %s to %j %s', (action, target, end) => {
    const at = line('a', { open: route({ action, target }) });
    expect(endsOf(graph([at]), at, 'open').map((each) => each.end)).toEqual([end]);
  });

  it('rings operators first where the line does, and then takes the other way', () => {
    const at = line('a', { operators: ['gone', 'other'], open: route({ ringsOperators: true }) });
    expect(endsOf(graph([at]), at, 'open').map((each) => each.end)).toEqual(['answered', 'recorded']);
  });

  it('costs no more than there are lines, however dense the web of menus is', () => {
    const ids = Array.from({ length: 60 }, (_, n) => String(n));
    const menu = ids.map((id, n) => ({ key: String(n), action: 'department', target: line(id) }));
    const web = graph(ids.map((id) => line(id, { open: route({ action: 'menu', menu }) })));
    expect(endsOf(web, line('0'), 'open')).toMatchObject([{ end: 'loop' }]);
  });
});

describe('somebody who leaves', () => {
  const pointing = graph([line('sales', { open: to(user('leaver')) })]);

  it('is replaced by the heir wherever a line pointed at them, and nothing is lost', () => {
    expect(problems(pointing, 'heir')).toEqual([]);
  });

  it('to the pool leaves voicemail behind, not silence', () => {
    expect(endsOf(afterLeaving(pointing, leaving()), line('sales'), 'open')[0]?.end).toBe('recorded');
  });

  it('and alone answered a line is refused without an heir, with the way: nobody would answer any more', () => {
    expect(problems(pointing)).toMatchObject([{ line: 'department:sales', hours: 'open', what: 'only-leaver', path: ['department:sales', 'user:leaver'] }]);
    const helped = graph([line('sales', { operators: ['other'], open: { ...to(user('leaver')), ringsOperators: true } })]);
    expect(problems(helped)).toEqual([]);
  });

  it('as the only operator of a group leaves it ringing nobody: found, with others who could take over', () => {
    const alone = line('support', { operators: ['leaver'], open: route({ ringsOperators: true }) });
    const busy = line('sales', { operators: ['other'] });
    expect(problems(graph([alone, busy]))).toEqual([
      { line: 'department:support', hours: 'open', what: 'no-operators', path: ['department:support', 'operators'], suggested: ['other'] },
    ]);
    expect(problems(graph([alone, busy]), 'heir')).toEqual([]);
  });

  it('with a suspended and a leaving colleague is the last one all the same', () => {
    const team = line('support', { operators: ['leaver', 'gone', 'other'], open: route({ ringsOperators: true }) });
    expect(problems(graph([team]))).toEqual([]);
    expect(report(graph([team]), leaving('pool', { alsoGone: ['other'] })).problems).toMatchObject([{ what: 'no-operators', line: 'department:support' }]);
  });

  it('whose heir is not active makes a dead end: found, with the way to it', () => {
    const of = graph([line('sales', { open: to(user('leaver')) })], ['leaver', 'other']);
    expect(problems(of, 'heir')).toMatchObject([{ line: 'department:sales', hours: 'open', what: 'dead-end', path: ['department:sales', 'user:heir'] }]);
  });

  it('is not to blame for what was broken before, nor for the way there being another one now', () => {
    expect(problems(graph([line('old', { open: to(user('gone')) })]))).toEqual([]);
  });

  it('handed to a department that sends calls back makes a loop: found', () => {
    const how = leaving('pool', { heirs: oneHeir({ kind: 'department', id: 'sales' }) });
    expect(report(pointing, how).problems).toMatchObject([{ what: 'loop', path: ['department:sales', 'department:sales'] }]);
  });

  it('gives each number where it belongs, and a number to a department that rings nobody is a dead end', () => {
    const numbers = ['+1', '+2', '+3'].map((number) => ({ number, target: user('leaver') }));
    const broken = line('broken', { open: to(user('gone')) });
    const fine = line('fine');
    const heirs = { ...oneHeir({ kind: 'pool' }), numbers: { '+1': { kind: 'department', id: 'fine' }, '+2': { kind: 'department', id: 'broken' } } } as const;
    const of: CallGraph = { ...graph([broken, fine]), numbers };
    const found = report(of, leaving('pool', { heirs }));
    expect(found.problems).toMatchObject([{ line: 'number:+2', hours: 'open', what: 'dead-end', path: ['number:+2', 'department:broken', 'user:gone'] }]);
    expect(found.paths.find((each) => each.from === 'number:+3')?.after).toEqual([{ path: ['number:+3'], end: 'unassigned' }]);
    expect(problemInWords(found.problems[0]!, (number) => `number-${number.slice(1)}`)).toBe(
      'number-2 (open) would end nowhere: number-2 > department:broken > user:gone',
    );
  });

  it('leaves a call router to the office it belongs to', () => {
    const router: CallLine = { ...line('r', { type: 'callrouter', open: to(user('leaver')), closed: to(user('leaver')) }), officeId: 'o' };
    const office = line('o', { type: 'office', operators: ['other'], open: route({ ringsOperators: true }) });
    const found = report(graph([router, office]));
    expect(found.problems).toMatchObject([{ line: 'callrouter:r', hours: 'closed', what: 'only-leaver' }]);
    expect(found.paths[0]?.after.map((end) => end.path)).toEqual([
      ['callrouter:r', 'office:o', 'operators'],
      ['callrouter:r', 'office:o', 'voicemail'],
    ]);
  });

  it('is told in words with the names of lines and the ids of people', () => {
    const of = graph([line('sales', { name: 'Sales', open: to(user('leaver')) })]);
    expect(pathsInWords(report(of, leaving('heir')))).toEqual([
      {
        from: 'department "Sales"',
        hours: 'in hours',
        before: ['department "Sales" > user leaver: is answered'],
        after: ['department "Sales" > user heir: is answered'],
      },
    ]);
  });
});

describe('what was promised before the hand-over', () => {
  const of = graph([line('sales', { open: to(user('leaver')) })]);
  const { paths } = report(of, leaving('heir'));
  const broken = (now: CallGraph, strict = true) => brokenPromises(paths, now, { leaverId: 'leaver', strict }).map(({ what, path }) => [what, ...path]);

  it('is kept when calls go where they should', () => {
    expect(broken(afterLeaving(of, leaving('heir')))).toEqual([]);
  });

  it('is broken while a call still leads to the leaver, or is lost', () => {
    expect(broken(of)).toContainEqual(['still-leads-to-leaver', 'department:sales', 'user:leaver']);
    expect(broken(graph([line('sales', { open: to(user('gone')) })]), false)).toEqual([['lost', 'department:sales', 'user:gone']]);
  });

  it('is broken when the call goes to somebody else; whoever has looked at it may let it be', () => {
    const elsewhere = graph([line('sales', { open: to(user('other')) })]);
    expect(broken(elsewhere)).toEqual([['not-as-promised', 'department:sales', 'user:heir']]);
    expect(broken(elsewhere, false)).toEqual([]);
  });
});
