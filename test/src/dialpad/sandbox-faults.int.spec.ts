import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { play, type Body, type Played } from './played.ts';
import { playedAnew } from './played-anew.ts';

let sandbox: Played;
let user: Body;
let id: string;

playedAnew({ rateLimit: 'off', callRouterLimit: '1-per-5-minutes', createState: 'pending', noSeat: 'refuses' }, (played, somebody) => {
  [sandbox, user, id] = [played, somebody, String(somebody['id'])];
});

const arm = (wish: object) => sandbox.control('/faults', wish);
const read = async (): Promise<Body> => sandbox.ok(`/users/${id}`);

describe('another admin', () => {
  it('reactivates a suspended user between two calls of ours', async () => {
    await arm({ operation: 'PATCH /users/{id}', nth: 1, fault: 'drift' });
    expect(await sandbox.ok(`/users/${id}`, 'PATCH', { state: 'suspended' })).toMatchObject({ state: 'suspended' });
    expect(await read()).toMatchObject({ state: 'active' });
    expect(await sandbox.writes()).toEqual(['PATCH /users/{id}']);
  });

  it('adds a number to an active user right after we have read', async () => {
    await arm({ operation: 'GET /users/{id}', nth: 1, fault: 'drift', userId: id });
    const before = await read();
    expect(before['phone_numbers']).toHaveLength(1);
    expect((await read())['phone_numbers']).toHaveLength(2);
    expect(await sandbox.writes()).toEqual([]);
  });

  it('does what was asked for, and to the user who was named', async () => {
    const other = await sandbox.userOf('New York');
    await arm({ operation: 'GET /users/{id}', nth: 1, fault: 'drift', userId: id, change: 'admin' });
    await sandbox.ok(`/users/${other['id']}`);
    expect(await read()).toMatchObject({ is_super_admin: false });
    expect(await read()).toMatchObject({ is_super_admin: true });
    expect((await arm({ operation: 'GET /users/{id}', nth: 1, fault: 'drift', change: 'nonsense' })).status).toBe(400);
  });
});

describe('an identity provider that still has the person assigned', () => {
  it('brings the address back as a new user with a new number, 40 virtual minutes later', async () => {
    await arm({ operation: 'DELETE /users/{id}', nth: 1, fault: 'scim-recreate' });
    const [email] = user['emails'] as string[];
    await sandbox.ok(`/users/${id}`, 'DELETE');
    const found = () => sandbox.items(`/users?state=all&email=${email}`);
    await sandbox.control('/clock', { advance: 'PT39M' });
    expect((await found()).map((each) => each['state'])).toEqual(['deleted']);
    await sandbox.control('/clock', { advance: 'PT1M' });
    const again = (await found()).find((each) => each['state'] !== 'deleted');
    expect(again).toMatchObject({ state: 'pending', emails: [email], first_name: user['first_name'], phone_numbers: [expect.any(String)] });
    expect(again?.['id']).not.toBe(id);
    expect(again?.['phone_numbers']).not.toEqual(user['phone_numbers']);
  });

  it('brings nobody back when somebody has the address by then', async () => {
    await arm({ operation: 'DELETE /users/{id}', nth: 1, fault: 'scim-recreate' });
    const [email] = user['emails'] as string[];
    await sandbox.ok(`/users/${id}`, 'DELETE');
    await sandbox.ok('/users', 'POST', { email, office_id: user['office_id'] });
    await sandbox.control('/clock', { advance: 'PT1H' });
    expect(await sandbox.items(`/users?state=all&email=${email}`)).toHaveLength(2);
  });
});

describe('a call that failed', () => {
  it('leaves nothing half done: what it changed before the refusal is as it was', async () => {
    const [center] = await sandbox.items('/callcenters');
    const agent = await sandbox.userOf('San Francisco', 'agents');
    await sandbox.call(`/callcenters/${center?.['id']}/operators`, 'POST', { user_id: agent['id'] });
    const before = await sandbox.ok(`/users/${agent['id']}`);
    // The licence would end the membership; the office does not exist, so nothing of it happens.
    expect((await sandbox.call(`/users/${agent['id']}`, 'PATCH', { license: 'talk', office_id: '1' })).status).toBe(404);
    expect(await sandbox.ok(`/users/${agent['id']}`)).toEqual(before);
    await arm({ operation: 'PATCH /users/{id}', nth: 1, fault: 'no-op' });
    await sandbox.ok(`/users/${agent['id']}`, 'PATCH', { license: 'talk', emails: ['other@example.com'] });
    expect(await sandbox.ok(`/users/${agent['id']}`)).toEqual(before);
    expect(await sandbox.items('/users?state=all&email=other@example.com')).toEqual([]);
    expect(await sandbox.items(`/users?state=all&email=${(before['emails'] as string[])[0]}`)).toHaveLength(1);
  });
});

