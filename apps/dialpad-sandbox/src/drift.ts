import type { Recreation, User } from './model.ts';
import { take } from './numbering.ts';
import type { World } from './world.ts';

export const driftChanges = ['reactivate', 'suspend', 'number', 'title', 'admin'] as const;
export type DriftChange = (typeof driftChanges)[number];

/** Another admin, in the console, between two calls of ours: no write of the API, so it is not in the list of writes. */
export const drift = (user: User, wanted: DriftChange | null, world: World): void => {
  if (user.state === 'deleted') return;
  const change = wanted ?? (user.state === 'suspended' ? 'reactivate' : 'number');
  if (change === 'number') take({}, { type: 'user', id: user.id }, false, world);
  else world.putUser(changed(user, change));
};

const changed = (user: User, change: Exclude<DriftChange, 'number'>): User => {
  if (change === 'reactivate') return { ...user, state: user.dateFirstLogin === null ? 'pending' : 'active' };
  if (change === 'suspend') return { ...user, state: 'suspended' };
  if (change === 'admin') return { ...user, superAdmin: !user.superAdmin };
  return { ...user, jobTitle: `${user.jobTitle ?? ''} (changed)`.trim() };
};

const SYNC_MS = 40 * 60_000; // learn.microsoft.com, provisioning to Dialpad: about every 40 minutes

/** The identity provider still has the deleted person assigned, and finds out at its next round. */
export const recreateLater = (user: User, world: World): void => {
  if (user.state !== 'deleted') return;
  const recreation: Recreation = { id: user.id, at: world.nowMs + SYNC_MS, user };
  world.store.put('recreations', user.id, recreation);
};
