import { endsOf, keyOf, numberKey, reachesNobody, ringsSomebody, type CallEnd, type CallGraph, type CallTarget, type Hours } from './call-graph.ts';
import { linesOf } from './leaving.ts';

/** A call that reached somebody before and would reach nobody; a group that would ring nobody; a line that only the leaver answered. */
export interface CallProblem {
  readonly line: string;
  readonly hours: Hours;
  readonly what: 'dead-end' | 'loop' | 'no-operators' | 'only-leaver';
  readonly path: readonly string[];
  /** Users who could take over: they already take calls near by; ids. */
  readonly suggested: readonly string[];
}

export interface CallPaths {
  readonly from: string;
  readonly hours: Hours;
  readonly before: readonly CallEnd[];
  readonly after: readonly CallEnd[];
}

export interface CallReport {
  /** What ends where, before and after, where it differs: evidence for whoever approves or asks later. */
  readonly paths: readonly CallPaths[];
  readonly problems: readonly CallProblem[];
  /** What is broken already, whoever leaves: shown, and nobody is refused for it. */
  readonly already?: readonly CallProblem[];
  /** Names of the lines that the paths pass, by key: company data. */
  readonly names?: Readonly<Record<string, string>>;
}

const HOURS: readonly Hours[] = ['open', 'closed'];

export const startOf = (key: string): CallTarget => {
  const cut = key.indexOf(':');
  return { type: key.slice(0, cut), id: key.slice(cut + 1) };
};

/** Compares where calls end before and after. What was broken before is not the leaver's fault, and is no problem here. */
export const compareCalls = (before: CallGraph, after: CallGraph, leaverId: string): CallReport => {
  const starts = [...before.lines.map(keyOf), ...before.numbers.map(({ number }) => numberKey(number))];
  const paths = [...new Set(starts)].flatMap((from) =>
    HOURS.map((hours): CallPaths => ({ from, hours, before: endsOf(before, startOf(from), hours), after: endsOf(after, startOf(from), hours) })),
  );
  const suggested = suggestions(after, leaverId);
  const problems = [
    ...silentGroups(before, after, leaverId, suggested),
    ...paths.flatMap((each) => newlyLost(each, suggested)),
    ...paths.flatMap((each) => answeredOnlyBy(leaverId, each, suggested)),
  ];
  const differing = paths.filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));

  return { paths: differing, problems, already: defectsOf(before), names: namesIn(before, differing) };
};

/** Calls that reach nobody as things are, and groups whose every operator is gone. */
export const defectsOf = (graph: CallGraph): readonly CallProblem[] =>
  graph.lines.flatMap((line): readonly CallProblem[] =>
    HOURS.flatMap((hours) => {
      const from = keyOf(line);
      const lost = endsOf(graph, line, hours).filter(reachesNobody);
      const silent = line.operators.length > 0 && line[hours].ringsOperators && !ringsSomebody(graph, line);
      const told = (what: CallProblem['what'], path: readonly string[]): CallProblem => ({ line: from, hours, what, path, suggested: [] });

      return [...(silent ? [told('no-operators', [from, 'operators'])] : []), ...lost.map(({ end, path }) => told(end === 'loop' ? 'loop' : 'dead-end', path))];
    }),
  );

/** What makes a bad end the same one: where it happens, not how the call came there. A circle is its lines. */
const signature = ({ path, end }: CallEnd): string => {
  const lines = path.filter((key) => key.includes(':'));
  if (end === 'loop') return `loop ${[...new Set(lines.slice(lines.indexOf(lines[lines.length - 1] ?? '')))].sort().join(' ')}`;
  const last = path.map((key) => key.includes(':') && !key.startsWith('user:')).lastIndexOf(true);

  return path.slice(last).join(' ');
};

const newlyLost = ({ from, hours, before, after }: CallPaths, suggested: readonly string[]): readonly CallProblem[] => {
  const known = new Set(before.filter(reachesNobody).map(signature));
  return after
    .filter((end) => reachesNobody(end) && !known.has(signature(end)))
    .map(({ end, path }) => ({ line: from, hours, what: end === 'loop' ? 'loop' : 'dead-end', path, suggested }));
};

