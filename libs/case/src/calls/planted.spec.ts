import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { oneHeir, type Heirs } from '../leaver/heirs.ts';
import { graph, line, route, to, user } from '../testing/graphs.ts';
import { endsOf, keyOf, numberKey, reachesNobody, type CallGraph, type CallLine, type CallRoute, type CallTarget, type Hours } from './call-graph.ts';
import { compareCalls, defectsOf, type CallProblem } from './compare.ts';
import { afterLeaving } from './leaving.ts';

const STAFF = ['s1', 's2', 's3', 's4', 's5'];
const ACTIVE = [...STAFF, 'leaver', 'heir'];
const hours = fc.constantFrom<Hours>('open', 'closed');
const lineType = fc.constantFrom('department', 'callcenter', 'office');
const targetOf = ({ type, id }: CallTarget): CallTarget => ({ type, id });

/** A route that only leads forward, to later lines or to people who are there: sound by construction. */
const soundRoute = (later: readonly CallTarget[]): fc.Arbitrary<CallRoute> => {
  const person = fc.constantFrom(...STAFF, 'leaver').map(user);
  const target = later.length > 0 ? fc.oneof(person, fc.constantFrom(...later)) : person;
  const step = fc.oneof(
    target.map((to) => ({ action: to.type === 'user' ? 'person' : to.type === 'department' ? 'department' : 'bridge_target', target: to })),
    fc.constantFrom('voicemail', 'message', 'company_directory', 'disabled').map((action) => ({ action, target: null })),
  );
  const menu = fc
    .array(step, { minLength: 1, maxLength: 4 })
    .map((keys): CallRoute => route({ action: 'menu', menu: keys.map((key, index) => ({ ...key, key: String(index + 1) })) }));

  return fc.oneof(
    step.map((each) => route(each)),
    menu,
  );
};

/** A company whose lines all ring somebody who stays, in and out of hours, wherever else they lead. */
const soundGraph: fc.Arbitrary<CallGraph> = fc
  .array(lineType, { minLength: 2, maxLength: 7 })
  .chain((types) => {
    const lines = types.map((type, index): CallTarget => ({ type, id: `l${index}` }));
    return fc.tuple(
      ...lines.map((at, index) =>
        fc
          .record({
            staying: fc.subarray(STAFF, { minLength: 1 }),
            withLeaver: fc.boolean(),
            open: soundRoute(lines.slice(index + 1)),
            closed: soundRoute(lines.slice(index + 1)),
          })
          .map(({ staying, withLeaver, open, closed }): CallLine => ({
            ...at,
            name: `Line ${index}`,
            operators: [...staying, ...(withLeaver ? ['leaver', 'suspended'] : [])],
            open: { ...open, ringsOperators: true },
            closed: { ...closed, ringsOperators: true },
          })),
      ),
    );
  })
  .map((lines) => ({ ...graph(lines, ACTIVE), numbers: [{ number: '+1', target: user('leaver') }] }));

const anyHeirs: fc.Arbitrary<Heirs> = fc.constantFrom(oneHeir({ kind: 'pool' }), oneHeir({ kind: 'user', id: 'heir' }));
const problemsOf = (of: CallGraph, heirs: Heirs, alsoGone: readonly string[] = []): readonly CallProblem[] =>
  compareCalls(of, afterLeaving(of, { userId: 'leaver', heirs, alsoGone }), 'leaver').problems;
const withLine = (of: CallGraph, ...more: readonly CallLine[]): CallGraph => ({ ...of, lines: [...of.lines, ...more] });
/** The planted line, and a door somewhere in the company that leads to it: a defect is found from wherever it is met. */
const behindADoor = (of: CallGraph, planted: CallLine): CallGraph => withLine(of, planted, line('door', { open: to(planted), closed: to(planted) }));
const badAt = (at: Hours, bad: CallRoute): Pick<CallLine, Hours> => ({ open: route(), closed: route(), [at]: bad });
const runs = { numRuns: 200 };

describe('a company whose lines are sound', () => {
  it('is not complained about, whoever leaves it to whom', () => {
    fc.assert(
      fc.property(soundGraph, anyHeirs, (of, heirs) => {
        expect(defectsOf(of).filter(({ what }) => what !== 'no-operators')).toEqual([]);
        expect(problemsOf(of, heirs)).toEqual([]);
      }),
      runs,
    );
  });

  it('has no way left that leads to the leaver, and the same ends wherever the leaver was not', () => {
    fc.assert(
      fc.property(soundGraph, anyHeirs, hours, (of, heirs, at) => {
        const after = afterLeaving(of, { userId: 'leaver', heirs });
        for (const each of of.lines) {
          const ends = endsOf(after, each, at);
          expect(JSON.stringify(ends)).not.toContain('user:leaver');
          expect(ends.filter(reachesNobody)).toEqual([]);
        }
      }),
      runs,
    );
  });
});

