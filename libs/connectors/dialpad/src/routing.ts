import { ConnectorError } from '@handover/connector-kit';
import type { Api } from './api.ts';
import { ensure } from './ensure.ts';
import type { Ensured, Routed, RoutedLine, RoutingReference, RoutingTarget } from './types.ts';
import { callRouter, line, rawRouting, type Line } from './wire/lines.ts';

type Where = RoutingReference['where'];
export type Inner = Record<string, unknown> & { action?: unknown; action_target_type?: unknown; action_target_id?: unknown; dtmf?: unknown };

/** By value: a plan that was stored and read again has its keys in another order. */
export const samePlace = (left: Where, right: Where): boolean => left.type === right.type && left.id === right.id && left.path === right.path;

/** Dialpad has no "where used": everything that routes calls is read and searched. */
export const routingApi = (api: Api) => ({
  /** Everything that sends calls on, with where it sends them in and out of hours. */
  routedLines: async (): Promise<readonly RoutedLine[]> => {
    const [offices, departments, callCenters, routers] = await Promise.all([
      api.list(line, '/offices'),
      api.list(line, '/departments'),
      api.list(line, '/callcenters'),
      api.list(callRouter, '/callrouters'),
    ]);
    const lines = (type: RoutedLine['type'], from: readonly Line[]): RoutedLine[] =>
      from.map((each) => ({
        type,
        id: each.id,
        open: routedOf(each.routing_options?.open as Inner | null | undefined),
        closed: routedOf(each.routing_options?.closed as Inner | null | undefined),
      }));
    const onward = routers.map((each): RoutedLine => {
      const sends: Routed = { ringsOperators: false, action: 'bridge_target', target: targetOf(each.default_target_type, each.default_target_id), menu: [] };
      return { type: 'callrouter', id: each.id, open: sends, closed: sends };
    });

    return [...lines('office', offices), ...lines('department', departments), ...lines('callcenter', callCenters), ...onward];
  },

  routingReferences: async (userId: string): Promise<readonly RoutingReference[]> => {
    const [offices, departments, callCenters, routers] = await Promise.all([
      api.list(line, '/offices'),
      api.list(line, '/departments'),
      api.list(line, '/callcenters'),
      api.list(callRouter, '/callrouters'),
    ]);
    const lines = (type: Where['type'], repairable: boolean, each: Line): RoutingReference[] =>
      (['open', 'closed'] as const)
        .flatMap((part) => pathsTo(each.routing_options?.[part] as Inner | null | undefined, part, userId))
        .map(({ path, action }) => ({ where: { type, id: each.id, path }, repairable, action }));

    return [
      ...offices.flatMap((each) => lines('office', false, each)),
      ...departments.flatMap((each) => lines('department', true, each)),
      ...callCenters.flatMap((each) => lines('callcenter', true, each)),
      ...routers
        .filter((each) => each.default_target_type === 'user' && each.default_target_id === userId)
        .map((each): RoutingReference => ({ where: { type: 'callrouter', id: each.id, path: 'default' }, repairable: true, action: null })),
    ];
  },

  /** `null`: to voicemail (a call router: to its office), because a line that rings nowhere is worse than a recorded message. */
  repointRouting: async (reference: RoutingReference, to: RoutingTarget | null): Promise<Ensured> => {
    const { where } = reference;
    if (where.type === 'office') throw new ConnectorError({ kind: 'refused', operation: 'PATCH /offices/{id}', code: 'no-api', ambiguous: false });
    if (where.type === 'callrouter') return repointRouter(api, where.id, to);

    const path = where.type === 'department' ? '/departments/{id}' : '/callcenters/{id}';
    let changed: Record<string, Inner> = {};
    return ensure({
      // Read just before it is written: Dialpad takes the routing as a whole, and others may have changed the rest of it.
      isSo: async () => {
        const now = (await api.get(rawRouting, path, { id: where.id })).routing_options;
        changed = structuredClone(now ?? {}) as Record<string, Inner>;
        const spot = spotAt(changed, where.path);
        if (!spot) throw new ConnectorError({ kind: 'conflict', operation: `PATCH ${path}`, code: 'routing-gone', ambiguous: false });
        const isThere = to === null ? spot.action === 'voicemail' && spot.action_target_id === undefined : spot.action_target_id === to.id;
        point(spot, to, reference.action);
        return isThere;
      },
      write: () => api.write('PATCH', path, { id: where.id }, { routing_options: changed }),
    });
  },
});

