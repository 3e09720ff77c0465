import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LogVerifier, readLine, verifyProofs, type ExportVerified, type Proofs, type PublicKey } from '@handover/record-proof';
import { startApi, type RunningApi } from '../support/api.ts';
import { planLeaverOf } from '../support/planned-leaver.ts';

let api: RunningApi;
let number = 0;

const hire = (more: object = {}): object => ({
  source: 'generic',
  fact: {
    type: 'employee.hired',
    data: {
      employeeId: `H-${(number += 1)}`,
      email: `hire.${number}@example.com`,
      givenName: 'Hira',
      familyName: 'Newman',
      office: 'Berlin',
      startDate: '2026-12-01',
      ...more,
    },
  },
  reason: 'by hand',
});
const leave = (more: object = {}): object => ({
  fact: {
    type: 'employee.terminated',
    data: { employeeId: `L-${(number += 1)}`, email: 'l@example.com', lastWorkingDay: '2026-11-01', timeZone: 'UTC', ...more },
  },
});

beforeAll(async () => {
  api = await startApi('actors: { approver2: { source: generic, employeeId: SUBJECT } }');
}, 60_000);
afterAll(() => api.stop(), 30_000);

/** A leaver that stands before its approval, as the worker's plan activity leaves it. */
const plannedLeaver = async (key: 'requester' | 'operator' = 'requester', more: object = {}): Promise<{ id: string; planHash: string }> => {
  const { body } = await api.call(key, '/v1/cases', leave(more));
  const id = String(body['id']);
  return { id, planHash: await planLeaverOf(api, id) };
};

describe('a case started by hand', () => {
  it('is answered 201 with the case, whose requester is the caller', async () => {
    const answer = await api.call('requester', '/v1/cases', hire());
    expect(answer).toMatchObject({ status: 201, body: { kind: 'joiner', phase: 'planned', requester: 'requester', person: { givenName: 'Hira' } } });
    expect(answer.headers.get('location')).toBe(`/v1/cases/${answer.body['id']}`);
  });

  it('is started once for one Idempotency-Key, and another request under the key is refused', async () => {
    const [key, body] = [randomUUID(), hire()];
    const first = await api.call('requester', '/v1/cases', body, { 'idempotency-key': key });
    const second = await api.call('requester', '/v1/cases', body, { 'idempotency-key': key });
    expect(second).toMatchObject({ status: 201, body: { id: first.body['id'] } });
    expect(await api.call('requester', '/v1/cases', hire(), { 'idempotency-key': key })).toMatchObject({ status: 422, body: { code: 'idempotency.reused' } });
  });

  it('shows its plan as a preview and starts nothing', async () => {
    await api.sealed();
    const before = (await api.call('operator', '/v1/cases')).body['items'] as object[];
    const answer = await api.call('requester', '/v1/cases?preview=true', hire({ adminRole: 'office', number: { from: 'reserved' } }));
    expect(answer).toMatchObject({ status: 200, body: { actions: [{ type: 'openJoiner' }], problem: null, approvals: [{ stage: 'joiner' }] } });
    const { plan } = answer.body as unknown as { plan: { steps: { id: string }[] } };
    expect(plan.steps.map((step) => step.id)).toEqual(['seat', 'invite', 'number', 'admin', 'verify']);
    await api.sealed();
    expect((await api.call('operator', '/v1/cases')).body['items']).toHaveLength(before.length);
  });

  it('that cannot be understood names the fields', async () => {
    expect(await api.call('requester', '/v1/cases', hire({ startDate: 'soon', license: 'gold' }))).toMatchObject({
      status: 422,
      body: { code: 'fact.not_understood', errors: expect.arrayContaining([expect.objectContaining({ pointer: '/fact/data/startDate' })]) },
    });
    expect(await api.call('requester', '/v1/cases', { reason: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ pointer: '/fact', detail: 'is missing' }] },
    });
    const { errors } = (await api.call('requester', '/v1/cases', hire({ employeeId: undefined, license: 'gold' }))).body as unknown as {
      errors: { pointer: string; detail: string }[];
    };
    expect(errors).toContainEqual({ pointer: '/fact/data/employeeId', detail: 'is missing' });
    expect(await api.call('requester', '/v1/cases', hire({ office: 'Ber\u0000lin', groups: [{ name: '\ud800' }] }))).toMatchObject({
      status: 400,
      body: { code: 'body.unstorable', errors: [{ pointer: '/fact/data/office' }, { pointer: '/fact/data/groups/0/name' }] },
    });
    expect(errors.find(({ pointer }) => pointer === '/fact/data/license')?.detail).toMatch(/^Invalid option: expected one of "talk"/);
    expect(
      await api.request('/v1/cases', { method: 'POST', headers: { authorization: 'Bearer key-requester', 'content-type': 'application/json' }, body: '{' }),
    ).toMatchObject({ status: 400, body: { code: 'body.broken' } });
  });

  it('needs a key, and one that may', async () => {
    expect(await api.request('/v1/cases')).toMatchObject({ status: 401, body: { code: 'auth.missing' } });
    expect(await api.request('/v1/cases', { headers: { authorization: 'Bearer wrong' } })).toMatchObject({ status: 401, body: { code: 'auth.unknown' } });
    expect(await api.call('auditor', '/v1/cases', hire())).toMatchObject({ status: 403, body: { code: 'auth.role' } });
  });
});

