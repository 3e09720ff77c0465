import { ApiError } from './api-error.ts';
import type { PhoneNumber } from './model.ts';
import { needSeatForNumber } from './seats.ts';
import type { World } from './world.ts';

/** Numbers that ring inside the company only begin with 803 (Dialpad's description of `move_office`). */
export const isInternal = (e164: string): boolean => e164.startsWith('+803');

const STATUSES: Readonly<Record<string, string>> = { callcenter: 'call_center', callrouter: 'call_router' };
const TARGETS = ['user', 'office', 'department', 'callcenter', 'callrouter'] as const;
type TargetType = (typeof TARGETS)[number];

interface Holder {
  readonly officeId: string;
  readonly phoneNumbers: readonly string[];
  readonly put: (phoneNumbers: readonly string[]) => void;
}

const targetTypeOf = (type: string): TargetType => {
  const known = TARGETS.find((each) => each === type);
  if (!known) throw new ApiError(400, `the sandbox has no targets of type ${type}`);
  return known;
};

/** Whatever can have numbers. @throws ApiError 404 */
export const holderOf = (type: string, id: string, world: World): Holder => {
  const known = targetTypeOf(type);
  if (known === 'user') {
    const user = world.user(id);
    return { ...user, put: (phoneNumbers) => void world.putUser({ ...world.user(id), phoneNumbers }) };
  }
  if (known === 'office') {
    const office = world.office(id);
    return { officeId: id, phoneNumbers: office.phoneNumbers, put: (phoneNumbers) => world.putOffice({ ...world.office(id), phoneNumbers }) };
  }
  if (known === 'callrouter') {
    const router = world.callRouter(id);
    return { ...router, phoneNumbers: router.phoneNumbers ?? [], put: (phoneNumbers) => world.putCallRouter({ ...world.callRouter(id), phoneNumbers }) };
  }
  const group = world.group(known, id);
  return { ...group, put: (phoneNumbers) => world.putGroup({ ...world.group(known, id), phoneNumbers }) };
};

export const assign = (number: PhoneNumber, targetType: string, targetId: string, primary: boolean, world: World): PhoneNumber => {
  if (number.targetId !== targetId) detach(number, world);
  const holder = holderOf(targetType, targetId, world);
  const assigned = { ...number, status: STATUSES[targetType] ?? targetType, targetType, targetId };
  world.putNumber(assigned);
  const others = holder.phoneNumbers.filter((each) => each !== number.number);
  holder.put(primary ? [number.number, ...others] : [...others, number.number]);

  return assigned;
};

/** Back to the pool; a company without one loses it. */
export const unassign = (number: PhoneNumber, release: boolean, world: World): PhoneNumber | null => {
  detach(number, world);
  if (release || world.switches.reservePool === 'false' || isInternal(number.number)) {
    world.store.remove('numbers', number.number);
    return null;
  }
  const pooled = { ...number, status: 'available', targetType: null, targetId: null };
  world.putNumber(pooled);
  return pooled;
};

const detach = (number: PhoneNumber, world: World): void => {
  if (number.targetId === null || number.targetType === null) return;
  if (number.targetType === 'user' && !world.findUser(number.targetId)) return;
  const holder = holderOf(number.targetType, number.targetId, world);
  holder.put(holder.phoneNumbers.filter((each) => each !== number.number));
};

export interface Wish {
  readonly number?: string | null;
  readonly areaCode?: string | null;
}

/** One number for a target: the named one, or one of the pool, or a new one of the area. */
export const take = (wish: Wish, target: { readonly type: string; readonly id: string }, primary: boolean, world: World): PhoneNumber => {
  const { officeId } = holderOf(target.type, target.id, world);
  if (target.type === 'user' && world.user(target.id).state === 'deleted') throw new ApiError(409, 'the user is deleted');
  const areaCode = wish.areaCode ?? null;
  const number = wish.number != null ? world.number(wish.number) : (pooled(officeId, areaCode, world) ?? fresh(officeId, areaCode, world));
  if (number.targetId === target.id) return number;
  if (number.status === 'pending') throw new ApiError(409, 'the number is on hold');
  if (number.targetId !== null && world.switches.reassign === 'refuses') throw new ApiError(409, 'the number is assigned to somebody else');

  if (target.type === 'user' && world.switches.additionalNumber === 'needs-seat') needSeatForNumber(world.user(target.id), world);

  return assign(number, target.type, target.id, primary, world);
};

export const pooled = (officeId: string, areaCode: string | null, world: World): PhoneNumber | undefined =>
  world.numbers.find((each) => each.status === 'available' && (areaCode === null ? each.officeId === officeId : each.areaCode === areaCode));

export const fresh = (officeId: string, wanted: string | null, world: World): PhoneNumber => {
  const office = world.office(officeId);
  const areaCode = wanted ?? office.areaCode;
  if (!/^\d{2,5}$/.test(areaCode)) throw new ApiError(400, 'no number in this area code');
  const country = areaCode === '803' ? '' : office.country === 'de' ? '49' : '1';
  let line = 5_550_100 + world.store.size('numbers');
  while (world.store.get('numbers', `+${country}${areaCode}${line}`)) line += 1;

  return { number: `+${country}${areaCode}${line}`, areaCode, officeId, status: 'available', targetType: null, targetId: null };
};