describe('a defect planted in a sound company', () => {
  const finds = (
    what: CallProblem['what'],
    planted: fc.Arbitrary<{ of: CallGraph; heirs: Heirs; at: Hours; where: string; alsoGone?: readonly string[] }>,
  ): void =>
    fc.assert(
      fc.property(planted, ({ of, heirs, at, where, alsoGone }) => {
        const found = problemsOf(of, heirs, alsoGone);
        expect(found).toContainEqual(expect.objectContaining({ what, line: where, hours: at }));
        expect(found.every(({ path }) => path.length > 0)).toBe(true);
      }),
      runs,
    );

  it('an heir who is gone: every line and router that would lead there is found', () => {
    finds(
      'dead-end',
      fc.record({ company: soundGraph, at: hours, type: fc.constantFrom('department', 'callcenter', 'office', 'callrouter') }).map(({ company, at, type }) => {
        const planted: CallLine = { ...line('planted', { type }), ...badAt(at, to(user('leaver'))) };
        return { of: behindADoor(company, planted), at, heirs: oneHeir({ kind: 'user', id: 'deleted' }), where: keyOf(planted) };
      }),
    );
  });

  it('an heir department that sends calls back: the circle is found, however long it is', () => {
    finds(
      'loop',
      fc.record({ company: soundGraph, at: hours, length: fc.integer({ min: 1, max: 12 }) }).map(({ company, at, length }) => {
        const planted = line('planted', badAt(at, to(user('leaver'))));
        const chain = Array.from({ length }, (_, n) => line(`chain${n}`, badAt(at, to(n + 1 < length ? line(`chain${n + 1}`) : planted))));
        return { of: withLine(behindADoor(company, planted), ...chain), at, heirs: oneHeir({ kind: 'department', id: 'chain0' }), where: 'department:planted' };
      }),
    );
  });

  it('a line that only the leaver answered is found when nobody takes over', () => {
    finds(
      'only-leaver',
      fc.record({ company: soundGraph, at: hours, byKey: fc.boolean() }).map(({ company, at, byKey }) => {
        const key = { key: '1', action: 'person', target: user('leaver') };
        const planted = line('planted', badAt(at, byKey ? route({ action: 'menu', menu: [key] }) : to(user('leaver'))));
        return { of: behindADoor(company, planted), at, heirs: oneHeir({ kind: 'pool' }), where: 'department:planted' };
      }),
    );
  });

  it('a group whose every other operator is suspended or leaves as well is found', () => {
    finds(
      'no-operators',
      fc.record({ company: soundGraph, at: hours, type: lineType, alsoGone: fc.subarray(STAFF) }).map(({ company, at, type, alsoGone }) => {
        const planted: CallLine = {
          ...line('planted', { type, operators: ['leaver', 'suspended', ...alsoGone] }),
          ...badAt(at, route({ ringsOperators: true })),
        };
        return { of: behindADoor(company, planted), at, heirs: oneHeir({ kind: 'pool' }), where: keyOf(planted), alsoGone };
      }),
    );
  });

  it('a number that would go to a line with an empty menu, a deleted department or a user who is gone is found', () => {
    const bad = [route({ action: 'menu' }), to({ type: 'department', id: 'deleted' }), to(user('deleted')), route({ action: 'person' })];
    finds(
      'dead-end',
      fc.record({ company: soundGraph, at: hours, how: fc.constantFrom(...bad) }).map(({ company, at, how }) => ({
        of: withLine(company, line('planted', badAt(at, how))),
        at,
        heirs: { ...oneHeir({ kind: 'pool' }), numbers: { '+1': { kind: 'department' as const, id: 'planted' } } },
        where: numberKey('+1'),
      })),
    );
  });

  it('that was there before is shown as such, and nobody is refused for it', () => {
    const bad: readonly CallRoute[] = [
      route({ action: 'menu' }),
      to(user('deleted')),
      to({ type: 'department', id: 'planted' }),
      route({ action: 'operator' }),
    ];
    fc.assert(
      fc.property(soundGraph, hours, fc.constantFrom(...bad), fc.constantFrom('department', 'callrouter'), (company, at, how, type) => {
        const planted: CallLine = { ...line('planted', { type: how.target?.id === 'planted' ? 'department' : type }), ...badAt(at, how) };
        const of = behindADoor(company, planted);
        expect(defectsOf(of)).toContainEqual(expect.objectContaining({ line: keyOf(planted), hours: at }));
        expect(problemsOf(of, oneHeir({ kind: 'user', id: 'heir' }))).toEqual([]);
      }),
      runs,
    );
  });

  it('never hides: any line that reached people and would reach nobody has its path in the report, in any graph at all', () => {
    const anyTarget = fc.oneof(
      fc.constantFrom('leaver', 'heir', 's1', 'deleted').map(user),
      fc.constantFrom('a', 'b', 'c').map((id) => targetOf(line(id))),
    );
    const anyRoute = fc.record({
      ringsOperators: fc.boolean(),
      action: fc.constantFrom('person', 'voicemail', 'menu', 'department', 'operator', 'disabled'),
      target: fc.option(anyTarget),
      menu: fc.array(fc.record({ key: fc.constantFrom('1', '2'), action: fc.constantFrom('person', 'menu', 'operator'), target: fc.option(anyTarget) }), {
        maxLength: 3,
      }),
    });
    const anyLine = (id: string) =>
      fc.record({ operators: fc.subarray(['leaver', 's1', 'suspended']), open: anyRoute, closed: anyRoute }).map((more) => line(id, more));
    fc.assert(
      fc.property(fc.tuple(anyLine('a'), anyLine('b'), anyLine('c')), fc.constantFrom('pool', 'heir', 'deleted'), hours, (lines, heir, at) => {
        const of = graph(lines, ACTIVE);
        const heirs = oneHeir(heir === 'pool' ? { kind: 'pool' } : { kind: 'user', id: heir });
        const after = afterLeaving(of, { userId: 'leaver', heirs });
        const found = problemsOf(of, heirs);
        for (const each of of.lines) {
          const was = endsOf(of, each, at);
          const is = endsOf(after, each, at);
          const fineBefore = !was.some(reachesNobody) && was.some(({ end }) => end === 'answered');
          if (fineBefore && is.some(reachesNobody)) expect(found).toContainEqual(expect.objectContaining({ line: keyOf(each), hours: at }));
          expect(JSON.stringify(is)).not.toContain('user:leaver');
        }
      }),
      { numRuns: 500 },
    );
  });
});