describe('a decision', () => {
  const decide = (id: string, key: 'approver' | 'approver2' | 'requester' | 'operator', body: object) =>
    api.call(key, `/v1/cases/${id}/approvals/leaver/decisions`, body);

  it('counts once: the same again is answered 200 and records nothing new', async () => {
    const { id, planHash } = await plannedLeaver();
    expect((await decide(id, 'approver', { decision: 'approve', reason: 'fine', planHash })).status).toBe(200);
    const { items } = (await api.call('auditor', `/v1/cases/${id}/timeline`)).body as unknown as { items: object[] };
    expect((await decide(id, 'approver', { decision: 'approve', reason: 'fine', planHash })).status).toBe(200);
    expect((await api.call('auditor', `/v1/cases/${id}/timeline`)).body['items']).toHaveLength(items.length);
  });

  it('of the requester, the subject, or no approver is a 403; on an old plan or a closed stage a 409; each is in the timeline', async () => {
    const subject = await plannedLeaver('requester', { employeeId: 'SUBJECT' });
    const own = await plannedLeaver('requester');
    expect(await decide(subject.id, 'approver2', { decision: 'approve', planHash: subject.planHash })).toMatchObject({
      status: 403,
      body: { code: 'approval.subject' },
    });
    expect(await decide(own.id, 'requester', { decision: 'approve', planHash: own.planHash })).toMatchObject({
      status: 403,
      body: { code: 'approval.requester' },
    });
    expect(await decide(own.id, 'operator', { decision: 'approve', planHash: own.planHash })).toMatchObject({
      status: 403,
      body: { code: 'approval.not_approver' },
    });
    expect(await decide(own.id, 'approver', { decision: 'approve', planHash: 'older' })).toMatchObject({ status: 409, body: { code: 'approval.stale_plan' } });
    expect((await decide(own.id, 'approver', { decision: 'refuse', reason: 'no', planHash: own.planHash })).status).toBe(200);
    expect(await decide(own.id, 'approver2', { decision: 'approve', planHash: own.planHash })).toMatchObject({
      status: 409,
      body: { code: 'approval.closed' },
    });
    const { items } = (await api.call('auditor', `/v1/cases/${own.id}/timeline`)).body as unknown as { items: { type: string }[] };
    expect(items.filter((entry) => entry.type === 'DecisionRefused')).toHaveLength(4);
  });

  it('on no such case or stage is a 404, and half a decision a 400', async () => {
    const { id, planHash } = await plannedLeaver();
    expect(await api.call('approver', `/v1/cases/${randomUUID()}/approvals/leaver/decisions`, { decision: 'approve', planHash })).toMatchObject({
      status: 404,
    });
    expect(await api.call('approver', `/v1/cases/${id}/approvals/none/decisions`, { decision: 'approve', planHash })).toMatchObject({
      status: 404,
      body: { code: 'stage.unknown' },
    });
    expect(await decide(id, 'approver', { decision: 'perhaps', planHash })).toMatchObject({
      status: 400,
      body: { errors: [expect.objectContaining({ pointer: '/decision' })] },
    });
    expect((await api.call('approver', '/v1/cases/not-an-id')).status).toBe(400);
  });
});

describe('a step', () => {
  it('that is not blocked cannot be freed, and only operators may try', async () => {
    const { id } = await plannedLeaver();
    expect(await api.call('operator', `/v1/cases/${id}/steps/suspend/retry`, {})).toMatchObject({ status: 409, body: { code: 'step.not_blocked' } });
    expect(await api.call('operator', `/v1/cases/${id}/steps/none/retry`, {})).toMatchObject({ status: 404, body: { code: 'step.unknown' } });
    expect(await api.call('approver', `/v1/cases/${id}/steps/suspend/waive`, { reason: 'x' })).toMatchObject({ status: 403 });
    expect(await api.call('operator', `/v1/cases/${id}/steps/suspend/waive`, {})).toMatchObject({ status: 400 });
  });
});

