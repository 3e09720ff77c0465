import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Persons } from '@handover/case-service';
import type { NumberDetail, NumberItem } from '@handover/contracts';
import { createDialpad, type Dialpad } from '@handover/connector-dialpad';
import { startSandbox } from '@handover/dialpad-sandbox';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let dialpad: Dialpad;
let pool: string[];
let kept: string;

const pathOf = (number: string, more = ''): string => `/v1/numbers/${encodeURIComponent(number)}${more}`;
const nextNumber = (): string => {
  const number = pool.shift();
  if (!number) throw new Error('the pool is empty');
  return number;
};
const console = async (body: object): Promise<void> =>
  void (await fetch(`${api.sandbox.url}/sandbox/console`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }));
const list = async (query: string): Promise<{ items: NumberItem[]; cursor?: string }> =>
  (await api.call('auditor', `/v1/numbers?${query}`)).body as unknown as { items: NumberItem[]; cursor?: string };

/** Equal users and seed give equal numbers: one of the pool that the API will find, for the policy it starts with. */
const numberOfPool = async (): Promise<string> => {
  const sandbox = await startSandbox({ users: 30, seed: 3, switches: { rateLimit: 'off' } });
  const [number] = await createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'test' } }).pooledNumbers();
  await sandbox.stop();
  return number?.number ?? '';
};

