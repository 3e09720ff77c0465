import { flag } from '../fields.ts';
import { isTrue, paged, type Request, type Route } from '../http.ts';
import { counters, type Office } from '../model.ts';
import { freeSeats } from '../seats.ts';
import { officeShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { hours, settingsIn } from './groups.ts';
import { operatorRoutes } from './operators.ts';
import { addressFields, addressIn } from './user-settings.ts';

const officeOf = ({ params }: Request, world: World): Office => world.office(params['office_id'] ?? params['id'] ?? '');

const counts = (numbers: Readonly<Record<string, number>>): object =>
  Object.fromEntries(counters.map((name) => [name, String(Math.max(0, numbers[name] ?? 0))]));

const DAY_MS = 86_400_000;

/** The next billing date is an epoch, the balance a decimal. */
const planShape = (office: Office, world: World): object => ({
  ...counts(office.bought),
  balance: '0.0000',
  next_billing_date: String((Math.floor(world.nowMs / DAY_MS / 30) + 1) * 30 * DAY_MS),
  ppu_address: { country: office.country, region: office.state },
});

/** Opening hours are all that can be changed. */
const patch = (request: Request, world: World): object => {
  const office = officeOf(request, world);
  const changed = { ...office, settings: settingsIn(hours, request.body, office.settings) };
  if (JSON.stringify(changed.settings) !== JSON.stringify(office.settings ?? {})) {
    world.putOffice(changed);
    world.noteWrite('PATCH /offices/{id}', null);
  }
  return { office: officeShape(changed), plan: planShape(changed, world) };
};

const setAddress = (request: Request, world: World): object => {
  const office = officeOf(request, world);
  const e911 = addressIn(request.body);
  const users = isTrue(request.body['update_all']) ? world.usersOf(office.id).filter((each) => each.state !== 'deleted') : [];
  const others = users.filter((each) => JSON.stringify(each.e911) !== JSON.stringify(e911));
  if (JSON.stringify(office.e911) !== JSON.stringify(e911) || others.length > 0) {
    world.putOffice({ ...office, e911 });
    for (const each of others) world.putUser({ ...each, e911 });
    world.noteWrite('PUT /offices/{id}/e911', null);
  }
  return e911;
};

export const officeRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/offices', handle: ({ query }, world) => paged(world.offices, query, world.random, officeShape) },
  {
    method: 'GET',
    template: '/offices/primary',
    handle: (_, world) => officeShape(world.offices.find((each) => each.isPrimary) ?? (world.offices[0] as Office)),
  },
  { method: 'GET', template: '/offices/{id}', handle: (request, world) => officeShape(officeOf(request, world)) },
  { method: 'PATCH', template: '/offices/{id}', body: hours, handle: patch },
  { method: 'GET', template: '/offices/{office_id}/available_licenses', handle: (request, world) => counts(freeSeats(officeOf(request, world), world)) },
  { method: 'GET', template: '/offices/{office_id}/plan', handle: (request, world) => planShape(officeOf(request, world), world) },
  {
    method: 'GET',
    template: '/offices/{id}/offdutystatuses',
    handle: (request, world) => ({ id: officeOf(request, world).id, off_duty_statuses: ['Lunch Time', 'Off Duty'] }),
  },
  { method: 'GET', template: '/offices/{id}/e911', handle: (request, world) => officeOf(request, world).e911 ?? {} },
  { method: 'PUT', template: '/offices/{id}/e911', body: { ...addressFields, update_all: flag }, handle: setAddress },
  ...operatorRoutes('/offices', 'office'),
];
