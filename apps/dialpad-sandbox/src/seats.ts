import { ApiError } from './api-error.ts';
import type { Counter, Office, User } from './model.ts';
import type { World } from './world.ts';

export const licenses = ['talk', 'agents', 'lite_support_agents', 'lite_lines', 'magenta_lines', 'admins', 'dpde_all', 'dpde_one', 'user'];

/** Which counter a licence is taken from (descriptions of the enum in Dialpad's API description). */
export const counterOf = (license: string): Counter =>
  license === 'agents' ? 'sell_lines' : license === 'lite_support_agents' ? 'contact_center_lines' : 'talk_lines';

export const isCallCenterLicense = (license: string): boolean => license === 'agents' || license === 'lite_support_agents';

/** Whether a licence comes with a number; for Sell Dialpad's description and its help pages disagree. */
export const includesNumber = (license: string, world: World): boolean =>
  license === 'agents' ? world.switches.sellIncludesNumber === 'true' : license !== 'lite_support_agents';

export const holdsSeat = (user: User, world: World): boolean => {
  if (user.state === 'suspended') return world.switches.suspendFreesSeat === 'false';
  if (user.state === 'deleted') return world.switches.deleteFreesSeat === 'false';
  return true;
};

const extraNumbers = (user: User, world: World): number => Math.max(0, user.phoneNumbers.length - (includesNumber(user.license, world) ? 1 : 0));

/** What nobody uses; `without` leaves out a user who is about to change. */
export const freeSeats = (office: Office, world: World, without: string | null = null): Record<Counter, number> => {
  const left: Record<Counter, number> = { ...office.bought };
  for (const user of world.usersOf(office.id)) {
    if (user.id === without || !holdsSeat(user, world)) continue;
    left[counterOf(user.license)] -= 1;
    if (user.operatorLicense !== null) left[counterOf(user.operatorLicense)] -= 1;
    left.additional_number_lines -= extraNumbers(user, world);
  }
  return left;
};

/** @throws ApiError when too few are free and the company does not buy by itself. */
export const needSeats = (officeId: string, wanted: Partial<Record<Counter, number>>, world: World, without: string | null = null): void => {
  const office = world.office(officeId);
  const free = freeSeats(office, world, without);
  const missing = (Object.entries(wanted) as [Counter, number][]).filter(([counter, many]) => free[counter] < many);
  if (missing.length === 0) return;
  if (world.switches.noSeat !== 'buys') throw new ApiError(400, `not enough licenses in the office: ${missing.map(([counter]) => counter).join(', ')}`);
  const bought = Object.fromEntries(missing.map(([counter, many]) => [counter, office.bought[counter] + many - Math.max(0, free[counter])]));
  world.putOffice({ ...office, bought: { ...office.bought, ...bought } });
};

/** One more number than the licence comes with takes an additional-number licence. */
export const needSeatForNumber = (user: User, world: World): void => {
  if (extraNumbers({ ...user, phoneNumbers: [...user.phoneNumbers, ''] }, world) > extraNumbers(user, world)) {
    needSeats(user.officeId, { additional_number_lines: 1 }, world);
  }
};

export const needSeat = (officeId: string, license: string, world: World): void => needSeats(officeId, { [counterOf(license)]: 1 }, world);

/** What a user takes from the counters of the office. */
export const seatsOf = (user: User, world: World): Partial<Record<Counter, number>> => {
  const taken: Partial<Record<Counter, number>> = {};
  for (const license of [user.license, ...(user.operatorLicense === null ? [] : [user.operatorLicense])]) {
    taken[counterOf(license)] = (taken[counterOf(license)] ?? 0) + 1;
  }
  const extra = extraNumbers(user, world);
  return extra > 0 ? { ...taken, additional_number_lines: extra } : taken;
};
