import { heirOfNumber, type Heir, type Heirs } from '../leaver/heirs.ts';
import { keyOf, type CallGraph, type CallLine, type CallRoute, type CallStep, type CallTarget } from './call-graph.ts';

/** Somebody leaves and somebody (or nobody: the pool) takes over. */
export interface Leaving {
  readonly userId: string;
  readonly heirs: Heirs;
  /** Colleagues who leave at or before the same time: where the leaver's groups ring they count as gone. */
  readonly alsoGone?: readonly string[];
}

export const placeOf = (heir: Heir): CallTarget | null => (heir.kind === 'pool' ? null : { type: heir.kind, id: heir.id });

/** Where calls would go once the hand-over is done as planned. */
export const afterLeaving = (graph: CallGraph, { userId, heirs, alsoGone = [] }: Leaving): CallGraph => {
  const place = placeOf(heirs.routing);
  const isLeaver = (target: CallTarget | null): boolean => target?.type === 'user' && target.id === userId;
  const route = (line: CallLine, each: CallRoute): CallRoute => ({
    ...each,
    ...repointed(line, each, isLeaver, place),
    menu: each.menu.map((key) => ({ ...key, ...repointed(line, key, isLeaver, place) })),
  });
  const operators = (line: CallLine): readonly string[] => {
    if (!line.operators.includes(userId)) return line.operators;
    const staying = line.operators.filter((id) => id !== userId && !alsoGone.includes(id));
    const answers = staying.some((id) => graph.reachable.includes(id));
    // Somebody steps in only where nobody else would be rung: that is what the step does, too.
    return !answers && heirs.groups.kind === 'user' ? [...staying, heirs.groups.id] : staying;
  };

  return {
    reachable: graph.reachable.filter((id) => id !== userId),
    lines: graph.lines.map((line) => ({ ...line, operators: operators(line), open: route(line, line.open), closed: route(line, line.closed) })),
    numbers: graph.numbers.map((each) => (isLeaver(each.target) ? { ...each, target: placeOf(heirOfNumber(heirs, each.number)) } : each)),
  };
};

/** Nobody takes over: to voicemail, a call router to its office. Both are what the hand-over step does. */
const repointed = (line: CallLine, step: CallStep, isLeaver: (target: CallTarget | null) => boolean, place: CallTarget | null): CallStep => {
  if (!isLeaver(step.target)) return step;
  if (place !== null) return { action: line.type === 'callrouter' ? 'bridge_target' : actionFor(place.type, step.action), target: place };
  if (line.type === 'callrouter' && line.officeId != null) return { action: 'bridge_target', target: { type: 'office', id: line.officeId } };

  return { action: 'voicemail', target: null };
};

/** Dialpad's names; for a user the action that was there before is the safest. */
const actionFor = (type: string, before: string): string => (type === 'user' ? before : type === 'department' ? 'department' : 'bridge_target');

/** Every line somebody is rung at, or sent to, in any hours. */
export const linesOf = (graph: CallGraph, userId: string): readonly CallLine[] =>
  graph.lines.filter((line) => line.operators.includes(userId) || pointsAt(line, userId));

const pointsAt = (line: CallLine, userId: string): boolean =>
  [line.open, line.closed]
    .flatMap((route) => [route.target, ...route.menu.map((key) => key.target)])
    .some((target) => target !== null && keyOf(target) === `user:${userId}`);
