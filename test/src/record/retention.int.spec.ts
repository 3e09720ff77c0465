import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Company, Persons, Retention, closeCase, personStream, systemBy } from '@handover/case-service';
import { parsePolicy } from '@handover/config';
import { RetentionRows, openDatabase, verifyStreams } from '@handover/event-store-postgres';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let hired = 0;
type Preview = {
  persons: { personRef: string; keptBecause: string | null }[];
  erasable: number;
  numberCases: number;
  inboxBodies: number;
  policy: { hash: string; approved: boolean; approvedBy: string[] };
};

beforeAll(async () => {
  api = await startApi('retention: { record: 1s, inbox: 1s }\nlegalHold: { by: [operator], approveBy: [approver, auditor] }');
}, 60_000);
afterAll(() => api.stop(), 30_000);

const preview = async (): Promise<Preview> => (await api.call('auditor', '/v1/audit/retention/preview')).body as unknown as Preview;
const run = () => api.worker.retention.run(systemBy(`retention/${Date.now()}`));
/** Somebody who was to come and never did: their case is closed, and their key still lives. */
const neverCame = async (): Promise<string> => {
  const n = (hired += 1);
  const data = {
    employeeId: `R-${n}`,
    email: `r${n}@example.com`,
    givenName: 'Rita',
    familyName: `Retained${n}`,
    office: 'Berlin',
    startDate: '2027-03-01',
  };
  const { body } = await api.call('requester', '/v1/cases', { fact: { type: 'employee.hired', data } });
  const caseId = String(body['id']);
  await api.call('operator', `/v1/cases/${caseId}/rescind`, { reason: 'does not come' });
  await closeCase(api.worker.store, new Company(api.worker.store), caseId, systemBy(`close/${caseId}`));
  return (body['person'] as { ref: string }).ref;
};
/** As a restored backup brings it back. */
const keyIsBack = async (subject: string, wrapped: Buffer): Promise<void> => {
  const owner = await openDatabase(api.databaseUrl, { poolSize: 1 });
  await owner.query('ALTER TABLE ev.subject_key DISABLE TRIGGER USER');
  await owner.query(`UPDATE ev.subject_key SET wrapped_dek = $2, destroyed_at = NULL WHERE subject = $1`, [subject, wrapped]);
  await owner.query('ALTER TABLE ev.subject_key ENABLE TRIGGER USER');
  await owner.destroy();
};
const isReadable = async (personRef: string): Promise<boolean> => (await new Persons(api.worker.store).load(personRef)).profile.email !== null;
const codeOf = async (personRef: string): Promise<string | null | undefined> =>
  (await preview()).persons.find((each) => each.personRef === personRef)?.keptBecause;