beforeAll(async () => {
  kept = await numberOfPool();
  api = await startApi(`keepNumbers: ['${kept}']\nactors: { approver2: { source: generic, employeeId: HEIR } }`);
  dialpad = createDialpad({ baseUrl: api.sandbox.url, apiKey: { reveal: () => 'test' } });
  pool = (await dialpad.pooledNumbers()).map((each) => each.number).filter((number) => number !== kept);
  expect((await api.call('operator', '/v1/numbers/read', {})).status).toBe(200);
  await api.sealed();
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('the list of numbers', () => {
  it('shows auditors and operators every reserved number: its office, since when at least, and what to do with it', async () => {
    const { items } = await list('status=reserved&limit=200');
    expect(items.map((item) => item.number).sort()).toEqual((await dialpad.pooledNumbers()).map((each) => each.number).sort());
    expect(items.find((item) => item.number === pool[0])).toMatchObject({
      status: 'available',
      office: { name: expect.any(String) },
      holder: null,
      why: 'first-seen',
      sinceIsExact: false,
      lastOwner: null,
      daysReserved: 0,
      withheld: null,
      promised: null,
      kept: false,
      suggestion: 'reassign-or-release',
    });
    expect((await api.call('requester', '/v1/numbers')).status).toBe(403);
    expect((await api.call('approver', pathOf(pool[0] ?? ''))).status).toBe(403);
  });

  it('comes in pages that follow each other to the end, and of one office by its name', async () => {
    const all = (await list('limit=200')).items.map((item) => item.number);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(`limit=7${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.items.map((item) => item.number));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(all);
    const berlin = (await list('office=Berlin&limit=200')).items;
    expect(berlin.length).toBeGreaterThan(0);
    expect(berlin.every((item) => item.office?.name === 'Berlin')).toBe(true);
    expect((await api.call('auditor', '/v1/numbers?office=Atlantis')).status).toBe(404);
    expect(await api.call('auditor', '/v1/numbers?cursor=nonsense')).toMatchObject({ status: 400, body: { code: 'cursor.bad' } });
    expect((await api.call('auditor', '/v1/numbers?status=lost')).status).toBe(400);
  });
});

describe('a number', () => {
  it('tells where it is now, and what has changed outside, once it is read again', async () => {
    const { items } = await list('status=user&limit=200');
    const [{ number, holder } = { number: '', holder: null }] = items;
    await console({ do: 'move-number', number });
    expect((await api.call('operator', pathOf(number))).body).toMatchObject({ known: { status: 'user' }, dialpad: { status: 'available', holder: null } });
    expect((await api.call('operator', '/v1/numbers/read', {})).body).toMatchObject({ changed: 1 });
    await api.sealed();
    const detail = (await api.call('operator', pathOf(number))).body as unknown as NumberDetail;
    expect(detail.known).toMatchObject({ status: 'available', why: 'drift', lastOwner: { type: 'user', id: holder?.id } });
    expect(detail.history.map((line) => line.why)).toEqual(['first-seen', 'drift']);
  });

  it('is noted as read once an hour by whoever is shown the names of who had it, and not by who is shown none', async () => {
    const [number = ''] = pool;
    await api.worker.access.tell(api.worker.store);
    for (let twice = 0; twice < 2; twice += 1) for (const who of ['approver', 'auditor', 'operator'] as const) await api.call(who, pathOf(number));
    const noted: object[] = await api.dataSource.query('SELECT actor, what, detail FROM app.access_read ORDER BY id');
    expect(noted).toEqual([{ actor: 'operator', what: 'number.read', detail: { number } }]);
  });

  it('is found with and without the plus sign, and is unknown when nobody knows it', async () => {
    const [number = ''] = pool;
    expect((await api.call('auditor', `/v1/numbers/${number.slice(1)}`)).body).toMatchObject({ number });
    expect(await api.call('auditor', '/v1/numbers/19995550000')).toMatchObject({ status: 404, body: { code: 'number.unknown' } });
    expect((await api.call('auditor', '/v1/numbers/nonsense')).status).toBe(400);
  });

  it('names who had it to whom may see that, and to auditors the reference only', async () => {
    const [user] = (await dialpad.users('active')).filter((each) => each.phoneNumbers.length > 0 && !each.isSuperAdmin);
    const number = user?.phoneNumbers[0] ?? '';
    const told = { employeeId: 'NAMED', email: user?.emails[0], givenName: user?.firstName, familyName: user?.lastName };
    const fact = { type: 'employee.terminated', data: { ...told, lastWorkingDay: '2026-11-01', timeZone: 'UTC' } };
    const opened = await api.call('requester', '/v1/cases', { fact });
    const ref = (opened.body['person'] as { ref: string }).ref;
    // What the leaver's link step records of the person.
    await new Persons(api.worker.store).linkUser(ref, user?.id ?? '', String(opened.body['id']), api.systemBy(randomUUID()), 'index-of-the-user');
    await api.sealed();
    const seen = async (key: 'operator' | 'auditor') => ((await api.call(key, pathOf(number))).body as unknown as NumberDetail).history[0]?.to;
    expect(await seen('operator')).toEqual({ type: 'user', id: user?.id, personRef: ref, name: `${user?.firstName} ${user?.lastName}` });
    expect(await seen('auditor')).toEqual({ type: 'user', id: user?.id, personRef: ref, name: null });
  });
});

describe('a release', () => {
  it('is answered with a case: a plan with its hash and a stage that always has to be decided', async () => {
    const number = nextNumber();
    const answer = await api.call('operator', pathOf(number, '/release'), { reason: 'nobody calls it' });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        kind: 'number',
        phase: 'awaiting-approval',
        number,
        person: null,
        requester: 'operator',
        plan: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), steps: [{ id: 'check' }, { id: 'release', reversible: false }] },
        approvals: [{ stage: 'release', state: 'open', needed: 1 }],
        undoUntil: [{ line: 'release' }],
      },
    });
    expect(answer.headers.get('location')).toBe(`/v1/cases/${answer.body['id']}`);
    await api.sealed();
    const { items } = (await api.call('auditor', `/v1/cases?kind=number&number=${encodeURIComponent(number)}`)).body as unknown as { items: object[] };
    expect(items).toMatchObject([{ id: answer.body['id'], person: null, number, waitingOn: 'approver' }]);
    expect((await list('status=reserved&limit=200')).items.find((item) => item.number === number)).toMatchObject({
      promised: { caseId: answer.body['id'], kind: 'number' },
      suggestion: 'wait',
    });
  });

  it('is decided by somebody else than who asked, on the plan as it is; timeline, evidence and holds work as for other cases', async () => {
    const { body } = await api.call('admin', pathOf(nextNumber(), '/release'), { reason: 'a fee for nothing' });
    const [id, planHash] = [String(body['id']), (body['plan'] as { hash: string }).hash];
    const decide = (key: 'approver' | 'approver2' | 'admin', more: object = {}) =>
      api.call(key, `/v1/cases/${id}/approvals/release/decisions`, { decision: 'approve', planHash, ...more });
    expect(await decide('admin')).toMatchObject({ status: 403, body: { code: 'approval.requester' } });
    expect(await decide('approver', { planHash: 'older' })).toMatchObject({ status: 409, body: { code: 'approval.stale_plan' } });
    expect(await decide('approver', { reason: 'agreed' })).toMatchObject({ status: 200, body: { approvals: [{ state: 'approved' }] } });
    await api.sealed();
    const { items } = (await api.call('auditor', `/v1/cases/${id}/timeline`)).body as unknown as { items: { type: string; reason: string | null }[] };
    expect(items.map((entry) => entry.type)).toEqual([
      'CaseOpened',
      'PlanMade',
      'StageOpened',
      ...Array<string>(2).fill('DecisionRefused'),
      'DecisionMade',
      'StageApproved',
    ]);
    expect(items.map((entry) => entry.reason)).toEqual(items.map(() => null));
    const told = (await api.call('operator', `/v1/cases/${id}/timeline`)).body as unknown as { items: { reason: string | null }[] };
    expect(told.items[0]?.reason).toBe('a fee for nothing');
    expect(told.items[5]?.reason).toBe('agreed');
    expect((await api.call('auditor', `/v1/cases/${id}/evidence`)).status).toBe(200);
    expect(JSON.stringify((await api.call('operator', `/v1/cases/${id}/evidence`)).body)).toContain('a fee for nothing');
    const noted: { actor: string; named: boolean }[] = await api.dataSource.query(
      `SELECT actor, (detail->>'named')::boolean AS named FROM app.access_read WHERE what = 'evidence.pack' AND detail->>'caseId' = $1 ORDER BY id`,
      [id],
    );
    expect(noted).toEqual([
      { actor: 'auditor', named: false },
      { actor: 'operator', named: true },
    ]);
    expect(String((await api.call('auditor', `/v1/cases/${id}/evidence?format=html`)).body)).toContain('Number');
    expect(await api.call('auditor', `/v1/cases/${id}/legal-hold`, { reason: 'a dispute' })).toMatchObject({
      status: 200,
      body: { legalHold: { by: 'auditor' } },
    });
  });

  it('is asked for once for one Idempotency-Key; a second case about the number is refused', async () => {
    const [key, path, body] = [randomUUID(), pathOf(nextNumber(), '/release'), { reason: 'x' }];
    const first = await api.call('operator', path, body, { 'idempotency-key': key });
    expect((await api.call('operator', path, body, { 'idempotency-key': key })).body['id']).toBe(first.body['id']);
    expect(await api.call('operator', path, { reason: 'y' }, { 'idempotency-key': key })).toMatchObject({ status: 422, body: { code: 'idempotency.reused' } });
    expect(await api.call('operator', path, body)).toMatchObject({ status: 409, body: { code: 'number.promised' } });
  });

  it('is refused for what must stay: a kept number, one in use, an unknown one, and to who may not ask', async () => {
    const { items } = await list('status=user&limit=1');
    const ask = (number: string, key: 'operator' | 'approver' = 'operator') => api.call(key, pathOf(number, '/release'), { reason: 'x' });
    expect(await ask(kept)).toMatchObject({ status: 409, body: { code: 'number.kept' } });
    expect(await ask(items[0]?.number ?? '')).toMatchObject({ status: 409, body: { code: 'number.in_use' } });
    expect(await ask('+19995550000')).toMatchObject({ status: 404, body: { code: 'number.unknown' } });
    expect((await ask(pool[0] ?? '', 'approver')).status).toBe(403);
    expect((await api.call('operator', pathOf(pool[0] ?? '', '/release'), {})).status).toBe(400);
  });
});

describe('a reassignment', () => {
  it('names a department, an office, a call center or an employee; one of them, and one that is there', async () => {
    const number = nextNumber();
    const [department] = await dialpad.departments();
    const ask = (to: object) => api.call('operator', pathOf(number, '/reassign'), { to, reason: 'it is asked for' });
    expect(await ask({ department: 'Atlantis' })).toMatchObject({ status: 422, body: { code: 'target.unknown' } });
    expect(await ask({ employeeId: 'NOBODY' })).toMatchObject({ status: 422, body: { code: 'target.unknown' } });
    expect((await ask({ department: 'Support', office: 'Berlin' })).status).toBe(400);
    expect((await ask({})).status).toBe(400);
    expect(await ask({ department: department?.name })).toMatchObject({
      status: 201,
      body: { terms: { action: 'reassign', to: { kind: 'department', name: department?.name } }, approvals: [{ stage: 'number', state: 'open' }] },
    });
  });

  it('is not decided by the employee who would get the number', async () => {
    const [user] = (await dialpad.users('active')).filter((each) => !each.isSuperAdmin);
    const told = { employeeId: 'HEIR', email: user?.emails[0], givenName: user?.firstName, familyName: user?.lastName };
    await api.call('requester', '/v1/cases', { fact: { type: 'employee.terminated', data: { ...told, lastWorkingDay: '2099-11-01', timeZone: 'UTC' } } });
    const { status, body } = await api.call('operator', pathOf(nextNumber(), '/reassign'), { to: { employeeId: 'HEIR' }, reason: 'x' });
    expect(status).toBe(201);
    const planHash = (body['plan'] as { hash: string }).hash;
    expect(await api.call('approver2', `/v1/cases/${String(body['id'])}/approvals/number/decisions`, { decision: 'approve', planHash })).toMatchObject({
      status: 403,
      body: { code: 'approval.subject' },
    });
  });
});
