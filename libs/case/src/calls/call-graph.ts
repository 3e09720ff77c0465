/** Somewhere a call can be sent: `user`, `department`, `callcenter`, `office`, `callrouter`, `room` …, or a `number` of the graph. */
export interface CallTarget {
  readonly type: string;
  readonly id: string;
}

/** Where a menu key or a line's action leads. `action` is Dialpad's word. */
export interface CallStep {
  readonly action: string;
  readonly target: CallTarget | null;
}

/** What a line does with a call in one part of its hours: ring its operators if it does, and then the action. */
export interface CallRoute extends CallStep {
  readonly ringsOperators: boolean;
  readonly menu: readonly (CallStep & { readonly key: string })[];
}

/** A department, a call center, an office's main line or a call router. */
export interface CallLine extends CallTarget {
  readonly name?: string | null;
  readonly officeId?: string | null;
  /** Users and rooms that are rung, whether or not they can answer. */
  readonly operators: readonly string[];
  readonly open: CallRoute;
  readonly closed: CallRoute;
}

export interface CallNumber {
  readonly number: string;
  /** Null: in the pool, on purpose. */
  readonly target: CallTarget | null;
}

export interface CallGraph {
  readonly lines: readonly CallLine[];
  /** Users and rooms that can take a call: those that are active. */
  readonly reachable: readonly string[];
  readonly numbers: readonly CallNumber[];
}

export type Hours = 'open' | 'closed';

/**
 * How a call ends along one way it can take. `answered` by people, `recorded` by voicemail, `automatic` by a message or an
 * assistant, `elsewhere` at a contact or a team whose members are not followed, `off` where the line is switched off and
 * `unassigned` where the number was pooled, both on purpose. A dead end and a loop reach nobody.
 */
export interface CallEnd {
  /** Keys like `department:5`, in the order the call passes them. */
  readonly path: readonly string[];
  readonly end: 'answered' | 'recorded' | 'automatic' | 'elsewhere' | 'off' | 'unassigned' | 'dead-end' | 'loop';
}

export const keyOf = ({ type, id }: CallTarget): string => `${type}:${id}`;
export const numberKey = (number: string): string => `number:${number}`;
export const reachesNobody = ({ end }: CallEnd): boolean => end === 'dead-end' || end === 'loop';

/** Actions that send the call on to their target (Dialpad's `action` enum); without one they lead nowhere. */
export const SENDS_ON: readonly string[] = ['person', 'department', 'bridge_target', 'call_service_target'];
/** Actions that end the call by themselves, whatever target is left over from before. */
const SPEAKS: readonly string[] = [
  'message',
  'directory',
  'company_directory',
  'last_name_directory',
  'last_name_company_directory',
  'scripted_ivr',
  'ai_agent',
  'google_dialogflow',
];
const LINES: readonly string[] = ['department', 'callcenter', 'office', 'callrouter'];

/** One way out of a line: it ends there, or goes on to a target. `words` are what the caller passes on the way. */
export type Way = { readonly words: readonly string[]; readonly isChosen: boolean } & (
  { readonly end: CallEnd['end']; readonly to?: never } | { readonly to: CallTarget; readonly end?: never }
);

const lineAt = (graph: CallGraph, at: CallTarget): CallLine | undefined => graph.lines.find((each) => each.type === at.type && each.id === at.id);

export const ringsSomebody = (graph: CallGraph, line: CallLine): boolean => line.operators.some((id) => graph.reachable.includes(id));

/** Everything a call to the line can do next. `isChosen`: by a key that the caller presses. */
export const waysOf = (graph: CallGraph, line: CallLine, hours: Hours): readonly Way[] => {
  const route = line[hours];
  const rings: readonly Way[] = route.ringsOperators && ringsSomebody(graph, line) ? [{ words: ['operators'], end: 'answered', isChosen: false }] : [];
  if (route.action !== 'menu') return [...rings, wayOf(graph, line, route, [], false)];
  if (route.menu.length === 0) return [...rings, { words: ['menu'], end: 'dead-end', isChosen: false }];

  return [...rings, ...route.menu.map((key) => wayOf(graph, line, key, [`key ${key.key}`], true))];
};