export const targetOf = (type: unknown, id: unknown): RoutingTarget | null => (typeof type === 'string' && typeof id === 'string' ? { type, id } : null);

/**
 * A line without routing of its own does what its `first_action` and `no_operators_action` say (Dialpad's description), and
 * without those rings its operators and then takes a message.
 */
export const routedOf = (inner: Inner | null | undefined, otherwise: { readonly first?: string | null; readonly last?: string | null } = {}): Routed => ({
  ringsOperators: inner ? inner['try_dial_operators'] !== false : otherwise.first !== 'menu',
  action: textOf(inner?.action) ?? otherwise.last ?? 'voicemail',
  target: targetOf(inner?.action_target_type, inner?.action_target_id),
  menu: inner
    ? dtmfOf(inner).map(({ input, options }) => ({
        key: String(input),
        action: textOf(options?.action) ?? 'voicemail',
        target: targetOf(options?.action_target_type, options?.action_target_id),
      }))
    : [],
});

const pathsTo = (inner: Inner | null | undefined, part: string, userId: string): { path: string; action: string | null }[] => {
  if (!inner) return [];
  const here = pointsAt(inner, userId) ? [{ path: part, action: textOf(inner.action) }] : [];
  const keys = dtmfOf(inner).filter((key) => key.options && pointsAt(key.options, userId));

  return [...here, ...keys.map((key) => ({ path: `${part}.dtmf.${String(key.input)}`, action: textOf(key.options?.action) }))];
};

const dtmfOf = (inner: Inner): { input: unknown; options?: Inner | null }[] =>
  Array.isArray(inner.dtmf) ? (inner.dtmf as { input: unknown; options?: Inner | null }[]) : [];

const pointsAt = (inner: Inner, userId: string): boolean => inner.action_target_type === 'user' && inner.action_target_id === userId;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const spotAt = (options: Record<string, Inner>, path: string): Inner | null => {
  const [part = '', , input] = path.split('.');
  const inner = options[part];
  if (!inner || input === undefined) return inner ?? null;

  return dtmfOf(inner).find((key) => String(key.input) === input)?.options ?? null;
};

const point = (spot: Inner, to: RoutingTarget | null, originally: string | null): void => {
  if (to === null) {
    spot.action = 'voicemail';
    delete spot.action_target_type;
    delete spot.action_target_id;
    return;
  }
  spot.action = actionFor(to.type, originally);
  spot.action_target_type = to.type;
  spot.action_target_id = to.id;
};

/** Names of the description's `action` enum; for a user the action that was there before is the safest. */
const actionFor = (type: string, originally: string | null): string => {
  if (type === 'user') return originally ?? 'person';
  return type === 'department' ? 'department' : 'bridge_target';
};

const repointRouter = (api: Api, id: string, to: RoutingTarget | null): Promise<Ensured> => {
  let target: RoutingTarget | null = to;
  return ensure({
    isSo: async () => {
      const now = await api.get(callRouter, '/callrouters/{id}', { id });
      target = to ?? (now.office_id ? { type: 'office', id: now.office_id } : null);
      if (!target) throw new ConnectorError({ kind: 'conflict', operation: 'PATCH /callrouters/{id}', code: 'router-without-office', ambiguous: false });
      return now.default_target_id === target.id;
    },
    write: () => api.write('PATCH', '/callrouters/{id}', { id }, { default_target_type: target?.type, default_target_id: target?.id }),
  });
};