describe('a person', () => {
  it('can be given everything that is held about them, in one file, by an admin only', async () => {
    const { body } = await api.call('requester', '/v1/cases', hire({ givenName: 'Unmistakable', note: 'kept as HR said it' }));
    const { ref } = (body as { person: { ref: string } }).person;
    expect((await api.call('operator', `/v1/persons/${ref}/data`)).status).toBe(403);
    const answer = await api.call('admin', `/v1/persons/${ref}/data`);
    expect(answer.body).toMatchObject({ ref, erased: false, cases: [{ case: { id: body['id'] } }] });
    expect(JSON.stringify(answer.body)).toContain('Unmistakable');
    expect(JSON.stringify(answer.body)).toContain('kept as HR said it');
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const { events } = (await api.call('admin', `/v1/persons/${ref}/data`)).body as unknown as { events: { type: string; data: object }[] };
    expect(events.filter((event) => event.type === 'DataExported')).toMatchObject([{ data: { actor: 'admin', reasonCode: 'subject-request' } }]); // the first read
    expect((await api.call('admin', '/v1/persons/nobody/data')).status).toBe(404);
  });
});

describe('lists', () => {
  it('say that they are being built, where nothing is there yet to read them from', async () => {
    await api.dataSource.query('ALTER VIEW read.case_row RENAME TO case_row_later');
    const answer = await api.call('operator', '/v1/cases');
    expect(answer).toMatchObject({ status: 503, body: { code: 'read-model.building', detail: expect.stringContaining('handover subscriptions') } });
    expect(answer.headers.get('retry-after')).toBe('5');
    await api.dataSource.query('ALTER VIEW read.case_row_later RENAME TO case_row');
    expect((await api.call('operator', '/v1/cases')).status).toBe(200);
  });

  it('come in pages that follow each other to the end', async () => {
    for (let n = 0; n < 5; n += 1) await api.call('requester', '/v1/cases', hire());
    await api.sealed();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await api.call('operator', `/v1/cases?kind=joiner&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      const page = body as unknown as { items: { id: string; kind: string }[]; cursor?: string };
      expect(page.items.every((item) => item.kind === 'joiner')).toBe(true);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(await api.call('operator', '/v1/cases?cursor=nonsense')).toMatchObject({ status: 400, body: { code: 'cursor.bad' } });
    expect(await api.call('operator', '/v1/cases?limit=0')).toMatchObject({ status: 400 });
  });

  it('show an auditor the reference of a person, not the name', async () => {
    const { body } = await api.call('requester', '/v1/cases', hire());
    const seen = (await api.call('auditor', `/v1/cases/${body['id']}`)).body as unknown as { person: object };
    expect(Object.keys(seen.person).sort()).toEqual(['erased', 'ref']);
  });

  it('of the record go to auditors only, newest first', async () => {
    await api.sealed();
    const answer = await api.call('auditor', '/v1/audit?limit=3');
    const { items, cursor } = answer.body as unknown as { items: { position: string; hash: string }[]; cursor: string };
    expect(items).toHaveLength(3);
    expect(Number(items[0]?.position)).toBeGreaterThan(Number(items[2]?.position));
    expect((await api.call('auditor', `/v1/audit?limit=3&cursor=${cursor}`)).status).toBe(200);
    expect((await api.call('requester', '/v1/audit')).status).toBe(403);
  });

  it('of the record can be filtered by case, actor, kind and time', async () => {
    const { body } = await api.call('requester', '/v1/cases', hire());
    await api.sealed();
    const items = async (query: string): Promise<{ type: string; actor: string }[]> =>
      (await api.call('auditor', `/v1/audit?${query}`)).body['items'] as { type: string; actor: string }[];
    expect((await items(`caseId=${String(body['id'])}`)).map((item) => item.type)).toEqual(['CaseOpened']);
    expect((await items('actor=requester&type=CaseOpened')).every((item) => item.actor === 'requester')).toBe(true);
    expect(await items('from=2100-01-01T00:00:00Z')).toEqual([]);
    const person = (body['person'] as { ref: string }).ref;
    expect((await items(`person=${person}`)).map((item) => item.type).sort()).toEqual(['CaseBegan', 'CaseOpened', 'FactRecorded', 'PersonSeen']);
  });

  it('of one case are a pack that is proved with the public keys alone, and a page to print', async () => {
    const { body } = await api.call('requester', '/v1/cases', hire({ givenName: 'Al<b>' }));
    expect(await api.call('auditor', `/v1/cases/${String(body['id'])}/evidence`)).toMatchObject({ status: 409, body: { code: 'evidence.not_sealed' } });
    await api.sealed();
    const pack = (await api.call('auditor', `/v1/cases/${String(body['id'])}/evidence`)).body as unknown as { proofs: Proofs };
    const { keys } = (await api.call('auditor', '/v1/audit/checkpoints')).body as unknown as { keys: PublicKey[] };
    expect(verifyProofs(pack.proofs, keys)).toEqual([]);
    const [first = '', ...rest] = pack.proofs.events;
    const touched = { ...pack.proofs, events: [first.replace('"type":"CaseOpened"', '"type":"CaseClosed"'), ...rest] };
    expect(verifyProofs(touched, keys)[0]).toMatchObject({ version: 1, what: 'the content does not have the hash it is stored with' });
    expect(verifyProofs(pack.proofs, [])[0]?.what).toContain('none of the known keys');
    const page = await api.call('operator', `/v1/cases/${String(body['id'])}/evidence?format=html`);
    expect(page.type).toContain('text/html');
    expect(String(page.body)).toContain('Al&lt;b&gt;');
  });

  it('can be exported, and the export is proved with the public keys alone', async () => {
    await api.sealed();
    const keys = (await api.call('auditor', '/v1/audit/checkpoints')).body as unknown as {
      items: { size: number; note: string }[];
      keys: { origin: string; keyId: string; publicKey: string }[];
    };
    const { body: text, type } = await api.call('auditor', '/v1/audit/export');
    expect(type).toContain('ndjson');
    const verified = verifiedBy(keys.keys, String(text));
    expect(verified).toMatchObject({ isWhole: true, faults: [], checkpoints: 1 });
    expect(verified.signed).toBe(keys.items[0]?.size);
    const proof = (await api.call('auditor', '/v1/audit/proofs/0')).body;
    expect(proof).toMatchObject({ position: 0, proof: expect.any(Array), checkpoint: { size: verified.signed } });
    expect((await api.call('auditor', `/v1/audit/proofs/${verified.events + 50}`)).status).toBe(404);
    const csv = await api.call('auditor', '/v1/audit/export?format=csv');
    expect(String(csv.body).split('\r\n').length).toBeGreaterThanOrEqual(verified.events + 2); // with who asked for the first one
  });

  it('can be exported in part, and each event of the part is proved by itself', async () => {
    await api.sealed();
    const { keys } = (await api.call('auditor', '/v1/audit/checkpoints')).body as unknown as { keys: PublicKey[] };
    const { body: text } = await api.call('auditor', '/v1/audit/export?type=CaseOpened');
    const verified = verifiedBy(keys, String(text));
    expect(verified).toMatchObject({ isWhole: false, faults: [], checkpoints: 1 });
    expect([verified.events > 3, verified.signed]).toEqual([true, verified.events]);
    expect(verifiedBy(keys, String(text).replace('"type":"CaseOpened","schema"', '"type":"CaseClosed","schema"')).faults).toMatchObject([{ column: null }]);
    const { body: some } = await api.call('auditor', '/v1/audit/export?after=3&limit=5');
    expect(verifiedBy(keys, String(some))).toMatchObject({ isWhole: false, events: 5, signed: 5, faults: [] });
  });
});

const verifiedBy = (keys: readonly PublicKey[], text: string): ExportVerified => {
  const verifier = new LogVerifier({ keys });
  text
    .trimEnd()
    .split('\n')
    .forEach((line, index) => verifier.add(readLine(line, index + 1)));
  return verifier.end();
};

describe('the rest', () => {
  it('tells its health, its metrics and its description without a key', async () => {
    expect((await api.request('/health/live')).status).toBe(200);
    expect((await api.request('/health/ready')).body).toEqual({ status: 'ready' });
    expect((await api.request('/metrics')).body).toContain('handover_inbox_waiting');
    expect((await api.request('/docs')).status).toBe(200);
    const { body } = await api.request('/openapi.json');
    const paths = Object.keys((body as { paths: object }).paths);
    expect(paths).toEqual(
      expect.arrayContaining([
        '/v1/hooks/{source}',
        '/v1/cases',
        '/v1/cases/{id}',
        '/v1/cases/{id}/timeline',
        '/v1/cases/{id}/approvals/{stage}/decisions',
        '/v1/persons',
        '/v1/audit',
      ]),
    );
  });

  it('answers an unknown route as a problem', async () => {
    expect(await api.call('operator', '/v1/nothing')).toMatchObject({ status: 404, body: { code: 'route.unknown' } });
  });
});
