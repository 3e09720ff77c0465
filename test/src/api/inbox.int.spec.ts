import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@handover/observability';
import { inboxOf, inboxRelay } from '@handover/worker';
import { Client } from 'pg';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
const ATTEMPTS = 3;

const accept = async (body: object): Promise<string> =>
  (await api.worker.inbox.accept({ source: 'generic', webhookId: randomUUID(), body: Buffer.from(JSON.stringify(body)) })).id;
const leaver = (employeeId: string, more: object = {}): object => ({
  type: 'employee.terminated',
  timestamp: '2026-02-20T14:11:32.120Z',
  data: { employeeId, email: 'poisoned@example.com', givenName: 'Po', familyName: 'Isoned', timeZone: 'UTC', lastWorkingDay: '2026-02-27', ...more },
});
const relay = (intake: Pick<RunningApi['worker']['intake'], 'take'> = api.worker.intake) =>
  inboxRelay({ ...inboxOf(api.worker.inbox), attempts: ATTEMPTS, intake, log: createLogger('test', 'silent') });
/** Its pause is over. */
const due = (id: string): Promise<unknown> => api.dataSource.query('UPDATE app.inbox SET next_try_at = now() WHERE id = $1', [id]);
const row = async (id: string): Promise<{ status: string; failures: number; waits: number; last_error: string | null; retried_by: string | null }> => {
  const [found] = await api.dataSource.query(
    `SELECT status, failures, extract(epoch FROM next_try_at - now())::float AS waits, last_error, retried_by FROM app.inbox WHERE id = $1`,
    [id],
  );
  return found;
};
const shown = async (id: string): Promise<Record<string, unknown>> => (await api.request(`/v1/hooks/inbox/${id}`)).body;
/** What people decided about a fact, as the record has it. */
const decided = async (id: string): Promise<object[]> => (await api.worker.store.read(`inbox/${id}`)).map(({ type, data, meta }) => ({ type, data, meta }));
const by = (actor: string, cause: string): object => ({ actor, channel: 'api', cause });
const failing = async (): Promise<number> => {
  const text = String((await api.request('/metrics')).body);
  return Number(/^handover_inbox_failed (\d+)$/m.exec(text)?.[1]);
};
/** A body that was spoilt at rest: opening it fails every time. */
const spoilt = async (employeeId: string): Promise<string> => {
  const id = await accept(leaver(employeeId));
  await api.dataSource.query(`UPDATE app.inbox SET body = set_byte(body, length(body) - 1, 255 - get_byte(body, length(body) - 1)) WHERE id = $1`, [id]);
  return id;
};
const mended = (id: string): Promise<unknown> =>
  api.dataSource.query(`UPDATE app.inbox SET body = set_byte(body, length(body) - 1, 255 - get_byte(body, length(body) - 1)) WHERE id = $1`, [id]);
const failedFor = async (id: string): Promise<void> => {
  for (let n = 0; n < ATTEMPTS; n += 1) {
    await due(id);
    await relay().once();
  }
};

beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('a fact that cannot be worked', () => {
  it.each([
    ['because what was sent cannot be opened any more', spoilt],
    ['because PostgreSQL cannot store what was sent', (employeeId: string) => accept(leaver(employeeId, { office: 'Ber\u0000lin' }))],
  ])('%s holds up none that came later, is given up after the tries of the policy, and says so by a code', async (_why, poison) => {
    const before = await failing();
    const [poisoned, next] = [await poison('I-poisoned'), await accept(leaver(`I-next-${before}`))];
    await relay().once();
    expect(await shown(next)).toMatchObject({ status: 'processed' });
    expect(await row(poisoned)).toMatchObject({ status: 'received', failures: 1 });
    const first = (await row(poisoned)).waits;
    await due(poisoned);
    await relay().once();
    expect((await row(poisoned)).waits).toBeGreaterThan(first * 1.5);
    await due(poisoned);
    await relay().once();

    const entry = await shown(poisoned);
    expect(entry).toMatchObject({ status: 'failed', caseIds: [], reason: expect.stringMatching(/^could not be worked after 3 tries: [\w.-]+$/) });
    expect(JSON.stringify(entry)).not.toMatch(/oisoned@|Isoned/);
    expect(await failing()).toBe(before + 1);
    await due(poisoned);
    expect(await relay().once()).toBe(0);
    const { body } = await api.call('operator', '/v1/hooks/inbox?status=failed');
    expect((body['items'] as { id: string }[]).map((each) => each.id)).toContain(poisoned);
  });

  it('is tried again by an operator once what was in the way is mended, with all its tries', async () => {
    const id = await spoilt('I-mended');
    await failedFor(id);
    expect(await api.call('requester', `/v1/hooks/inbox/${id}/retry`, {})).toMatchObject({ status: 403 });
    await mended(id);
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/retry`, {})).toMatchObject({ status: 200, body: { status: 'received', reason: null } });
    expect(await row(id)).toMatchObject({ failures: 0, retried_by: 'operator' });
    expect(await decided(id)).toEqual([
      { type: 'FactRetryAsked', data: { source: 'generic', reason: expect.stringContaining('could not be worked') }, meta: by('operator', id) },
    ]);
    await relay().once();
    expect(await shown(id)).toMatchObject({ status: 'processed' });
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/retry`, {})).toMatchObject({ status: 409, body: { code: 'inbox.not_failed' } });
    expect(await api.call('operator', `/v1/hooks/inbox/${randomUUID()}/retry`, {})).toMatchObject({ status: 404, body: { code: 'inbox.unknown' } });
  });

  it('is let go by an operator, who says why: what was sent is deleted, nobody is asked again, and the record knows', async () => {
    const id = await spoilt('I-dismissed');
    await failedFor(id);
    const before = await failing();
    expect(await api.call('requester', `/v1/hooks/inbox/${id}/dismiss`, { reasonCode: 'sent-again' })).toMatchObject({ status: 403 });
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/dismiss`, { reasonCode: 'she told us so' })).toMatchObject({ status: 400 });
    for (let twice = 0; twice < 2; twice += 1)
      expect(await api.call('operator', `/v1/hooks/inbox/${id}/dismiss`, { reasonCode: 'sent-again' })).toMatchObject({
        status: 200,
        body: { status: 'ignored', reason: 'dismissed: sent-again' },
      });
    expect(await failing()).toBe(before - 1);
    expect(await api.dataSource.query('SELECT body FROM app.inbox WHERE id = $1', [id])).toEqual([{ body: null }]);
    expect(await decided(id)).toEqual([
      { type: 'FactDismissed', data: { source: 'generic', reasonCode: 'sent-again', reason: expect.any(String) }, meta: by('operator', id) },
    ]);
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/retry`, {})).toMatchObject({ status: 409, body: { code: 'inbox.not_failed' } });
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/dismiss`, { reasonCode: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'inbox.not_waiting' },
    });
    expect(await api.call('operator', `/v1/hooks/inbox/${randomUUID()}/dismiss`, { reasonCode: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'inbox.unknown' },
    });
  });

  it('that HR has to say again is let go in the same way', async () => {
    const id = await accept({ type: 'employee.terminated', timestamp: '2026-02-20T14:11:32.120Z', data: { employeeId: 'I-short' } });
    await relay().once();
    expect(await shown(id)).toMatchObject({ status: 'needs-person' });
    expect(await api.call('operator', `/v1/hooks/inbox/${id}/dismiss`, { reasonCode: 'test-fact' })).toMatchObject({
      body: { status: 'ignored', pointers: [] },
    });
  });

  it('told late takes its place: what HR said since about the same person stands', async () => {
    const id = await spoilt('I-order');
    await failedFor(id);
    const later = { ...leaver('I-order', { lastWorkingDay: '2026-03-31' }), timestamp: '2026-02-21T10:00:00.000Z' };
    const overtook = await accept(later);
    await relay().once();
    const [caseId] = (await shown(overtook))['caseIds'] as string[];

    await mended(id);
    await api.call('operator', `/v1/hooks/inbox/${id}/retry`, {});
    await relay().once();
    expect(await shown(id)).toMatchObject({ status: 'processed' });
    expect((await api.call('operator', `/v1/cases/${caseId}`)).body).toMatchObject({ terms: { lastWorkingDay: '2026-03-31' } });
    expect((await api.call('operator', '/v1/persons?source=generic&employeeId=I-order')).body['cases']).toHaveLength(1);
  });

  it('because the database is away is tried as often as it takes, and uses up nothing', async () => {
    const id = await accept(leaver('I-away'));
    const away = { take: (): never => new Client('postgres://127.0.0.1:1/nowhere').connect() as never };
    for (let n = 0; n <= ATTEMPTS; n += 1) {
      await due(id);
      await relay(away).once();
    }
    expect(await row(id)).toMatchObject({ status: 'received', failures: 0, last_error: 'ECONNREFUSED' });
    await due(id);
    await relay().once();
    expect(await shown(id)).toMatchObject({ status: 'processed' });
  });
});
