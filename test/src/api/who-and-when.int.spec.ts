import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { hookSecrets, startApi, type RunningApi } from '../support/api.ts';
import { planLeaverOf } from '../support/planned-leaver.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop(), 30_000);

const leaver = (employeeId: string): object => ({
  type: 'employee.terminated',
  timestamp: '2026-02-20T14:11:32.120Z',
  data: { employeeId, email: `${employeeId}@example.com`, timeZone: 'Europe/Berlin', lastWorkingDay: '2026-02-27' },
});
const CUT_OFF = '2026-02-27T23:00:00.000Z';
const eventsOf = (caseId: unknown) => api.worker.store.read(`case/${String(caseId)}`);

describe('an event says who caused it, how, for what and when', () => {
  it('when a webhook did', async () => {
    const [id, body, at] = [`msg_${randomUUID()}`, JSON.stringify(leaver('w1')), new Date()];
    const { body: taken } = await api.request('/v1/hooks/generic', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(hookSecrets[0]).sign(id, at, body),
      },
    });
    await api.workInbox();
    const { body: entry } = await api.request(`/v1/hooks/inbox/${String(taken['id'])}`);
    const caseId = (entry['caseIds'] as string[])[0];
    const [opened] = await eventsOf(caseId);

    expect(opened?.meta).toEqual({ actor: 'source:generic', channel: 'webhook', cause: taken['id'], caseId, effectiveAt: CUT_OFF });
    expect(Math.abs(Date.parse(opened?.recordedAt ?? '') - Date.now())).toBeLessThan(60_000); // recorded now, effective on another day
    const person = await api.worker.store.read(`person/${String(opened?.data['personRef'])}`);
    expect(person.map((each) => [each.type, each.meta.cause, each.meta.effectiveAt])).toEqual([
      ['PersonSeen', taken['id'], CUT_OFF],
      ['FactRecorded', taken['id'], CUT_OFF],
      ['CaseBegan', taken['id'], CUT_OFF],
    ]);
  });

  it('when somebody did who acts for another', async () => {
    const { body } = await api.call('requester', '/v1/cases', { fact: leaver('a1') }, { 'on-behalf-of': 'operator' });
    const [opened] = await eventsOf(body['id']);

    expect(opened?.meta).toMatchObject({ actor: 'requester', onBehalfOf: 'operator', channel: 'api', caseId: body['id'], effectiveAt: CUT_OFF });
    expect(opened?.meta.cause).toMatch(/^[0-9a-f-]{36}$/);
    expect(await api.call('requester', '/v1/cases', { fact: leaver('a2') }, { 'on-behalf-of': 'nobody.we.know' })).toMatchObject({
      status: 400,
      body: { code: 'auth.on_behalf_of' },
    });
  });

  it('when somebody decides for another, which does not count, and is in the record', async () => {
    const { body } = await api.call('requester', '/v1/cases', { fact: leaver('d1') });
    const caseId = String(body['id']);
    const planHash = await planLeaverOf(api, caseId);
    const decide = (headers: Readonly<Record<string, string>>) =>
      api.call('approver', `/v1/cases/${caseId}/approvals/leaver/decisions`, { decision: 'approve', planHash, reason: 'for her' }, headers);

    expect(await decide({ 'on-behalf-of': 'approver2' })).toMatchObject({ status: 403, body: { code: 'approval.delegate' } });
    const refused = (await eventsOf(caseId)).find((event) => event.type === 'DecisionRefused');
    expect(refused).toMatchObject({ data: { code: 'approval.delegate' }, meta: { actor: 'approver', onBehalfOf: 'approver2', channel: 'api' } });
    expect((await decide({})).status).toBe(200);
  });

  it('also about holds, numbers, exports, retention and subscriptions', async () => {
    const { body } = await api.call('requester', '/v1/cases', { fact: leaver('b1') });
    const { ref } = (body as { person: { ref: string } }).person;
    const forAnother = { 'on-behalf-of': 'operator' };
    const held = await api.call('auditor', `/v1/persons/${ref}/legal-hold`, { reason: 'a dispute' }, forAnother);
    const given = await api.call('admin', `/v1/persons/${ref}/export`, { reason: 'she asked for it' }, forAnother);
    const subscribed = await api.call('admin', '/v1/audit/subscriptions', { url: 'https://siem.example.com/handover' }, forAnother);
    expect([held.status, given.status, subscribed.status]).toEqual([200, 200, 201]);
    const said = [...(await api.worker.store.read(`person/${ref}`)), ...(await api.worker.store.read(`subscription/${String(subscribed.body['id'])}`))];
    for (const type of ['LegalHoldPlaced', 'DataExported', 'SubscriptionCreated'])
      expect([type, said.find((event) => event.type === type)?.meta.onBehalfOf]).toEqual([type, 'operator']);
  });

  it('when somebody approves or confirms for another, which does not count', async () => {
    const { body } = await api.call('requester', '/v1/cases', { fact: leaver('b2') });
    const { hash } = (await api.call('auditor', '/v1/audit/retention')).body;
    expect(await api.call('admin', '/v1/audit/retention/approvals', { hash }, { 'on-behalf-of': 'operator' })).toMatchObject({
      status: 403,
      body: { code: 'approval.delegate' },
    });
    await api.call('auditor', `/v1/cases/${String(body['id'])}/legal-hold`, { reason: 'a dispute' });
    expect(
      await api.call('admin', `/v1/cases/${String(body['id'])}/legal-hold/decisions`, { decision: 'approve', reason: 'x' }, { 'on-behalf-of': 'operator' }),
    ).toMatchObject({ status: 403, body: { code: 'hold.delegate' } });
  });

  it('when a case was asked for in the name of an approver, who then cannot approve it', async () => {
    const { body } = await api.call('requester', '/v1/cases', { fact: leaver('b3') }, { 'on-behalf-of': 'approver' });
    const planHash = await planLeaverOf(api, String(body['id']));
    const decide = (key: 'approver' | 'approver2') =>
      api.call(key, `/v1/cases/${String(body['id'])}/approvals/leaver/decisions`, { decision: 'approve', planHash, reason: 'agreed' });
    expect(await decide('approver')).toMatchObject({ status: 403, body: { code: 'approval.requester' } });
    expect(await decide('approver2')).toMatchObject({ status: 200 });
  });
});
