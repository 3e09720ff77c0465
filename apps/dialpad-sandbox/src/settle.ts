import { ApiError } from './api-error.ts';
import type { PhoneNumber, Recreation, User } from './model.ts';
import { take, unassign } from './numbering.ts';
import { includesNumber, needSeat } from './seats.ts';
import type { World } from './world.ts';

const RESTORE_WINDOW_MS = 72 * 3_600_000; // help.dialpad.com, "Manage Your Users"

/** What happens by itself as time passes. */
export const settle = (world: World): void => {
  for (const recreation of world.store.all<Recreation>('recreations')) if (recreation.at <= world.nowMs) recreate(recreation, world);
  for (const user of world.store.lookup<User>('users', 'deleted', 'yes')) {
    if (user.deletedAt !== null && world.nowMs >= Date.parse(user.deletedAt) + RESTORE_WINDOW_MS) purge(user, world);
  }
};

/** The 72 hours are over: the user is gone, and what they held goes back to the pool. */
const purge = (user: User, world: World): void => {
  for (const held of user.heldNumbers) {
    const number = world.store.get<PhoneNumber>('numbers', held);
    if (number?.status === 'pending') unassign(number, false, world);
  }
  world.store.remove('users', user.id);
};

/** The identity provider still has the person assigned and provisions them again: same address, new id, new number. */
const recreate = ({ id, user: gone }: Recreation, world: World): void => {
  world.store.remove('recreations', id);
  if (gone.emails.some((each) => world.userByEmail(each))) return;
  try {
    needSeat(gone.officeId, gone.license, world);
  } catch (error) {
    if (error instanceof ApiError) return; // no seat: the provider tries in vain
    throw error;
  }
  const user = world.putUser(newUser(world, { officeId: gone.officeId, email: gone.emails[0] ?? '', license: gone.license, ...namesOf(gone) }));
  if (includesNumber(user.license, world)) take({}, { type: 'user', id: user.id }, true, world);
};

const namesOf = ({ firstName, lastName }: User): { firstName: string; lastName: string } => ({ firstName, lastName });

export interface NewUser {
  readonly officeId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly license: string;
}

export const newUser = (world: World, { officeId, email, firstName, lastName, license }: NewUser): User => ({
  id: world.newId(),
  officeId,
  state: world.switches.createState === 'active' ? 'active' : 'pending',
  emails: [email],
  firstName,
  lastName,
  jobTitle: null,
  license,
  operatorLicense: null,
  superAdmin: false,
  adminOfficeIds: [],
  forwardingNumbers: [],
  phoneNumbers: [],
  callerId: null,
  doNotDisturb: false,
  dateAdded: world.now,
  dateActive: null,
  dateFirstLogin: null,
  onboardingCompleted: false,
  deletedAt: null,
  heldNumbers: [],
});
