import type { Heir } from '../leaver/plan.ts';
import { endsOf, keyOf, type CallEnd, type CallGraph, type CallLine, type CallRoute, type CallStep, type CallTarget, type Hours } from './call-graph.ts';

/** Somebody leaves and somebody (or nobody: the pool) takes over. */
export interface Leaving {
  readonly userId: string;
  readonly heir: Heir;
}

/** Where calls would go once the hand-over is done as planned. */
export const afterLeaving = (graph: CallGraph, { userId, heir }: Leaving): CallGraph => {
  const place: CallTarget | null = heir.kind === 'pool' ? null : { type: heir.kind, id: heir.id };
  const isLeaver = (target: CallTarget | null): boolean => target?.type === 'user' && target.id === userId;
  const reachable = graph.reachable.filter((id) => id !== userId);
  // Nobody takes over: to voicemail, a call router to its office; both are what the hand-over step does.
  const repoint = (line: CallLine, step: CallStep): CallStep => {
    if (!isLeaver(step.target)) return step;
    return place === null ? { action: 'voicemail', target: null } : { action: line.type === 'callrouter' ? 'bridge_target' : step.action, target: place };
  };
  const route = (line: CallLine, each: CallRoute): CallRoute => ({
    ...each,
    ...repoint(line, each),
    menu: each.menu.map((key) => ({ ...key, ...repoint(line, key) })),
  });
  const operators = (line: CallLine): readonly string[] => {
    if (!line.operators.includes(userId)) return line.operators;
    const left = line.operators.filter((id) => id !== userId);
    return left.length === 0 && heir.kind === 'user' ? [heir.id] : left;
  };

  return {
    reachable,
    lines: graph.lines.map((line) => ({ ...line, operators: operators(line), open: route(line, line.open), closed: route(line, line.closed) })),
    numbers: graph.numbers.map((each) => (isLeaver(each.target) ? { ...each, target: place } : each)),
  };
};

/** A call that reached somebody before and would reach nobody, or a group that rang somebody and would ring nobody. */
export interface CallProblem {
  readonly line: string;
  readonly hours: Hours;
  readonly what: 'dead-end' | 'loop' | 'no-operators';
  readonly path: readonly string[];
  /** Users who already take calls near by; ids. */
  readonly suggested: readonly string[];
}

export interface CallReport {
  /** What ends where, before and after, per line and hours: evidence for whoever approves or asks later. */
  readonly paths: readonly { readonly from: string; readonly hours: Hours; readonly before: readonly CallEnd[]; readonly after: readonly CallEnd[] }[];
  readonly problems: readonly CallProblem[];
}

const HOURS: readonly Hours[] = ['open', 'closed'];
const reachesNobody = (end: CallEnd): boolean => end.end === 'dead-end' || end.end === 'loop';

/** Compares where calls end before and after. What was broken before is not the leaver's fault, and is no problem here. */
export const compareCalls = (before: CallGraph, after: CallGraph, leaverId: string): CallReport => {
  const entries: readonly CallTarget[] = [...before.lines, ...before.numbers.flatMap(({ target }) => (target && target.type !== 'user' ? [target] : []))];
  const distinct = [...new Map(entries.map((each) => [keyOf(each), { type: each.type, id: each.id }])).values()];
  const paths = distinct.flatMap((from) =>
    HOURS.map((hours) => ({ from: keyOf(from), hours, before: endsOf(before, from, hours), after: endsOf(after, from, hours) })),
  );
  const suggested = suggestions(after, leaverId);

  const dead = paths.flatMap(({ from, hours, before: was, after: is }): CallProblem[] => {
    const known = new Set(was.filter(reachesNobody).map((end) => end.path.join(' ')));
    return is
      .filter((end) => reachesNobody(end) && !known.has(end.path.join(' ')))
      .map((end) => ({ line: from, hours, what: end.end === 'loop' ? 'loop' : 'dead-end', path: end.path, suggested }));
  });
  const silent = before.lines.flatMap((line): CallProblem[] => {
    const now = after.lines.find((each) => keyOf(each) === keyOf(line));
    const rang = line.operators.some((id) => before.reachable.includes(id));
    const rings = now?.operators.some((id) => after.reachable.includes(id)) ?? false;
    const matters = HOURS.filter((hours) => line[hours].ringsOperators || line[hours].action === 'operator');
    return rang && !rings ? matters.map((hours) => ({ line: keyOf(line), hours, what: 'no-operators', path: [keyOf(line), 'operators'], suggested })) : [];
  });

  return { paths: paths.filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after)), problems: [...silent, ...dead] };
};

/** Those who take most calls elsewhere know the work best. */
const suggestions = (graph: CallGraph, leaverId: string): readonly string[] => {
  const counts = new Map<string, number>();
  for (const id of graph.lines.flatMap((line) => line.operators))
    if (id !== leaverId && graph.reachable.includes(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([id]) => id);
};