const wayOf = (graph: CallGraph, line: CallLine, { action, target }: CallStep, words: readonly string[], isChosen: boolean): Way => {
  const ends = (end: CallEnd['end'], ...more: readonly string[]): Way => ({ words: [...words, ...more], end, isChosen });

  switch (action) {
    case 'voicemail':
      // A mailbox that nobody opens any more is as good as none.
      if (target?.type === 'user') return ends(graph.reachable.includes(target.id) ? 'recorded' : 'dead-end', keyOf(target), action);
      return ends('recorded', action);
    case 'disabled':
      return ends('off', action);
    case 'operator':
      if (target !== null) return { words, to: target, isChosen };
      return ringsSomebody(graph, line) ? ends('answered', 'operators') : ends('dead-end', action);
    case 'menu': // a key that plays the same menu again
      return target === null ? { words, to: line, isChosen } : { words, to: target, isChosen };
    default:
      if (SPEAKS.includes(action)) return ends('automatic', action);
      if (target !== null) return { words, to: target, isChosen };
      return ends(SENDS_ON.includes(action) ? 'dead-end' : 'automatic', action);
  }
};

/** Where a call ends at something that sends nothing on; null for a line, which does. */
const endAt = (graph: CallGraph, at: CallTarget): CallEnd['end'] | null => {
  if (at.type === 'user') return graph.reachable.includes(at.id) ? 'answered' : 'dead-end';
  if (LINES.includes(at.type)) return lineAt(graph, at) ? null : 'dead-end';

  return at.type === 'room' ? 'answered' : 'elsewhere';
};

interface Visit {
  readonly at: CallTarget;
  readonly path: readonly string[];
}

/**
 * Every end a call to `from` can have, each with the shortest way there. Every line is looked at once, so a web of menus
 * costs no more than its lines.
 */
export const endsOf = (graph: CallGraph, from: CallTarget, hours: Hours): readonly CallEnd[] => {
  const ends: CallEnd[] = [];
  const visits = new Map<string, Visit & { readonly line: CallLine }>();
  const queue: Visit[] = [];
  const go = (to: CallTarget | null, before: readonly string[]): void => {
    if (to === null) ends.push({ path: before, end: 'unassigned' });
    else queue.push({ at: to, path: [...before, keyOf(to)] });
  };

  if (from.type === 'number') go(graph.numbers.find((each) => each.number === from.id)?.target ?? null, [keyOf(from)]);
  else go(from, []);
  for (let visit = queue.shift(); visit !== undefined; visit = queue.shift()) {
    const { at, path } = visit;
    const end = endAt(graph, at);
    const line = lineAt(graph, at);
    if (end !== null) ends.push({ path, end });
    if (end !== null || line === undefined || visits.has(keyOf(at))) continue;
    visits.set(keyOf(at), { at, path, line });
    for (const way of waysOf(graph, line, hours)) {
      if (way.end === undefined) go(way.to, [...path, ...way.words]);
      else ends.push({ path: [...path, ...way.words], end: way.end });
    }
  }

  return [...ends, ...loops(graph, [...visits.values()], hours, ends)];
};

/** Circles that a call goes round by itself; and menus whose every key only leads back to a menu. */
const loops = (graph: CallGraph, visits: readonly (Visit & { readonly line: CallLine })[], hours: Hours, ends: readonly CallEnd[]): readonly CallEnd[] => {
  const found: CallEnd[] = [];
  const known = new Set<string>();
  for (const { line, path } of visits) {
    const circle = circleFrom(graph, line, hours);
    if (circle === null || circle.some((key) => known.has(key))) continue;
    for (const key of circle) known.add(key);
    found.push({ path: [...path, ...circle.slice(1), keyOf(line)], end: 'loop' });
  }
  const first = visits[0];
  if (found.length > 0 || ends.length > 0 || first === undefined) return found;

  return [{ path: [...first.path, 'menu', ...first.path.slice(-1)], end: 'loop' }];
};

/** Followed without pressing a key: the circle that leads back to the line itself, beginning with it; null when there is none. */
const circleFrom = (graph: CallGraph, line: CallLine, hours: Hours): readonly string[] | null => {
  const circle: string[] = [];
  for (let at: CallLine | undefined = line; at !== undefined;) {
    if (circle.includes(keyOf(at))) return keyOf(at) === circle[0] ? circle : null;
    circle.push(keyOf(at));
    const onward: Way | undefined = waysOf(graph, at, hours).find((way) => way.end === undefined && !way.isChosen);
    at = onward?.to === undefined ? undefined : lineAt(graph, onward.to);
  }
  return null;
};
