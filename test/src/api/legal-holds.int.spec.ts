import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mayBeErased } from '@handover/case';
import { Persons } from '@handover/case-service';
import { startApi, type Key, type RunningApi } from '../support/api.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi(
    'legalHold: { by: [auditor, operator], approveBy: [auditor, operator, approver], confirmWithin: 1h }\nactors: { operator: { source: generic, employeeId: OWN } }',
  );
}, 60_000);
afterAll(() => api.stop(), 30_000);

const leaving = async (employeeId = `L-${randomUUID()}`): Promise<{ id: string; ref: string; employeeId: string }> => {
  const { body } = await api.call('requester', '/v1/cases', {
    fact: { type: 'employee.terminated', data: { employeeId, email: 'l@example.com', lastWorkingDay: '2026-11-01', timeZone: 'UTC' } },
  });
  return { id: String(body['id']), ref: (body as { person: { ref: string } }).person.ref, employeeId };
};
const ask = (key: Key, what: string, body: object = { reason: 'a dispute' }) => api.call(key, `/v1/${what}`, body);
const types = async (id: string): Promise<string[]> =>
  ((await api.call('auditor', `/v1/cases/${id}/timeline`)).body['items'] as { type: string }[]).map((entry) => entry.type);
const person = async (ref: string) => (await new Persons(api.worker.store).load(ref)).state;