/** People answered before, all of them the leaver; nobody would answer now. The leaver's own numbers have a heir or the pool, by decision. */
const answeredOnlyBy = (leaverId: string, { from, hours, before, after }: CallPaths, suggested: readonly string[]): readonly CallProblem[] => {
  const answered = before.filter(({ end }) => end === 'answered');
  const last = answered[0]?.path ?? [];
  const onlyLeaver = answered.length > 0 && answered.every(({ path }) => path[path.length - 1] === `user:${leaverId}`);
  const isLost = onlyLeaver && !from.startsWith('number:') && !after.some(({ end }) => end === 'answered' || end === 'elsewhere') && !after.some(reachesNobody);

  return isLost ? [{ line: from, hours, what: 'only-leaver', path: last, suggested }] : [];
};

const silentGroups = (before: CallGraph, after: CallGraph, leaverId: string, suggested: readonly string[]): readonly CallProblem[] =>
  linesOf(before, leaverId).flatMap((line): readonly CallProblem[] => {
    const now = after.lines.find((each) => keyOf(each) === keyOf(line));
    const rang = line.operators.includes(leaverId) && ringsSomebody(before, line);
    if (!rang || (now && ringsSomebody(after, now))) return [];
    const matters = HOURS.filter((hours) => line[hours].ringsOperators || usesOperators(line[hours]));

    return matters.map((hours) => ({ line: keyOf(line), hours, what: 'no-operators', path: [keyOf(line), 'operators'], suggested }));
  });

const usesOperators = (route: CallGraph['lines'][number]['open']): boolean =>
  (route.action === 'operator' && route.target === null) || route.menu.some((key) => key.action === 'operator' && key.target === null);

/** Those who take most calls elsewhere know the work best. */
const suggestions = (graph: CallGraph, leaverId: string): readonly string[] => {
  const counts = new Map<string, number>();
  for (const id of graph.lines.flatMap((line) => line.operators)) {
    if (id !== leaverId && graph.reachable.includes(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([id]) => id);
};

const namesIn = (graph: CallGraph, paths: readonly CallPaths[]): Readonly<Record<string, string>> => {
  const passed = new Set(paths.flatMap(({ from, before, after }) => [from, ...[...before, ...after].flatMap(({ path }) => path)]));
  return Object.fromEntries(graph.lines.flatMap((line) => (line.name && passed.has(keyOf(line)) ? [[keyOf(line), line.name]] : [])));
};

/** What a later reading says of what was promised. Better than promised is fine; anything else has its way shown. */
export interface Kept {
  readonly from: string;
  readonly hours: Hours;
  readonly what: 'still-leads-to-leaver' | 'lost' | 'not-as-promised';
  readonly path: readonly string[];
}

/**
 * Follows the paths again after the hand-over. `strict`: also a promised new end that is not there is a difference; a
 * person who has looked at it may settle for calls that reach somebody.
 */
export const brokenPromises = (
  promised: readonly CallPaths[],
  now: CallGraph,
  { leaverId, strict }: { readonly leaverId: string; readonly strict: boolean },
): readonly Kept[] =>
  promised.flatMap(({ from, hours, before, after }): readonly Kept[] => {
    const ends = endsOf(now, startOf(from), hours);
    const known = new Set([...before, ...after].filter(reachesNobody).map(signature));
    const was = new Set(before.map((end) => end.path.join(' ')));
    const is = new Set(ends.map((end) => end.path.join(' ')));
    const leads = ends.filter(({ path }) => path.includes(`user:${leaverId}`));
    const lost = ends.filter((end) => reachesNobody(end) && !known.has(signature(end)) && !leads.includes(end));
    const missing = strict ? after.filter(({ path }) => !was.has(path.join(' ')) && !is.has(path.join(' '))) : [];
    const told =
      (what: Kept['what']) =>
      ({ path }: CallEnd): Kept => ({ from, hours, what, path });

    return [...leads.map(told('still-leads-to-leaver')), ...lost.map(told('lost')), ...missing.map(told('not-as-promised'))];
  });