describe('limits', () => {
  it('of more than a hundred a page fail one time in five, the same ones for equal seeds', async () => {
    const outcomes = async (seed: number): Promise<number[]> => {
      await sandbox.reset(120, seed);
      const statuses: number[] = [];
      for (let n = 0; n < 60; n += 1) statuses.push((await sandbox.wrong('/users?state=all&limit=200')).status);
      return statuses;
    };
    const [once, again, other] = [await outcomes(3), await outcomes(3), await outcomes(5)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    const failed = once.filter((status) => status === 400).length;
    expect(failed).toBeGreaterThanOrEqual(5);
    expect(failed).toBeLessThanOrEqual(20);
    expect(new Set(once)).toEqual(new Set([200, 400]));
    expect(((await sandbox.call('/users?state=all&limit=100')).body['items'] as object[]).length).toBe(100);
    expect((await sandbox.wrong('/users?limit=none')).status).toBe(400);
    expect((await sandbox.call('/users?cursor=nonsense')).status).toBe(400);
  }, 30_000);

  it('let a call router be changed once in five minutes, unless it is played like everything else', async () => {
    const [router] = await sandbox.items('/callrouters');
    const patch = (name: string) => sandbox.call(`/callrouters/${router?.['id']}`, 'PATCH', { name });
    await sandbox.switches({ rateLimit: 'on' });
    expect([(await patch('a')).status, (await patch('b')).status]).toEqual([200, 429]);
    await sandbox.switches({ callRouterLimit: 'as-others' });
    expect((await patch('b')).status).toBe(200);
  });

  it('let statistics be asked for 200 times an hour', async () => {
    const wanted = { export_type: 'stats', stat_type: 'calls' };
    const statuses: number[] = [];
    // Calls are counted while the limit is off, too; only afterwards it is on, and the second of the general limit is over.
    for (let n = 0; n < 200; n += 1) statuses.push((await sandbox.call('/stats', 'POST', wanted)).status);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await sandbox.switches({ rateLimit: 'on' });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await sandbox.call('/stats', 'POST', wanted)).status).toBe(429);
    expect((await sandbox.call('/company')).status).toBe(200);
  }, 30_000);

  it('of a call that is not there are its own', async () => {
    await sandbox.switches({ rateLimit: 'on' });
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await sandbox.call('/call/1')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 404), 429]);
  });
});

describe('the switches', () => {
  it('are all in the README, each with its default', async () => {
    const fresh = await play({ switches: { rateLimit: 'on' } });
    const { switches } = (await fresh.control('/state')).body;
    await fresh.stop();
    const readme = readFileSync(new URL('../../../apps/dialpad-sandbox/README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(\w+)` \| (?:`([^`]+)`|\*\(empty\)\*) \|/gm)].map(([, name, value]) => [name, value ?? '']);
    expect(Object.fromEntries(rows)).toEqual(switches);
  });

  it('let a company without a free seat buy one, which shows in its plan', async () => {
    await sandbox.switches({ noSeat: 'buys' });
    const office = String(user['office_id']);
    const lines = async (path: string): Promise<number> => Number((await sandbox.ok(`/offices/${office}/${path}`))['talk_lines']);
    const [free, bought] = [await lines('available_licenses'), await lines('plan')];
    for (let n = 0; n <= free; n += 1) await sandbox.ok('/users', 'POST', { email: `n${n}@example.com`, office_id: office });
    expect([await lines('available_licenses'), await lines('plan')]).toEqual([0, bought + 1]);
  });

  it('let rights wait until the invitation is accepted', async () => {
    await sandbox.switches({ pendingAdmin: 'refused' });
    const [invited] = await sandbox.items('/users?state=pending');
    const promote = () => sandbox.call(`/users/${invited?.['id']}`, 'PATCH', { is_super_admin: true });
    expect((await promote()).status).toBe(409);
    await sandbox.control(`/users/${invited?.['id']}/accept`, {});
    expect((await promote()).status).toBe(200);
    await sandbox.switches({ pendingAdmin: 'allowed' });
  });
});
