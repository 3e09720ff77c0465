import { flag, flagIn, id, needed, object, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { isTrue, neededId, paged, type Request, type Route } from '../http.ts';
import { fresh, holderOf, assign, pooled, take, unassign } from '../numbering.ts';
import type { PhoneNumber } from '../model.ts';
import { numberShape, releasedShape } from '../shapes.ts';
import type { World } from '../world.ts';

const TARGETS = ['callcenter', 'callrouter', 'channel', 'coachinggroup', 'coachingteam', 'department', 'office', 'room', 'staffgroup', 'unknown', 'user'];
const assignFields: Fields = { number: text, area_code: text, primary: flag };
const targetFields: Fields = { target_id: needed(id), target_type: needed(oneOf(...TARGETS)), primary: flag };

interface Target {
  readonly type: string;
  readonly id: string;
}

const assignTo = ({ body, params }: Request, target: Target, operation: string, world: World): object => {
  const before = JSON.stringify(holderOf(target.type, target.id, world).phoneNumbers);
  const wish = { number: params['number'] ?? textIn(body, 'number'), areaCode: textIn(body, 'area_code') };
  const number = take(wish, target, flagIn(body, 'primary') ?? true, world);
  if (JSON.stringify(holderOf(target.type, target.id, world).phoneNumbers) !== before) world.noteWrite(operation, userIdOf(target));

  return numberShape(number, world);
};

const userIdOf = ({ type, id: targetId }: Target): string | null => (type === 'user' ? targetId : null);
const targetIn = (body: Request['body']): Target => ({ type: neededId(body, 'target_type'), id: neededId(body, 'target_id') });
const afterUnassign = (number: PhoneNumber, left: PhoneNumber | null, world: World): object => (left ? numberShape(left, world) : releasedShape(number, world));

/** `/users/{id}/assign_number` and its like; call routers cannot un-assign. */
const linesOf = (path: string, type: string): Route<World>[] => [
  {
    method: 'POST',
    template: `${path}/{id}/assign_number`,
    body: assignFields,
    handle: (request, world) => assignTo(request, { type, id: request.params['id'] ?? '' }, `POST ${path}/{id}/assign_number`, world),
  },
  ...(type === 'callrouter'
    ? []
    : [
        {
          method: 'POST',
          template: `${path}/{id}/unassign_number`,
          body: { number: needed(text) },
          handle: (request: Request, world: World) =>
            unassignFrom(request, { type, id: request.params['id'] ?? '' }, `POST ${path}/{id}/unassign_number`, world),
        },
      ]),
];

const unassignFrom = ({ body }: Request, target: Target, operation: string, world: World): object => {
  const { phoneNumbers } = holderOf(target.type, target.id, world);
  const number = world.number(neededId(body, 'number'));
  if (number.targetId !== target.id) throw new ApiError(400, `the number is not assigned to this ${target.type}`);
  // "Main line must keep at least one local number" (help.dialpad.com).
  if (target.type === 'office' && phoneNumbers.length === 1) throw new ApiError(409, 'the main line must keep a number');
  const left = unassign(number, false, world);
  world.noteWrite(operation, userIdOf(target));

  return afterUnassign(number, left, world);
};

const remove = ({ params, query }: Request, world: World): object => {
  const number = world.number(params['number'] ?? '');
  const release = isTrue(query.get('release'));
  if (number.status === 'available' && !release) return numberShape(number, world);
  const holder = number.targetType === 'user' ? number.targetId : null;
  const left = unassign(number, release, world);
  world.noteWrite('DELETE /numbers/{number}', holder);

  return afterUnassign(number, left, world);
};

/** The primary number goes where un-assigned numbers go: Dialpad does not say what becomes of it. */
const swap = ({ body }: Request, world: World): object => {
  const target = targetIn((body['target'] ?? {}) as Request['body']);
  const details = (body['swap_details'] ?? { type: 'auto' }) as Request['body'];
  const { officeId, phoneNumbers } = holderOf(target.type, target.id, world);
  const [old] = phoneNumbers;
  if (old === undefined) throw new ApiError(400, 'the target has no number to swap');
  const number = replacement(details, officeId, world);
  unassign(world.number(old), false, world);
  const assigned = assign(number, target.type, target.id, true, world);
  world.noteWrite('POST /numbers/swap', userIdOf(target));

  return numberShape(assigned, world);
};

const replacement = (details: Request['body'], officeId: string, world: World): PhoneNumber => {
  if (details['type'] === 'provided_number') {
    if (world.switches.reservePool === 'false') throw new ApiError(400, 'the company has no reserved pool');
    const number = world.number(neededId(details, 'number'));
    if (number.status !== 'available') throw new ApiError(409, 'the number is not in the reserved pool');
    return number;
  }
  const areaCode = details['type'] === 'area_code' ? neededId(details, 'area_code') : null;
  return pooled(officeId, areaCode, world) ?? fresh(officeId, areaCode, world);
};

const DIAL: Readonly<Record<string, string>> = { us: '1', ca: '1', de: '49', gb: '44', fr: '33' };

/** Enough for the countries of the seeded offices; a real one knows them all. */
const format = ({ query }: Request): object => {
  const number = query.get('number') ?? '';
  const digits = number.replace(/\D/g, '');
  if (digits === '') throw new ApiError(400, 'number is required');
  const isE164 = number.trim().startsWith('+');
  const given = query.get('country_code')?.toLowerCase();
  if (!isE164 && given === undefined) throw new ApiError(400, 'country_code is required with a local number');
  const country = isE164 ? (Object.keys(DIAL).find((each) => digits.startsWith(DIAL[each] ?? '?')) ?? 'us') : (given ?? 'us');
  const dial = DIAL[country];
  if (dial === undefined) throw new ApiError(400, 'unknown country_code');
  const local = isE164 ? digits.slice(dial.length) : digits.replace(/^0/, '');
  if (dial !== '1') return { country_code: country, e164_number: `+${dial}${local}`, local_number: `0${local}` };
  if (local.length !== 10) throw new ApiError(400, 'the number is not valid');
  const areaCode = local.slice(0, 3);
  return { area_code: areaCode, country_code: country, e164_number: `+1${local}`, local_number: `(${areaCode}) ${local.slice(3, 6)}-${local.slice(6)}` };
};

export const numberRoutes: readonly Route<World>[] = [
  {
    method: 'GET',
    template: '/numbers',
    handle: ({ query }, world) => {
      const status = query.get('status');
      const found = status === null ? world.numbers : world.numbers.filter((each) => each.status === status);
      return paged(found, query, world.random, (each) => numberShape(each, world));
    },
  },
  { method: 'GET', template: '/numbers/{number}', handle: ({ params }, world) => numberShape(world.number(params['number'] ?? ''), world) },
  {
    method: 'POST',
    template: '/numbers/{number}/assign',
    body: targetFields,
    handle: (request, world) => assignTo(request, targetIn(request.body), 'POST /numbers/{number}/assign', world),
  },
  {
    method: 'POST',
    template: '/numbers/assign',
    body: { ...targetFields, number: text, area_code: text },
    handle: (request, world) => assignTo(request, targetIn(request.body), 'POST /numbers/assign', world),
  },
  {
    method: 'POST',
    template: '/numbers/swap',
    body: {
      target: needed(object({ target_id: needed(id), target_type: needed(oneOf(...TARGETS)) })),
      swap_details: object({ type: needed(oneOf('area_code', 'auto', 'provided_number')), number: text, area_code: text }),
    },
    handle: swap,
  },
  { method: 'POST', template: '/numbers/format', handle: format },
  { method: 'DELETE', template: '/numbers/{number}', handle: remove },
  ...linesOf('/users', 'user'),
  ...linesOf('/offices', 'office'),
  ...linesOf('/callrouters', 'callrouter'),
];
