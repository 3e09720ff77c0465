import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newest, pushOnce, type PushDeps } from '@handover/audit-feed';
import { defaultPolicy } from '@handover/case';
import { createLogger } from '@handover/observability';
import { createSender } from '@handover/webhook-delivery';
import { startAuditing } from '@handover/worker';
import { Registry } from 'prom-client';
import { startApi, type RunningApi } from '../support/api.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { eventually } from '../support/wait.ts';

let api: RunningApi;
let receiver: Receiver;
let known: string[] = [];
let hired = 0;
type Shown = { id: string; state: string; why: string | null; position: number; behind: number; attempts: number; lastError: string | null; secret?: string };

const request = async (method: string, path: string, body?: unknown, key = 'admin') =>
  api.request(`/v1/audit/subscriptions${path}`, {
    method,
    headers: { authorization: `Bearer key-${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const subscribe = async (more: object = {}): Promise<Shown> => {
  const { status, body } = await request('POST', '', { url: receiver.url, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
  known.push(String(body['secret']));
  return body as unknown as Shown;
};
const shown = async (id: string): Promise<Shown> => (await request('GET', `/${id}`)).body as unknown as Shown;
const hire = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    hired += 1;
    await api.call('requester', '/v1/cases', {
      fact: { type: 'employee.hired', data: { employeeId: `P-${hired}`, email: `p${hired}@example.com`, office: 'Berlin', startDate: '2027-03-01' } },
    });
  }
  await api.sealed();
};
const worker = (more: Partial<PushDeps> = {}): PushDeps => ({
  dataSource: api.dataSource,
  subscriptions: api.worker.auditSubscriptions,
  send: createSender({ timeoutMs: 400 }),
  pauseAfterMs: 5 * 86_400_000,
  backOff: () => 30,
  ...more,
});
/** As a worker does it, until there is nothing to send for a while. */
const pushed = async (deps = worker(), quietMs = 120): Promise<void> => {
  for (let quiet = Date.now(); Date.now() - quiet < quietMs;) {
    const done = await pushOnce(deps);
    if (done?.outcome === 'taken') quiet = Date.now();
    else await sleep(10);
  }
};
const positions = (bodies: readonly { body: string }[]): number[] =>
  bodies.flatMap(({ body }) =>
    body
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { position: number }).position),
  );

beforeAll(async () => {
  api = await startApi();
  await hire(2);
}, 60_000);
beforeEach(async () => {
  for (const { id } of (await request('GET', '')).body['items'] as { id: string }[]) await request('DELETE', `/${id}`);
  await api.sealed();
  known = [];
  await receiver?.stop();
  receiver = await startReceiver(() => known);
});
afterAll(async () => {
  await receiver.stop();
  await api.stop();
}, 30_000);

describe('a subscription', () => {
  it('is sent the whole record in log order from the beginning, signed with the secret that was shown once', async () => {
    const { id, secret } = await subscribe({ from: 'beginning' });
    expect(secret).toMatch(/^whsec_/);
    await api.sealed();
    await pushed();
    const end = await newest(api.dataSource);
    expect(positions(receiver.taken)).toEqual(Array.from({ length: end + 1 }, (_, n) => n));
    expect(receiver.taken.every((each) => each.signedBy === secret)).toBe(true);
    const { body } = await request('GET', `/${id}`);
    expect(body).toMatchObject({ position: end, behind: 0, state: 'active', delivered: end + 1 });
    expect(JSON.stringify((await request('GET', '')).body)).not.toContain(secret);
  });

  it('from now on hears of what comes, and only of what it asked for, in the format it asked for', async () => {
    await subscribe({ format: 'ocsf', filter: { kind: 'joiner', type: 'CaseOpened' } });
    await hire(3);
    await pushed();
    const events = receiver.taken.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { metadata: { event_code: string; version: string } }),
    );
    expect(events.map((event) => event.metadata.event_code)).toEqual(['CaseOpened', 'CaseOpened', 'CaseOpened']);
    expect(events[0]?.metadata.version).toBe('1.6.0');
  });

  it('is sent a batch again under the same id and with the same body until it is taken, whatever comes in between', async () => {
    const { id } = await subscribe();
    await hire(1);
    receiver.refuses(503);
    await pushOnce(worker());
    expect(await shown(id)).toMatchObject({ attempts: 1, lastError: 'http.503' });
    await hire(2); // news must not change what is under way
    receiver.hangs();
    await sleep(40);
    await pushOnce(worker());
    await receiver.dies();
    await sleep(40);
    await pushOnce(worker());
    expect(await shown(id)).toMatchObject({ attempts: 3, lastError: 'connection.refused' });
    await receiver.comesBack();
    receiver.takesAndDropsTheAnswer();
    await sleep(40);
    await pushOnce(worker()); // taken there, but we cannot know
    receiver.takes();
    await sleep(40);
    await pushed();

    const [first, ...rest] = receiver.deliveries;
    expect(rest.slice(0, 3)).toEqual([first, first, first]);
    const once = [...new Map(receiver.taken.map((each) => [each.id, each])).values()];
    const got = positions(once);
    expect(got).toEqual(got.map((_, n) => (got[0] ?? 0) + n));
    expect(got[got.length - 1]).toBe(await newest(api.dataSource));
    expect(await shown(id)).toMatchObject({ attempts: 0, lastError: null, behind: 0 });
  });

  it('is gone on with by another worker after one was killed in the middle, and never by two at the same moment', async () => {
    const { id } = await subscribe();
    await hire(1);
    // Killed: it has begun the batch and says nothing more.
    void pushOnce(worker({ leaseMs: 300, send: () => new Promise(() => undefined) }));
    await sleep(100);
    expect(await pushOnce(worker())).toBeNull();
    await sleep(300);
    await hire(12);
    await Promise.all(Array.from({ length: 5 }, () => pushed(worker({ leaseMs: 5_000 }), 300)));
    expect(receiver.most()).toBe(1);
    const got = positions(receiver.taken);
    expect(got).toEqual(got.map((_, n) => (got[0] ?? 0) + n));
    expect((await shown(id)).behind).toBe(0);
  });

  it('that holds up no other: one that hangs is waited for alone', async () => {
    const slow = await startReceiver(() => known);
    slow.hangs();
    await subscribe({ url: slow.url });
    const { id } = await subscribe();
    await hire(1);
    await Promise.all([pushed(), pushed()]);
    expect((await shown(id)).behind).toBe(0);
    await slow.stop();
  });

  it('pauses when the receiver fails for too long or is gone for good, says so, and goes on where it stood when resumed', async () => {
    const { id } = await subscribe();
    await hire(1);
    const { position } = await shown(id);
    receiver.refuses(500);
    await pushOnce(worker());
    await sleep(40);
    expect(await pushOnce(worker({ pauseAfterMs: 10 }))).toMatchObject({ outcome: 'paused' });
    expect(await shown(id)).toMatchObject({ state: 'paused', why: 'receiver.failing', position });
    expect(await pushOnce(worker())).toBeNull();
    receiver.takes();
    expect((await request('PATCH', `/${id}`, { state: 'active' })).body).toMatchObject({ state: 'active', why: null });
    await pushed();
    expect(positions(receiver.taken)[0]).toBe(position + 1);
    receiver.refuses(410);
    await hire(1);
    expect(await pushOnce(worker())).toMatchObject({ outcome: 'paused' });
    expect((await shown(id)).why).toBe('receiver.gone');
    await api.sealed();
    const { items } = (await api.call('auditor', '/v1/audit?type=SubscriptionPaused&actor=system')).body as unknown as { items: { data: object }[] };
    expect(items.map((each) => each.data)).toEqual(expect.arrayContaining([{ code: 'receiver.gone' }, { code: 'receiver.failing' }]));
  });

  it('waits as long as the receiver asks for', async () => {
    const { id } = await subscribe();
    await hire(1);
    receiver.refuses(429, { 'retry-after': '3600' });
    await pushOnce(worker());
    const { nextTryAt } = (await request('GET', `/${id}`)).body as { nextTryAt: string };
    expect(Date.parse(nextTryAt) - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('changes its secret with a day in which both sign', async () => {
    const { id, secret } = await subscribe();
    const { body } = await request('PATCH', `/${id}`, { newSecret: true });
    expect(body['secret']).not.toBe(secret);
    await hire(1);
    await pushed();
    expect(receiver.taken[0]?.signedBy).toBe(secret);
    known = [String(body['secret'])];
    await hire(1);
    await pushed();
    expect(receiver.taken[receiver.taken.length - 1]?.signedBy).toBe(body['secret']);
  });
});

describe('the management of subscriptions', () => {
  it.each([
    ['http://example.com/hook', 'url.scheme'],
    ['https://10.0.0.1/hook', 'url.network'],
    ['https://169.254.169.254/latest', 'url.network'],
    ['https://user:word@example.com/hook', 'url.credentials'],
  ])('refuses %s', async (url, code) => {
    expect(await request('POST', '', { url })).toMatchObject({ status: 422, body: { code, errors: [{ pointer: '/url' }] } });
  });

  it('is for admins, seen by auditors, and recorded without the path, which may be a token', async () => {
    expect((await request('POST', '', { url: receiver.url }, 'auditor')).status).toBe(403);
    const { id } = await subscribe({ name: 'siem' });
    expect((await request('GET', '', undefined, 'auditor')).status).toBe(200);
    expect((await request('DELETE', `/${id}`)).status).toBe(204);
    expect((await request('DELETE', `/${id}`)).body).toMatchObject({ status: 404, code: 'subscription.unknown' });
    await api.sealed();
    const { items } = (await api.call('auditor', '/v1/audit?actor=admin&limit=2')).body as unknown as { items: { type: string; data: object }[] };
    expect(items.map((item) => item.type)).toEqual(['SubscriptionDeleted', 'SubscriptionCreated']);
    expect(items[1]?.data).toMatchObject({ name: 'siem', to: new URL(receiver.url).origin });
  });
});

describe('a running worker', () => {
  it('pushes news by itself, and tells the record who read it', async () => {
    const { id } = await subscribe();
    const { access, auditSubscriptions, retention, store } = api.worker;
    const running = startAuditing({
      access,
      retention,
      store,
      subscriptions: auditSubscriptions,
      dataSource: api.dataSource,
      policy: defaultPolicy,
      registry: new Registry(),
      log: createLogger('test', 'silent'),
    });
    await hire(2);
    await eventually('the delivery', async () => (await shown(id)).behind === 0 && receiver.taken.length > 0);
    expect(positions(receiver.taken).length).toBeGreaterThan(0);
    await api.call('auditor', '/v1/audit?limit=1');
    await running.stop();
    const rows: unknown[] = await api.dataSource.query('SELECT 1 FROM app.access_read');
    expect(rows).toEqual([]);
    await api.sealed();
    expect((await api.call('auditor', '/v1/audit?type=RecordRead&limit=1')).body['items']).toHaveLength(1);
  }, 30_000);
});