describe('a legal hold on a case', () => {
  it('is placed with a reason, seen by who decides, confirmed by a second person, and lifted by two', async () => {
    const { id } = await leaving();
    expect(await ask('auditor', `cases/${id}/legal-hold`, {})).toMatchObject({ status: 400 });
    expect(await ask('auditor', `cases/${id}/legal-hold`)).toMatchObject({
      status: 200,
      body: { legalHold: { by: 'auditor', confirmedBy: null, overdue: false, scope: 'case' } },
    });
    expect((await api.call('approver', `/v1/cases/${id}`)).body).toMatchObject({ legalHold: { by: 'auditor', reason: 'a dispute' } });
    expect((await api.call('auditor', `/v1/cases/${id}`)).body).toMatchObject({ legalHold: { by: 'auditor', reason: null } });
    expect(await ask('auditor', `cases/${id}/legal-hold/decisions`, { decision: 'approve', reason: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'hold.same_actor' },
    });
    expect(await ask('approver', `cases/${id}/legal-hold/decisions`, { decision: 'approve', reason: 'seen the letter' })).toMatchObject({
      status: 200,
      body: { legalHold: { confirmedBy: 'approver' } },
    });
    expect(await ask('auditor', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 200, body: { legalHold: { liftAskedBy: 'auditor' } } });
    expect(await ask('auditor', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 409, body: { code: 'hold.same_actor' } });
    expect(await ask('operator', `cases/${id}/legal-hold/decisions`, { decision: 'refuse', reason: 'not yet' })).toMatchObject({
      status: 200,
      body: { legalHold: { liftAskedBy: null } },
    });
    expect(await ask('auditor', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 200 });
    expect(await ask('operator', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 200, body: { legalHold: null } });
    expect(await ask('operator', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 409, body: { code: 'hold.none' } });
    expect((await types(id)).filter((type) => type.startsWith('LegalHold'))).toEqual([
      'LegalHoldPlaced',
      'LegalHoldRefused',
      'LegalHoldConfirmed',
      'LegalHoldLiftAsked',
      'LegalHoldLiftRefused',
      'LegalHoldKept',
      'LegalHoldLiftAsked',
      'LegalHoldLifted',
    ]);
  });

  it('is refused to roles that the policy does not name, and to the person themselves; each refusal is recorded', async () => {
    const { id } = await leaving('OWN');
    expect(await ask('requester', `cases/${id}/legal-hold`)).toMatchObject({ status: 403, body: { code: 'hold.role' } });
    expect(await ask('operator', `cases/${id}/legal-hold`)).toMatchObject({ status: 403, body: { code: 'hold.subject' } });
    expect((await types(id)).filter((type) => type === 'LegalHoldRefused')).toHaveLength(2);
    expect((await ask('auditor', `cases/${randomUUID()}/legal-hold`)).status).toBe(404);
  });

  it('that a second person does not confirm but refuse ends at once', async () => {
    const { id, ref } = await leaving();
    await ask('auditor', `cases/${id}/legal-hold`);
    expect(mayBeErased(await person(ref))).toBe(false);
    expect(await ask('approver', `cases/${id}/legal-hold/decisions`, { decision: 'refuse', reason: 'no matter' })).toMatchObject({
      status: 200,
      body: { legalHold: null },
    });
    expect(mayBeErased(await person(ref))).toBe(true);
  });

  it('placed by two at once is one hold', async () => {
    const { id } = await leaving();
    const answers = await Promise.all([ask('auditor', `cases/${id}/legal-hold`), ask('operator', `cases/${id}/legal-hold`)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect((await types(id)).filter((type) => type === 'LegalHoldPlaced')).toHaveLength(1);
  });
});

describe('a legal hold on a person', () => {
  it('holds every open case, every one that comes, is shown in a preview, and is lifted on the person alone', async () => {
    const { id, ref, employeeId } = await leaving();
    expect(await ask('auditor', `persons/${ref}/legal-hold`)).toMatchObject({
      status: 200,
      body: { caseIds: [id], legalHold: { by: 'auditor', scope: 'person' } },
    });
    expect((await api.call('operator', `/v1/cases/${id}`)).body).toMatchObject({ legalHold: { by: 'auditor', scope: 'person', reason: 'a dispute' } });
    expect(await ask('operator', `cases/${id}/legal-hold/lift`)).toMatchObject({ status: 409, body: { code: 'hold.on_person' } });

    await api.call('requester', '/v1/cases', { fact: { type: 'employee.termination_rescinded', data: { employeeId } } });
    const again = { fact: { type: 'employee.terminated', data: { employeeId, email: 'l@example.com', lastWorkingDay: '2026-12-01', timeZone: 'UTC' } } };
    expect((await api.call('requester', '/v1/cases?preview=true', again)).body).toMatchObject({ legalHold: { by: 'auditor', reason: 'a dispute' } });
    const second = await api.call('requester', '/v1/cases', again);
    expect(second).toMatchObject({ status: 201, body: { legalHold: { by: 'auditor', scope: 'person' } } });

    expect(await ask('operator', `persons/${ref}/legal-hold/decisions`, { decision: 'approve', reason: 'yes' })).toMatchObject({
      body: { legalHold: { confirmedBy: 'operator' } },
    });
    await ask('auditor', `persons/${ref}/legal-hold/lift`);
    expect(await ask('approver', `persons/${ref}/legal-hold/lift`, { reason: 'settled' })).toMatchObject({ status: 200, body: { legalHold: null } });
    expect((await api.call('operator', `/v1/cases/${String(second.body['id'])}`)).body).toMatchObject({ legalHold: null });
    expect((await ask('auditor', 'persons/nobody/legal-hold')).status).toBe(404);
  });
});

describe('the list of legal holds', () => {
  it('shows what stands, who has to act, and what nobody confirmed in time', async () => {
    const [one, two] = [await leaving(), await leaving()];
    await ask('auditor', `cases/${one.id}/legal-hold`, { reason: 'first' });
    await ask('auditor', `persons/${two.ref}/legal-hold`, { reason: 'second' });
    await ask('operator', `cases/${one.id}/legal-hold/lift`);
    const list = async (state: string) => (await api.call('operator', `/v1/legal-holds?state=${state}`)).body['items'] as Record<string, unknown>[];
    const standing = await list('standing');
    expect(standing).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ on: 'case', caseId: one.id, personRef: one.ref, reason: 'first', liftAskedBy: 'operator' }),
        expect.objectContaining({ on: 'person', caseId: null, personRef: two.ref, reason: 'second', confirmedBy: null }),
      ]),
    );
    expect((await list('lift-asked')).map((item) => item['caseId'])).toEqual([one.id]);
    expect(await list('overdue')).toEqual([]);
    expect((await api.call('requester', '/v1/legal-holds')).status).toBe(403);
    expect((await api.call('operator', '/v1/legal-holds?state=other')).status).toBe(400);
  });
});
