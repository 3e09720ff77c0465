import type { Counter, Group, Office, RoutingOptions, User } from './model.ts';
import { seeded } from './random.ts';
import { assign } from './numbering.ts';
import { counterOf } from './seats.ts';
import { FAMILY, GIVEN, OFFICES } from './seed-data.ts';
import type { World } from './world.ts';

const SMALLEST = 8;

/** A company of invented people; equal `users` and `seed` give the same one, ids included. */
export const seedCompany = (world: World, { users, seed }: { readonly users: number; readonly seed: number }): void => {
  const { store } = world;
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const dates = 1_767_225_600_000; // 2026-01-01T00:00Z: a fixed beginning keeps equal seeds equal
  store.put('meta', 'seed', seed);
  store.put('meta', 'ids', 0);
  store.put('meta', 'companyId', world.newId());

  let line = 0;
  const number = (place: (typeof OFFICES)[number], officeId: string, status = 'available'): string => {
    line += 1;
    const e164 = `${place.dial}${555 + Math.floor(line / 10_000)}${String(line % 10_000).padStart(4, '0')}`;
    store.put('numbers', e164, { number: e164, areaCode: place.areaCode, officeId, status, targetType: null, targetId: null });
    return e164;
  };

  const offices = OFFICES.map((place, index) => {
    const office: Office = {
      id: world.newId(),
      name: place.name,
      country: place.country,
      state: place.state,
      timezone: place.timezone,
      areaCode: place.areaCode,
      isPrimary: index === 0,
      phoneNumbers: [],
      routing: toVoicemail(),
      operators: [],
      bought: nothing(),
    };
    world.putOffice(office);
    assign(world.number(number(place, office.id)), 'office', office.id, true, world);
    return { place, id: office.id };
  });

  const count = Math.max(SMALLEST, users);
  const people = Array.from({ length: count }, (_, index): User => {
    const office = offices[index % offices.length] as (typeof offices)[number];
    const [firstName, lastName] = [pick(GIVEN), pick(FAMILY)];
    const state = index < SMALLEST - 1 ? 'active' : index === SMALLEST - 1 ? 'pending' : random() < 0.03 ? 'suspended' : random() < 0.03 ? 'pending' : 'active';
    const added = new Date(dates - between(30, 900) * 86_400_000).toISOString();
    const user = world.putUser({
      id: world.newId(),
      officeId: office.id,
      state,
      emails: [`${firstName}.${lastName}.${index + 1}@example.com`.toLowerCase()],
      firstName,
      lastName,
      jobTitle: null,
      license: index < SMALLEST ? 'talk' : pick(['talk', 'talk', 'talk', 'agents', 'lite_support_agents']),
      operatorLicense: null,
      superAdmin: index < 2,
      adminOfficeIds: index === 2 ? [office.id] : [],
      forwardingNumbers: index % 9 === 3 ? [`+1500555${String(1000 + index).slice(-4)}`] : [],
      phoneNumbers: [],
      callerId: null,
      doNotDisturb: false,
      dateAdded: added,
      dateActive: state === 'pending' ? null : added,
      dateFirstLogin: state === 'pending' ? null : added,
      onboardingCompleted: state !== 'pending',
      deletedAt: null,
      heldNumbers: [],
    });
    if (user.license === 'talk' && state !== 'suspended') assign(world.number(number(office.place, office.id)), 'user', user.id, true, world);
    return world.user(user.id);
  });

  for (const { id, place } of offices) {
    const colleagues = people.filter((user) => user.officeId === id && user.state === 'active');
    const operators = (from: number, many: number) => colleagues.slice(from, from + many).map((user) => ({ userId: user.id, role: 'operator' }));
    const first = colleagues[0] as User;
    const group = (type: Group['type'], name: string, members: Group['operators'], routing = toVoicemail()): void =>
      world.putGroup({
        id: world.newId(),
        type,
        name,
        officeId: id,
        phoneNumbers: [],
        routing,
        operators: members,
        ...(type === 'department' || type === 'callcenter'
          ? { emails: [members[0]].flatMap((each) => world.findUser(each?.userId ?? '')?.emails[0] ?? []) }
          : {}),
      });

    world.putOffice({ ...world.office(id), operators: operators(0, 2), emails: first.emails, e911: place.address });
    group('department', `${place.name} Sales`, operators(0, 3), toUser(colleagues[1] ?? first));
    group('department', `${place.name} Support`, operators(1, 3), withMenu(colleagues[2] ?? first));
    group(
      'callcenter',
      `${place.name} Service`,
      colleagues
        .filter((user) => user.license !== 'talk')
        .slice(0, 4)
        .map((user) => ({ userId: user.id, role: 'operator' })),
    );
    group('channel', `${place.name} News`, operators(0, 5));
    group('coachingteam', `${place.name} Coaching`, [
      { userId: first.id, role: 'coach' },
      ...(colleagues[1] ? [{ userId: colleagues[1].id, role: 'trainee' }] : []),
    ]);
    store.put('devices', `deskphone-${id}`, { id: `deskphone-${id}`, userId: first.id, kind: 'deskphone', name: 'Desk phone', type: 'polycom' });
    store.put('devices', `device-${id}`, { id: `device-${id}`, userId: first.id, kind: 'userdevice', name: 'Chrome', type: 'web' });
    for (let pooled = 0; pooled < 5; pooled += 1) number(place, id);

    const used = nothing();
    for (const user of world.usersOf(id).filter((each) => each.state !== 'suspended')) used[counterOf(user.license)] += 1;
    world.putOffice({
      ...world.office(id),
      bought: {
        ...used,
        talk_lines: used.talk_lines + between(3, 40),
        sell_lines: used.sell_lines + between(3, 40),
        contact_center_lines: used.contact_center_lines + between(3, 40),
        additional_number_lines: between(3, 40),
        room_lines: 2,
      },
    });
  }

  const target = people[3] as User;
  store.put('callrouters', 'router', {
    id: world.newId(),
    name: 'After hours',
    officeId: target.officeId,
    defaultTargetType: 'user',
    defaultTargetId: target.id,
    enabled: true,
  });
  const [router] = world.callRouters;
  if (router) {
    store.remove('callrouters', 'router');
    store.put('callrouters', router.id, router);
  }
};

const nothing = (): Record<Counter, number> => ({
  talk_lines: 0,
  sell_lines: 0,
  contact_center_lines: 0,
  additional_number_lines: 0,
  tollfree_additional_number_lines: 0,
  fax_lines: 0,
  room_lines: 0,
  tollfree_room_lines: 0,
  uberconference_lines: 0,
  tollfree_uberconference_lines: 0,
});

const toVoicemail = (): RoutingOptions => ({
  open: { action: 'voicemail', try_dial_operators: true, operator_routing: 'simultaneous' },
  closed: { action: 'voicemail', try_dial_operators: false },
});

const toUser = (user: User): RoutingOptions => ({
  open: { action: 'person', try_dial_operators: true, action_target_type: 'user', action_target_id: user.id },
  closed: { action: 'voicemail', try_dial_operators: false },
});

const withMenu = (user: User): RoutingOptions => ({
  open: {
    action: 'menu',
    try_dial_operators: false,
    dtmf: [
      { input: '1', options: { action: 'person', action_target_type: 'user', action_target_id: user.id } },
      { input: '0', options: { action: 'operator' } },
    ],
  },
  closed: { action: 'voicemail', try_dial_operators: false },
});
