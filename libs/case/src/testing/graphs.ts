import type { CallGraph, CallLine, CallRoute, CallTarget } from '../calls/call-graph.ts';

/** Small graphs for tests: what is not said is a line that takes messages. */
export const route = (more: Partial<CallRoute> = {}): CallRoute => ({ ringsOperators: false, action: 'voicemail', target: null, menu: [], ...more });
export const line = (id: string, more: Partial<CallLine> = {}): CallLine => ({
  type: 'department',
  id,
  operators: [],
  open: route(),
  closed: route(),
  ...more,
});
export const user = (id: string): CallTarget => ({ type: 'user', id });
export const graph = (lines: readonly CallLine[], reachable: readonly string[] = ['leaver', 'heir', 'other']): CallGraph => ({ lines, reachable, numbers: [] });
export const to = ({ type, id }: CallTarget): CallRoute => route({ action: type === 'user' ? 'person' : 'department', target: { type, id } });
