import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '@handover/dialpad-sandbox';

let sandbox: Sandbox;
const call = async (path: string, method = 'GET', body?: object): Promise<{ status: number; body: Record<string, never> }> => {
  const answer = await fetch(`${sandbox.url}${path}`, { method, headers: { authorization: 'Bearer any' }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, never> };
};
const items = async (path: string): Promise<Record<string, never>[]> => ((await call(path)).body as { items?: Record<string, never>[] }).items ?? [];

beforeAll(async () => {
  sandbox = await startSandbox({ users: 30, seed: 1, switches: { rateLimit: 'off' } });
});
afterAll(() => sandbox.stop());

describe('the sandbox', () => {
  it('seeds every company with what a test needs, and equal seeds give equal ids', async () => {
    const users = await items('/api/v2/users?state=all');
    expect(users).toHaveLength(30);
    expect(users.filter((user) => user['is_super_admin'] && user['state'] === 'active').length).toBeGreaterThanOrEqual(2);
    expect(users.some((user) => user['state'] === 'pending' && ((user['phone_numbers'] ?? []) as string[]).length > 0)).toBe(true);
    const offices = await items('/api/v2/offices');
    expect(offices.map((office) => office['country']).sort()).toEqual(['de', 'us', 'us']);
    for (const office of offices) {
      const free = (await call(`/api/v2/offices/${office['id']}/available_licenses`)).body as unknown as Record<string, string>;
      for (const counter of ['talk_lines', 'sell_lines', 'contact_center_lines', 'additional_number_lines']) {
        expect(Number(free[counter])).toBeGreaterThanOrEqual(3);
        expect(Number(free[counter])).toBeLessThanOrEqual(40);
      }
    }
    const pooled = await items('/api/v2/numbers?status=available');
    for (const office of offices) expect(pooled.filter((each) => each['office_id'] === office['id'])).toHaveLength(5);
    const before = users.map((user) => user['id']);
    await call('/sandbox/reset', 'POST', { users: 30, seed: 1 });
    expect((await items('/api/v2/users?state=all')).map((user) => user['id'])).toEqual(before);
  });

  it('wants a key, and knows no restore endpoint, because Dialpad has none', async () => {
    expect((await fetch(`${sandbox.url}/api/v2/users`)).status).toBe(401);
    expect((await fetch(`${sandbox.url}/api/v2/users?apikey=k`)).status).toBe(200);
    const wrong = { authorization: 'Bearer any', 'x-wrong-on-purpose': '1' }; // not held against Dialpad's description
    expect((await fetch(`${sandbox.url}/api/v2/users/1/restore`, { method: 'POST', headers: wrong })).status).toBe(404);
  });

  it('holds a deleted user and the numbers for 72 hours, then purges the user and pools the numbers', async () => {
    const user = (await items('/api/v2/users?state=active')).find(
      (each) => !each['is_super_admin'] && ((each['phone_numbers'] ?? []) as string[]).length > 0,
    ) as unknown as { id: string; phone_numbers: string[] };
    const [number = ''] = user.phone_numbers;
    expect((await call(`/api/v2/users/${user.id}`, 'DELETE')).body).toMatchObject({
      state: 'deleted',
      display_name: expect.stringMatching(/\(deactivated\)$/),
    });
    expect((await call(`/api/v2/numbers/${encodeURIComponent(number)}`)).body).toMatchObject({ status: 'pending' });
    await call('/sandbox/clock', 'POST', { advance: 'PT71H' });
    expect((await call(`/api/v2/users/${user.id}`)).status).toBe(200);
    await call('/sandbox/clock', 'POST', { advance: 'PT1H' });
    expect((await call(`/api/v2/users/${user.id}`)).status).toBe(404);
    expect((await call(`/api/v2/numbers/${encodeURIComponent(number)}`)).body).toMatchObject({ status: 'available' });
  });

  it('destroys the number of a pending user who is deleted', async () => {
    const user = (await items('/api/v2/users?state=pending')).find((each) => ((each['phone_numbers'] ?? []) as string[]).length > 0) as unknown as {
      id: string;
      phone_numbers: string[];
    };
    await call(`/api/v2/users/${user.id}`, 'DELETE');
    expect((await call(`/api/v2/numbers/${encodeURIComponent(user.phone_numbers[0] ?? '')}`)).status).toBe(404);
  });

  it('counts effects, not repetitions', async () => {
    await call('/sandbox/reset', 'POST', { users: 30, seed: 1 });
    const user = (await items('/api/v2/users?state=active')).find((each) => !each['is_super_admin']) as unknown as { id: string };
    await call(`/api/v2/users/${user.id}`, 'PATCH', { state: 'suspended' });
    await call(`/api/v2/users/${user.id}`, 'PATCH', { state: 'suspended' });
    expect((await call('/sandbox/writes')).body).toEqual([{ operation: 'PATCH /users/{id}', userId: user.id, count: 1 }]);
  });

  it('answers 429 over 20 calls a second, by real time', async () => {
    await call('/sandbox/switches', 'POST', { rateLimit: 'on' });
    await call('/sandbox/reset', 'POST', { users: 30, seed: 1 });
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await call('/api/v2/company')).status));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
    await call('/sandbox/switches', 'POST', { rateLimit: 'off' });
  });

  it('strikes the nth matching call with the fault that was armed, before or after the effect', async () => {
    await call('/sandbox/reset', 'POST', { users: 30, seed: 1 });
    const user = (await items('/api/v2/users?state=active')).find((each) => !each['is_super_admin']) as unknown as { id: string };
    await call('/sandbox/faults', 'POST', { operation: 'PATCH /users/{id}', nth: 2, fault: '500' });
    await call('/sandbox/faults', 'POST', { operation: 'PATCH /users/{id}', nth: 3, fault: 'no-op' });
    expect((await call(`/api/v2/users/${user.id}`, 'PATCH', { job_title: 'a' })).status).toBe(200);
    expect((await call(`/api/v2/users/${user.id}`, 'PATCH', { job_title: 'b' })).status).toBe(500);
    expect((await call(`/api/v2/users/${user.id}`, 'PATCH', { job_title: 'c' })).status).toBe(200);
    expect((await call(`/api/v2/users/${user.id}`)).body).toMatchObject({ job_title: 'a' });
    await call('/sandbox/faults', 'POST', { operation: 'GET /users/{id}', nth: 1, fault: 'stale-read' });
    await call(`/api/v2/users/${user.id}`, 'PATCH', { job_title: 'd' });
    expect((await call(`/api/v2/users/${user.id}`)).body).toMatchObject({ job_title: 'a' });
    expect((await call(`/api/v2/users/${user.id}`)).body).toMatchObject({ job_title: 'd' });
  });

  it('keeps its state over a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const first = await startSandbox({ users: 10, seed: 2, dataDir });
    const moved = (await (await fetch(`${first.url}/sandbox/clock`, { method: 'POST', body: '{"advance":"P3D"}' })).json()) as { now: string };
    await fetch(`${first.url}/api/v2/users`, {
      method: 'POST',
      headers: { authorization: 'Bearer k' },
      body: JSON.stringify({ email: 'kept@example.com', office_id: await anOffice(first) }),
    });
    await first.stop();
    const second = await startSandbox({ users: 10, seed: 2, dataDir });
    const found = (await (await fetch(`${second.url}/api/v2/users?state=all&email=kept@example.com&apikey=k`)).json()) as { items: object[] };
    const state = (await (await fetch(`${second.url}/sandbox/state`)).json()) as { now: string; counts: { writes: number } };
    expect(found.items).toHaveLength(1);
    expect(state.counts.writes).toBe(1);
    expect(Date.parse(state.now)).toBeGreaterThanOrEqual(Date.parse(moved.now));
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });
});

const anOffice = async ({ url }: Sandbox): Promise<string> =>
  ((await (await fetch(`${url}/api/v2/offices?apikey=k`)).json()) as { items: { id: string }[] }).items[0]?.id ?? '';
