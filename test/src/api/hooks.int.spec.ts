import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { hookSecrets, startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
const leaving = {
  employeeId: '67890',
  email: 'bryony@example.com',
  givenName: 'Bryony',
  familyName: 'Hart',
  office: 'Berlin',
  timeZone: 'Europe/Berlin',
  lastWorkingDay: '2026-02-27',
  extra: { kept: true },
};
const fact = (data: object = leaving, type = 'employee.terminated'): string => JSON.stringify({ type, timestamp: '2026-02-20T14:11:32.120Z', data });

interface Sending {
  readonly secret?: string;
  readonly id?: string;
  readonly at?: Date;
  readonly source?: string;
  readonly type?: string;
  readonly signature?: string;
}

const send = (
  body: string | Uint8Array,
  { secret = hookSecrets[0], id = `msg_${randomUUID()}`, at = new Date(), source = 'generic', type = 'application/json', signature }: Sending = {},
) =>
  api.request(`/v1/hooks/${source}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature ?? new Webhook(secret).sign(id, at, typeof body === 'string' ? body : Buffer.from(body)),
    },
  });

beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('a hook', () => {
  it('that is signed is stored and answered 202, and becomes a case once it is worked', async () => {
    const answer = await send(fact());
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect((await api.request(`/v1/hooks/inbox/${answer.body['id']}`)).body).toMatchObject({ source: 'generic', status: 'received', caseIds: [] });
    await api.workInbox();
    const worked = (await api.request(`/v1/hooks/inbox/${answer.body['id']}`)).body as unknown as { status: string; caseIds: string[] };
    expect(worked.status).toBe('processed');
    const { body } = await api.call('operator', `/v1/cases/${worked.caseIds[0]}`);
    expect(body).toMatchObject({
      kind: 'leaver',
      phase: 'planned',
      requester: 'source:generic',
      terms: { cutOff: '2026-02-27T23:00:00.000Z', zoneFrom: 'fact' },
      person: { email: 'bryony@example.com' },
    });
  });

  it('that is told again under its webhook-id answers the first id and has no second effect', async () => {
    const id = `msg_${randomUUID()}`;
    const first = await send(fact({ ...leaving, employeeId: 'twice' }), { id });
    const second = await send(fact({ ...leaving, employeeId: 'twice' }), { id });
    expect(second).toMatchObject({ status: 202, body: { id: first.body['id'], status: 'duplicate' } });
    await api.workInbox();
    const { body } = await api.call('operator', '/v1/persons?source=generic&employeeId=twice');
    expect(body['cases']).toHaveLength(1);
  });

  it('is accepted from either of two active secrets, and with several signatures', async () => {
    expect((await send(fact(), { secret: hookSecrets[1] })).status).toBe(202);
    const [id, at, body] = [`msg_${randomUUID()}`, new Date(), fact()];
    const signature = `v1,${Buffer.alloc(32).toString('base64')} v1a,abc ${new Webhook(hookSecrets[0]).sign(id, at, body)}`;
    expect((await send(body, { id, at, signature })).status).toBe(202);
  });

  it.each([
    ['without a signature', { signature: '' }, 401, 'signature.missing'],
    ['with a wrong signature', { secret: `whsec_${Buffer.alloc(32).toString('base64')}` }, 401, 'signature.wrong'],
    ['from six minutes ago', { at: new Date(Date.now() - 6 * 60_000) }, 401, 'signature.stale'],
    ['from six minutes ahead', { at: new Date(Date.now() + 6 * 60_000) }, 401, 'signature.future'],
    ['for an unknown source', { source: 'nobody' }, 404, 'source.unknown'],
    ['of another content type', { type: 'text/plain' }, 415, 'body.not_json'],
  ])('%s is refused, as a problem', async (_says, sending, status, code) => {
    const answer = await send(fact(), sending as Sending);
    expect(answer).toMatchObject({
      status,
      body: {
        status,
        code,
        title: expect.any(String),
        detail: expect.any(String),
        type: expect.stringContaining(code),
        instance: expect.stringContaining('/v1/hooks/'),
      },
    });
    expect(answer.type).toContain('application/problem+json');
  });

  it('whose bytes were changed after signing is refused, even where the text looks the same', async () => {
    const [id, at] = [`msg_${randomUUID()}`, new Date()];
    const broken = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const other = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xfe]), Buffer.from('"}')]);
    const signature = new Webhook(hookSecrets[0]).sign(id, at, broken.toString()); // decodes both bytes to the same character
    expect((await send(other, { id, at, signature })).status).toBe(401);
  });

  it('with broken JSON is answered 400, and an empty one too', async () => {
    expect(await send('{"type":')).toMatchObject({ status: 400, body: { code: 'body.broken' } });
    expect(await send('')).toMatchObject({ status: 400, body: { code: 'body.empty' } });
  });

  it('over 1 MiB is answered 413', async () => {
    expect(await send(JSON.stringify({ type: 'x', pad: 'x'.repeat(1_048_577) }))).toMatchObject({ status: 413, body: { code: 'body.too_large' } });
  });

  it('with fields that make no sense waits for a person and names them', async () => {
    const { body } = await send(fact({ ...leaving, lastWorkingDay: '2026-02-30', timeZone: 'Mars/Base' }));
    await api.workInbox();
    expect((await api.request(`/v1/hooks/inbox/${body['id']}`)).body).toMatchObject({
      status: 'needs-person',
      caseIds: [],
      pointers: expect.arrayContaining(['/data/lastWorkingDay', '/data/timeZone']),
    });
  });

  it('of an unknown type is ignored', async () => {
    const { body } = await send(fact({}, 'employee.birthday'));
    await api.workInbox();
    expect((await api.request(`/v1/hooks/inbox/${body['id']}`)).body).toMatchObject({ status: 'ignored' });
  });

  it('leaves no body behind once it is worked', async () => {
    await send(fact({ ...leaving, employeeId: 'purged' }));
    await api.workInbox();
    const rows: { left: string }[] = await api.dataSource.query(
      `SELECT count(*) AS left FROM app.inbox WHERE status IN ('processed', 'ignored') AND body IS NOT NULL`,
    );
    expect(rows[0]?.left).toBe('0');
  });

  it('unknown to the inbox is a 404', async () => {
    expect((await api.request(`/v1/hooks/inbox/${randomUUID()}`)).status).toBe(404);
    expect((await api.request('/v1/hooks/inbox/none')).status).toBe(404);
  });
});