describe('retention', () => {
  it('lets nothing go before enough people approved these very times, and says so', async () => {
    const person = await neverCame();
    await sleep(1_100);
    expect(await codeOf(person)).toBeNull();
    expect(await run()).toBeNull();
    const { hash } = (await preview()).policy;
    expect((await api.call('requester', '/v1/audit/retention/approvals', { hash })).status).toBe(403);
    expect(await api.call('approver', '/v1/audit/retention/approvals', { hash: 'of another policy' })).toMatchObject({
      status: 409,
      body: { code: 'retention.stale' },
    });
    await api.call('approver', '/v1/audit/retention/approvals', { hash });
    const again = await api.call('approver', '/v1/audit/retention/approvals', { hash });
    expect(again.body).toMatchObject({ approved: false, approvedBy: ['approver'], needed: 2 });
    expect(await run()).toBeNull();
    expect(await isReadable(person)).toBe(true);
  });

  it('counts an approval for this time only: after other times, the same ones are approved anew', async () => {
    const { store, dataSource } = { ...api.worker, ...api };
    const of = (record: string): Retention =>
      new Retention({
        store,
        policy: parsePolicy(`retention: { record: ${record}, inbox: 1s }`, 'of the test'),
        rows: new RetentionRows(dataSource, api.worker.inbox),
        bodies: api.worker.bodies,
        returnsUser: () => Promise.resolve(false),
        now: () => new Date().toISOString(),
      });
    expect((await of('1s').status()).approvedBy).toEqual(['approver']);
    // The other times are never approved, and no run falls into their day: the worker says that they are there.
    await of('30d').noteTimes(systemBy('a start with other times'));
    await of('30d').noteTimes(systemBy('another start with them'));
    expect((await of('1s').status()).approvedBy).toEqual([]);
    await of('1s').noteTimes(systemBy('a start with the times of before'));
    expect((await of('1s').status()).approvedBy).toEqual([]);
    expect((await store.read('retention')).map((event) => event.type)).toEqual(['RetentionApproved', 'RetentionTimesChanged', 'RetentionTimesChanged']);
    const { hash } = (await preview()).policy;
    expect((await api.call('approver', '/v1/audit/retention/approvals', { hash })).body).toMatchObject({ approved: false, approvedBy: ['approver'] });
  });

  it('then destroys the key of who is gone for long enough, with a certificate, and the record still verifies', async () => {
    const { hash } = (await preview()).policy;
    expect((await api.call('approver2', '/v1/audit/retention/approvals', { hash })).body).toMatchObject({ approved: true });
    const [person, fresh] = [await neverCame(), await neverCame()];
    await sleep(1_100);
    await api.call('requester', '/v1/cases', {
      fact: { type: 'employee.hired', data: { employeeId: `R-${hired}`, email: 'again@example.com', office: 'Berlin', startDate: '2027-05-01' } },
    });
    expect(await run()).toMatchObject({ persons: expect.any(Number), hash });
    expect(await isReadable(person)).toBe(false);
    expect(await isReadable(fresh)).toBe(true); // something happened to them since
    const types = (await api.worker.store.read(personStream(person))).slice(-2).map((event) => ({ type: event.type, data: event.data }));
    expect(types).toEqual([
      {
        type: 'RetentionApplied',
        data: expect.objectContaining({ policyHash: hash, approvedBy: ['approver', 'approver2'], claims: expect.objectContaining({ keyDestroyed: true }) }),
      },
      { type: 'PersonErased', data: { caseId: null } },
    ]);
    expect((await verifyStreams(api.dataSource)).problems).toEqual([]);
    const { lastRun } = (await api.call('auditor', '/v1/audit/retention')).body as { lastRun: { persons: number } };
    expect(lastRun.persons).toBeGreaterThan(0);
    const before = (await api.worker.store.read(personStream(person))).length;
    await run();
    expect((await api.worker.store.read(personStream(person))).length).toBe(before); // once
  });

  it('keeps who is under a legal hold, who has an open case, and whom Dialpad still returns', async () => {
    const [held, linked] = [await neverCame(), await neverCame()];
    const { items } = (await (await fetch(`${api.sandbox.url}/api/v2/users?apikey=test`)).json()) as { items: { id: string }[] };
    await new Persons(api.worker.store).linkUser(linked, String(items[0]?.id), '00000000-0000-4000-8000-000000000000', systemBy('link'));
    const holding = await api.call('operator', `/v1/persons/${held}/legal-hold`, { reason: 'a dispute' });
    expect(holding.status).toBe(200);
    const open = (
      (
        await api.call('requester', '/v1/cases', {
          fact: { type: 'employee.hired', data: { employeeId: 'R-open', email: 'open@example.com', startDate: '2027-03-01' } },
        })
      ).body['person'] as { ref: string }
    ).ref;
    await sleep(1_100);
    expect(await codeOf(held)).toBe('retention.legal_hold');
    expect(await codeOf(linked)).toBe('retention.in_dialpad');
    expect(await codeOf(open)).toBe('retention.open_case');
    await run();
    expect(await Promise.all([held, linked, open].map(isReadable))).toEqual([true, true, true]);
  });

  it('reaches everybody who is silent, also behind those who are kept, and asks Dialpad about few at once', async () => {
    const persons = await Promise.all([1, 2, 3, 4, 5].map(neverCame));
    const linked = await Promise.all(Array.from({ length: 12 }, neverCame));
    for (const [n, person] of linked.entries())
      await new Persons(api.worker.store).linkUser(person, `45${n}`, '00000000-0000-4000-8000-000000000000', systemBy(`link ${n}`));
    await sleep(1_100);
    let [asking, most] = [0, 0];
    const { store, bodies, inbox } = api.worker;
    const retention = new Retention({
      store,
      bodies,
      policy: parsePolicy('retention: { record: 1s, inbox: 1s }', 'of the test'),
      rows: new RetentionRows(api.dataSource, inbox, 2),
      returnsUser: async () => {
        asking += 1;
        most = Math.max(most, asking);
        await sleep(20);
        asking -= 1;
        return true;
      },
      now: () => new Date().toISOString(),
    });
    const foreseen = await retention.preview();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
    expect(foreseen.silent).toBe(foreseen.persons.length);
    expect([...persons, ...linked].map((ref) => foreseen.persons.find((each) => each.personRef === ref)?.keptBecause)).toEqual([
      ...persons.map(() => null),
      ...linked.map(() => 'retention.in_dialpad'),
    ]);
    expect(await retention.run(systemBy('in portions of two'))).toMatchObject({ persons: foreseen.erasable, kept: foreseen.silent - foreseen.erasable });
    expect(await Promise.all(persons.map(isReadable))).toEqual(persons.map(() => false));
  });

  it('makes what people wrote in a closed case about a number unreadable, unless a legal hold keeps it, also after a restore', async () => {
    expect((await api.call('operator', '/v1/numbers/read', {})).status).toBe(200);
    await api.sealed();
    const { items } = (await api.call('operator', '/v1/numbers?status=available&limit=3')).body as unknown as { items: { number: string }[] };
    const opened = async ({ number }: { number: string }): Promise<string> => {
      const { body } = await api.call('operator', `/v1/numbers/${encodeURIComponent(number)}/release`, { reason: 'was the line of Rita Retained' });
      return String(body['id']);
    };
    const [over, held, open] = [await opened(items[0]!), await opened(items[1]!), await opened(items[2]!)];
    for (const caseId of [over, held]) {
      await api.call('operator', `/v1/cases/${caseId}/rescind`, { reason: 'a mistake' });
      await closeCase(api.worker.store, new Company(api.worker.store), caseId, systemBy(`close/${caseId}`));
    }
    expect((await api.call('operator', `/v1/cases/${held}/legal-hold`, { reason: 'a dispute' })).status).toBe(200);
    await sleep(1_100);
    const words = async (caseId: string): Promise<readonly (string | null)[]> =>
      ((await api.call('operator', `/v1/cases/${caseId}/timeline`)).body as unknown as { items: { reason: string | null }[] }).items
        .map((each) => each.reason)
        .filter((reason) => reason !== null);
    expect(await words(over)).toContain('was the line of Rita Retained');
    expect((await preview()).numberCases).toBe(1);
    const [key]: { wrapped_dek: Buffer }[] = await api.dataSource.query('SELECT wrapped_dek FROM ev.subject_key WHERE subject = $1', [`case/${over}`]);
    expect(await run()).toMatchObject({ numberCases: 1 });
    expect(await words(over)).toEqual([]);
    expect(await words(held)).toContain('was the line of Rita Retained');
    expect(await words(open)).toContain('was the line of Rita Retained');
    const applied = (await api.worker.store.read(`case/${over}`)).filter((event) => event.type === 'RetentionApplied');
    expect(applied).toMatchObject([{ data: { approvedBy: ['approver', 'approver2'] } }]);
    expect((await api.call('operator', `/v1/cases/${over}`)).body).toMatchObject({ id: over, phase: 'cancelled' });
    expect(await api.call('operator', `/v1/cases/${over}/legal-hold`, { reason: 'too late' })).toMatchObject({ status: 409, body: { code: 'case.erased' } });
    expect((await preview()).numberCases).toBe(0);
    expect((await verifyStreams(api.dataSource)).problems).toEqual([]);
    expect(await api.dataSource.query('SELECT 1 FROM app.outbox WHERE case_id = $1 AND created_at > $2', [over, applied[0]?.recordedAt])).toEqual([]);

    await keyIsBack(`case/${over}`, key?.wrapped_dek ?? Buffer.alloc(0));
    expect((await preview()).numberCases).toBe(1);
    await run();
    expect((await preview()).numberCases).toBe(0);
    expect((await api.worker.store.read(`case/${over}`)).filter((event) => event.type === 'RetentionApplied')).toHaveLength(1);
  });

  it('keeps what HR sent about somebody who is, or of whom a case is, under a legal hold, until it is lifted', async () => {
    const [held, ofHeldCase] = [await neverCame(), await neverCame()];
    const caseId = String((await new Persons(api.worker.store).load(ofHeldCase)).state.cases[0]?.caseId);
    await api.call('operator', `/v1/persons/${held}/legal-hold`, { reason: 'a dispute' });
    await api.call('operator', `/v1/cases/${caseId}/legal-hold`, { reason: 'another dispute' });
    const arrives = async (employeeId: string): Promise<string> => {
      const body = Buffer.from(JSON.stringify({ type: 'employee.hired', data: { employeeId } }));
      return (await api.worker.inbox.accept({ source: 'generic', webhookId: `held-${employeeId}`, body })).id;
    };
    const numbers = [hired - 1, hired];
    const ids = await Promise.all([...numbers.map((n) => arrives(`R-${n}`)), arrives('R-nobody')]);
    await api.workInbox();
    await sleep(1_100);
    expect((await preview()).inboxBodies).toBe(1);
    await run();
    const rows: { id: string }[] = await api.dataSource.query('SELECT id FROM app.inbox WHERE body IS NOT NULL AND id = ANY($1::uuid[])', [ids]);
    expect(rows.map((row) => row.id).sort()).toEqual(ids.slice(0, 2).sort());
    const lifted = await api.call('auditor', `/v1/cases/${caseId}/legal-hold/decisions`, { decision: 'refuse', reason: 'placed by mistake' });
    expect(lifted.status).toBe(200);
    expect((await preview()).inboxBodies).toBe(1);
    await run();
    expect(await api.dataSource.query('SELECT 1 FROM app.inbox WHERE body IS NOT NULL AND id = $1', [ids[1]])).toEqual([]);
  });

  it('deletes what HR sent and nobody could work, and the entry says so', async () => {
    const { id } = await api.worker.inbox.accept({
      source: 'generic',
      webhookId: 'w1',
      body: Buffer.from('{"type":"employee.hired","data":{"employeeId":"Z"}}'),
    });
    await api.workInbox();
    await sleep(1_100);
    expect((await preview()).inboxBodies).toBe(1);
    expect(await run()).toMatchObject({ inboxBodies: 1 });
    expect((await api.worker.inbox.get(id))?.reason).toContain('its time is over');
    const rows: { body: unknown }[] = await api.dataSource.query('SELECT body FROM app.inbox WHERE id = $1', [id]);
    expect(rows[0]?.body).toBeNull();
  });

  it('has nobody wait any more for what was given up, because nothing is left to try again', async () => {
    const { id } = await api.worker.inbox.accept({ source: 'generic', webhookId: 'w2', body: Buffer.from('{"type":"employee.hired"}') });
    await api.worker.inbox.countFailure(id, { code: 'internal', delayMs: 0, limit: 1 });
    expect(await api.worker.inbox.failed()).toBe(1);
    await sleep(1_100);
    expect(await run()).toMatchObject({ inboxBodies: 1 });
    expect(await api.worker.inbox.get(id)).toMatchObject({ status: 'ignored', reason: expect.stringMatching(/^could not be worked.*its time is over$/) });
    expect(await api.worker.inbox.failed()).toBe(0);
  });
});
