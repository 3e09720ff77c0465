import { Temporal } from 'temporal-polyfill';
import { actInConsole } from './console.ts';
import type { Faults } from './faults.ts';
import { ApiError } from './api-error.ts';
import type { Request, Route } from './http.ts';
import type { PhoneNumber, User } from './model.ts';
import type { Limits } from './limits.ts';
import { assign } from './numbering.ts';
import { holdsSeat, needSeats, seatsOf } from './seats.ts';
import { seedCompany } from './seed.ts';
import { settle } from './settle.ts';
import { userShape } from './shapes-user.ts';
import { withSwitches } from './switches.ts';
import type { World } from './world.ts';

export interface Controlled {
  readonly world: World;
  readonly faults: Faults;
  readonly limits: Limits;
  /** What the sandbox was started with: a reset without them begins anew with the same. */
  readonly seeded: { readonly users: number; readonly seed: number };
}

const state = ({ world, faults, limits }: Controlled): object => ({
  now: world.now,
  switches: world.switches,
  counts: {
    users: world.users.length,
    pending: of(world, 'pending'),
    active: of(world, 'active'),
    suspended: of(world, 'suspended'),
    deleted: of(world, 'deleted'),
    numbers: world.numbers.length,
    pooled: world.numbers.filter((each) => each.status === 'available').length,
    writes: world.writes.length,
    faults: faults.count,
    calls: limits.calls,
    throttled: limits.throttled,
  },
});

const of = (world: World, wanted: User['state']): number => world.users.filter((each) => each.state === wanted).length;

const writes = ({ query }: Request, { world }: Controlled): object => {
  if (query.has('log')) return world.writes;
  const sums = new Map<string, { operation: string; userId: string | null; count: number }>();
  for (const { operation, userId } of world.writes) {
    const key = `${operation} ${userId}`;
    sums.set(key, { operation, userId, count: (sums.get(key)?.count ?? 0) + 1 });
  }
  return [...sums.values()];
};

const clock = ({ body }: Request, { world }: Controlled): object => {
  if (typeof body['advance'] === 'string') world.setNow(world.nowMs + msOf(body['advance']));
  else if (typeof body['now'] === 'string' && !Number.isNaN(Date.parse(body['now']))) world.setNow(Date.parse(body['now']));
  else throw new ApiError(400, 'give { "advance": "PT72H" } or { "now": "2026-03-01T09:00:00Z" }');
  settle(world);

  return { now: world.now };
};

const msOf = (duration: string): number => {
  try {
    return Temporal.Duration.from(duration).total('milliseconds');
  } catch {
    throw new ApiError(400, 'advance is an ISO 8601 duration of days, hours, minutes and seconds, like PT72H');
  }
};

const accept = ({ params }: Request, { world }: Controlled): object => {
  const user = world.user(params['id'] ?? '');
  if (user.state !== 'pending' && user.state !== 'active') throw new ApiError(409, `a ${user.state} user cannot accept`);
  const accepted =
    user.dateFirstLogin !== null
      ? user
      : world.putUser({ ...user, state: 'active', dateActive: world.now, dateFirstLogin: world.now, onboardingCompleted: true });

  return userShape(accepted, world, { groups: true });
};

const restore = ({ params }: Request, { world }: Controlled): object => {
  const user = world.user(params['id'] ?? '');
  if (user.state !== 'deleted') throw new ApiError(409, 'only a deleted user can be restored');
  if (!holdsSeat(user, world)) needSeats(user.officeId, seatsOf({ ...user, phoneNumbers: user.heldNumbers }, world), world, user.id);
  world.putUser({ ...user, state: user.dateFirstLogin === null ? 'pending' : 'active', deletedAt: null, heldNumbers: [] });
  user.heldNumbers.forEach((held, index) => {
    const number = world.store.get<PhoneNumber>('numbers', held);
    if (number?.status === 'pending') assign(number, 'user', user.id, index === 0, world);
  });

  return userShape(world.user(user.id), world, { groups: true });
};

const reset = ({ body }: Request, controlled: Controlled): object => {
  const { world, faults, limits } = controlled;
  const users = body['users'] === undefined ? controlled.seeded.users : Number(body['users']);
  const seed = body['seed'] === undefined ? controlled.seeded.seed : Number(body['seed']);
  if (!Number.isInteger(users) || users < 0 || !Number.isInteger(seed)) throw new ApiError(400, 'users and seed are whole numbers');
  const { switches } = world;
  world.store.clear();
  world.forgetRandom();
  world.setSwitches(switches);
  seedCompany(world, { users, seed });
  faults.clear();
  limits.forget();

  return state(controlled);
};

export const controlRoutes: readonly Route<Controlled>[] = [
  { method: 'GET', template: '/sandbox/state', handle: (_, controlled) => state(controlled) },
  { method: 'GET', template: '/sandbox/writes', handle: writes },
  { method: 'POST', template: '/sandbox/clock', handle: clock },
  { method: 'POST', template: '/sandbox/users/{id}/accept', handle: accept },
  { method: 'POST', template: '/sandbox/users/{id}/restore', handle: restore },
  { method: 'POST', template: '/sandbox/console', handle: (request, { world }) => actInConsole(request, world) },
  { method: 'POST', template: '/sandbox/faults', handle: ({ body }, { faults }) => (faults.arm(body), { armed: faults.count }) },
  { method: 'DELETE', template: '/sandbox/faults', handle: (_, { faults }) => (faults.clear(), { armed: 0 }) },
  {
    method: 'POST',
    template: '/sandbox/switches',
    handle: ({ body }, { world }) => {
      world.setSwitches(withSwitches(world.switches, body));
      return world.switches;
    },
  },
  { method: 'POST', template: '/sandbox/reset', handle: reset },
];
