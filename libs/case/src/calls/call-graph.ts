/** Somewhere a call can be sent: `user`, `department`, `callcenter`, `office` or `callrouter`. */
export interface CallTarget {
  readonly type: string;
  readonly id: string;
}

/** Where a menu key or a line's action leads. `action` is Dialpad's word. */
export interface CallStep {
  readonly action: string;
  readonly target: CallTarget | null;
}

/** What a line does with a call in one part of its hours. */
export interface CallRoute extends CallStep {
  readonly ringsOperators: boolean;
  readonly menu: readonly (CallStep & { readonly key: string })[];
}

/** A department, a call center, an office's main line or a call router. */
export interface CallLine extends CallTarget {
  /** Users who are rung, whether or not they can answer. */
  readonly operators: readonly string[];
  readonly open: CallRoute;
  readonly closed: CallRoute;
}

export interface CallGraph {
  readonly lines: readonly CallLine[];
  /** Users who can take a call: those that are active. */
  readonly reachable: readonly string[];
  readonly numbers: readonly { readonly number: string; readonly target: CallTarget | null }[];
}

export type Hours = 'open' | 'closed';

/**
 * How a call ends along one way it can take. `answered` by people, `recorded` by voicemail, `automatic` by a message or an
 * assistant, `off` where the line is switched off on purpose; a dead end and a loop reach nobody.
 */
export interface CallEnd {
  /** Keys like `department:5`, in the order the call passes them. */
  readonly path: readonly string[];
  readonly end: 'answered' | 'recorded' | 'automatic' | 'off' | 'dead-end' | 'loop';
}

export const keyOf = ({ type, id }: CallTarget): string => `${type}:${id}`;

/** Actions that send the call on to their target (Dialpad's `action` enum). */
const SENDS_ON = ['person', 'department', 'bridge_target', 'operator', 'call_service_target'];

/** Every way a call to `from` can take, each to its end. */
export const endsOf = (graph: CallGraph, from: CallTarget, hours: Hours): readonly CallEnd[] => follow(graph, from, hours, []);

/** Nobody holds the line through more menus than this; and a web of menus would have more ways than can be counted. */
const LONGEST_PATH = 10;

const follow = (graph: CallGraph, at: CallTarget, hours: Hours, before: readonly string[]): readonly CallEnd[] => {
  const key = keyOf(at);
  const path = [...before, key];
  if (before.includes(key) || before.length >= LONGEST_PATH) return [{ path, end: 'loop' }];
  if (at.type === 'user') return [{ path, end: graph.reachable.includes(at.id) ? 'answered' : 'dead-end' }];
  const line = graph.lines.find((each) => keyOf(each) === key);
  if (!line) return [{ path, end: 'dead-end' }];

  const route = line[hours];
  const rings = route.ringsOperators && line.operators.some((id) => graph.reachable.includes(id));

  return [...(rings ? [{ path: [...path, 'operators'], end: 'answered' } as const] : []), ...next(graph, line, route, hours, path)];
};

const next = (graph: CallGraph, line: CallLine, { action, target, menu }: CallRoute, hours: Hours, path: readonly string[]): readonly CallEnd[] => {
  if (action !== 'menu') return step(graph, line, { action, target }, hours, path);
  if (menu.length === 0) return [{ path: [...path, 'menu'], end: 'dead-end' }];

  return menu.flatMap((each) => step(graph, line, each, hours, [...path, `key ${each.key}`]));
};

const step = (graph: CallGraph, line: CallLine, { action, target }: CallStep, hours: Hours, path: readonly string[]): readonly CallEnd[] => {
  if (target !== null) return follow(graph, target, hours, path);
  if (action === 'voicemail') return [{ path: [...path, action], end: 'recorded' }];
  if (action === 'disabled') return [{ path: [...path, action], end: 'off' }];
  if (action === 'operator' && line.operators.some((id) => graph.reachable.includes(id))) return [{ path: [...path, 'operators'], end: 'answered' }];

  return [{ path: [...path, action], end: SENDS_ON.includes(action) ? 'dead-end' : 'automatic' }];
};
