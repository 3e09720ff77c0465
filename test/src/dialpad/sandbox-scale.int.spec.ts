import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { play, type Body, type Played } from './played.ts';

/** Generous for a shared machine; a list that grows with the square of the users takes minutes. */
const SEED_MS = 10_000;
const ALL_PAGES_MS = 20_000;
const REQUEST_MS = 150;
const USERS = 20_000;

const SEATS = ['talk_lines', 'sell_lines', 'contact_center_lines', 'additional_number_lines'];

/** What interfaces promise of every seeded company. */
const expectWholeCompany = async (played: Played): Promise<void> => {
  const offices = await played.items('/offices');
  expect(offices.map((each) => each['country']).sort()).toEqual(['de', 'us', 'us']);
  expect((await played.items('/users?company_admin=true&state=active')).length).toBeGreaterThanOrEqual(2);
  expect((await played.items('/users?state=pending')).some((each) => each['phone_numbers'] !== undefined)).toBe(true);
  const [pooled, devices, teams] = [await played.items('/numbers?status=available'), await played.items('/userdevices'), await played.items('/coachingteams')];
  for (const office of offices) {
    const free = await played.ok(`/offices/${office['id']}/available_licenses`);
    for (const seat of SEATS) {
      expect(Number(free[seat])).toBeGreaterThanOrEqual(3);
      expect(Number(free[seat])).toBeLessThanOrEqual(40);
    }
    expect(pooled.filter((each) => each['office_id'] === office['id'])).toHaveLength(5);
    expect(teams.filter((each) => each['office_id'] === office['id'])).toHaveLength(1);
    expect(await ownersIn(played, devices, String(office['id']))).toBe(1);
  }
};

/** Of devices; whoever has one has a desk phone, too. */
const ownersIn = async (played: Played, devices: readonly Body[], officeId: string): Promise<number> => {
  const owners = await Promise.all(devices.map((each) => played.ok(`/users/${each['user_id']}`)));
  const here = owners.filter((each) => each['office_id'] === officeId);
  for (const owner of here) expect(await played.items(`/users/${owner['id']}/deskphones`)).toHaveLength(1);
  return here.length;
};

let sandbox: Played;
let seedMs = 0;

beforeAll(async () => {
  const began = performance.now();
  sandbox = await play({ users: USERS, seed: 2 });
  seedMs = performance.now() - began;
}, 60_000);
afterAll(() => sandbox.stop());

describe('a company of any size', () => {
  it.each([30, 31, 60, 200, 1_000])('of %i users has what a test needs, whatever the seed', async (users) => {
    const played = await play({ users, seed: users });
    try {
      for (const seed of [users, 1, 2, 3]) {
        await played.reset(users, seed);
        expect((await played.control('/state')).body['counts']).toMatchObject({ users });
        await expectWholeCompany(played);
      }
    } finally {
      await played.stop();
    }
  });
});

describe('a company of 20,000', () => {
  it('is seeded in seconds, with the seats, the pool and the admins of a small one', async () => {
    expect(seedMs).toBeLessThan(SEED_MS);
    expect((await sandbox.control('/state')).body['counts']).toMatchObject({ users: USERS, pooled: 15 });
    await expectWholeCompany(sandbox);
  });

  it('gives every user a number of ordinary length, and no number twice', async () => {
    const began = performance.now();
    const users: Body[] = [];
    let cursor: string | undefined;
    do {
      const page = await sandbox.ok(`/users?state=all${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      users.push(...((page['items'] as Body[] | undefined) ?? []));
      cursor = page['cursor'] as string | undefined;
    } while (cursor !== undefined);
    expect(performance.now() - began).toBeLessThan(ALL_PAGES_MS);
    expect(new Set(users.map((each) => each['id'])).size).toBe(USERS);
    const numbers = users.flatMap((each) => (each['phone_numbers'] as string[] | undefined) ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.filter((each) => !/^\+(1\d{10}|49\d{9})$/.test(each))).toEqual([]);
  }, 60_000);

  it('answers what a joiner, a mover and a leaver need without delay', async () => {
    const [sf, ny] = [await sandbox.office('San Francisco'), await sandbox.office('New York')];
    const user = await sandbox.userOf('San Francisco');
    const made = await sandbox.ok('/users', 'POST', { email: 'warm@example.com', office_id: sf });
    const calls: readonly (readonly [string, string, object?])[] = [
      [`/users?state=all&email=${(user['emails'] as string[])[0]}`, 'GET'],
      [`/users/${user['id']}`, 'GET'],
      ['/users?company_admin=true', 'GET'],
      ['/numbers?status=available', 'GET'],
      [`/offices/${sf}/available_licenses`, 'GET'],
      ['/users', 'POST', { email: 'new@example.com', office_id: sf, auto_assign: true }],
      [`/users/${user['id']}`, 'PATCH', { state: 'suspended' }],
      [`/users/${user['id']}`, 'PATCH', { state: 'active' }],
      [`/users/${user['id']}/move_office`, 'PATCH', { office_id: ny }],
      [`/users/${made['id']}`, 'DELETE'],
    ];
    const slow: string[] = [];
    for (const [path, method, body] of calls) {
      const began = performance.now();
      await sandbox.ok(path, method, body);
      const ms = performance.now() - began;
      if (ms > REQUEST_MS) slow.push(`${method} ${path}: ${Math.round(ms)} ms`);
    }
    expect(slow).toEqual([]);
  });
});
