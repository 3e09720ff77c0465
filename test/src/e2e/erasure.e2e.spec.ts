import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Keyring, masterKeysInFile } from '@handover/privacy';
import { keyTable, openDatabase, readErasures, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { tellHook } from '@handover/local';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { DataSource } from 'typeorm';
import { canary } from '../support/canaries.ts';
import { dayFromToday, startWhole, type SandboxUser, type Whole } from '../support/instance.ts';
import { scanDatabase, scanFolder, scanner, type Hit } from '../support/scan.ts';
import { eventually } from '../support/wait.ts';

const POLICY = `hold: 1s
purge: { after: 1s, checkEvery: 1s }
acceptance: { deadline: 5m, remindEvery: 2m, pollEvery: 1s }
emailDomains: ['*']
legalHold: { by: [auditor], approveBy: [operator], confirmWithin: 1h }
`;
const e911 = { address: canary.street, address2: canary.flat, city: canary.city, state: canary.state, zip: canary.zip, country: 'de' };
const person = { employeeId: canary.employeeId, email: canary.email, givenName: canary.givenName, familyName: canary.familyName, manager: canary.manager };
const extra = { costCenterNote: canary.extra, private: { contacts: [{ phone: canary.extraPhone }] } };

let whole: Whole;
let db: DataSource;
let connection: Connection;
let client: Client;
let userId: string;
let ref: string;
let joiner: string;
let leaver: string;
/** What was sealed about the person, read while their key lived: whatever a new step seals is looked for too. */
let sealed: readonly string[];
const cases: string[] = [];

beforeAll(async () => {
  whole = await startWhole(POLICY, undefined, { ownPostgres: true });
  db = await openDatabase(whole.local.postgresUrl);
  connection = await Connection.connect({ address: whole.local.temporalAddress });
  client = new Client({ connection });
  await whole.control('/sandbox/switches', { rateLimit: 'off' }); // our own calls must not use up the worker's share
}, 180_000);
afterAll(async () => {
  await connection?.close();
  await db?.destroy();
  await whole?.stop();
}, 60_000);

const post = (key: Parameters<Whole['call']>[0], path: string, body: object, headers = {}) => whole.call<Record<string, unknown>>(key, path, body, headers);
const stuck = (caseId: string, step: RegExp) => whole.until(caseId, `a step like ${step}`, (each) => each.attention !== null && step.test(each.attention.step));
/** Approves whatever is asked, until the case has come as far as it should. */
const carriedTo = async (caseId: string, phase: string): Promise<void> => {
  await eventually(
    `${phase} of ${caseId}`,
    async () => {
      const seen = await whole.detail(caseId);
      for (const stage of seen.approvals.filter((each) => each.state === 'open')) await whole.approve(caseId, stage.stage, 'approver2');
      if (seen.attention) throw new Error(`${seen.attention.step}: ${JSON.stringify(seen.waitsFor)}`);
      return seen.phase === phase;
    },
    60_000,
  );
};

describe('somebody who came, moved and left', () => {
  it('joins, with everything HR knows about them', async () => {
    joiner = await whole.tell('employee.hired', {
      ...person,
      ...extra,
      e911,
      office: 'Berlin',
      timeZone: 'Europe/Berlin',
      startDate: dayFromToday(0),
      number: { from: 'reserved' },
      groups: [
        { type: 'department', name: 'Berlin Sales' },
        { type: 'department', name: 'Berlin Support' },
      ],
    });
    cases.push(joiner);
    await whole.until(joiner, 'the invitation', (each) => each.phase === 'awaiting-acceptance');
    const { items } = await whole.control<{ items: SandboxUser[] }>(`/api/v2/users?state=pending&email=${encodeURIComponent(canary.email)}`);
    userId = items[0]?.id ?? '';
    await whole.control(`/sandbox/users/${userId}/accept`, {});
    await carriedTo(joiner, 'done');
    ref = (await whole.detail(joiner)).person?.ref ?? '';
    expect(ref).not.toBe('');
  }, 120_000);

  it('has things of their own in Dialpad, and another name by and by', async () => {
    const patch = async (path: string, method: string, body: object): Promise<void> => {
      const answer = await fetch(`${whole.local.sandbox}/api/v2${path}`, {
        method,
        headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    };
    await patch(`/users/${userId}`, 'PATCH', { forwarding_numbers: [canary.forwarding] });
    await patch(`/users/${userId}/status`, 'PATCH', { status_message: canary.status });
    const file = Buffer.from('ID3').toString('base64');
    await patch('/customivrs', 'POST', { target_type: 'user', target_id: userId, ivr_type: 'VM_UNAVAILABLE', name: canary.greeting, file });

    const inboxId = await tellHook(whole.local, 'employee.changed', { ...person, email: canary.newEmail, familyName: canary.marriedName });
    const { body } = await eventually('the correction', async () => {
      const answer = await whole.call<{ status: string; caseIds: string[] }>(null, `/v1/hooks/inbox/${inboxId}`);
      return answer.body.status === 'received' ? null : answer;
    });
    for (const caseId of body.caseIds.filter((id) => !cases.includes(id))) {
      cases.push(caseId);
      await carriedTo(caseId, 'done');
    }
  }, 120_000);

  it('is named in a hook that nobody could understand', async () => {
    const inboxId = await tellHook(whole.local, 'employee.changed', { ...person, effectiveDate: 'soon', note: canary.inbox });
    await eventually('the reading', async () => (await whole.call<{ status: string }>(null, `/v1/hooks/inbox/${inboxId}`)).body.status === 'needs-person');
    expect(await db.query('SELECT 1 FROM app.inbox WHERE id = $1 AND body IS NOT NULL', [inboxId])).toHaveLength(1);
  }, 30_000);

  it('leaves, while people write about them wherever one can', async () => {
    await whole.control('/sandbox/faults', { operation: 'DELETE /departments/{id}/operators', rate: 1, fault: 'no-op' });
    const fact = {
      type: 'employee.terminated',
      data: { ...person, ...extra, email: canary.newEmail, familyName: canary.marriedName, timeZone: 'UTC', lastWorkingDay: dayFromToday(-2) },
    };
    const started = await post('requester', '/v1/cases', { fact, reason: canary.startReason }, { 'idempotency-key': canary.idempotencyKey });
    expect(started.status).toBe(201);
    leaver = String(started.body['id']);
    cases.push(leaver);
    const planned = await whole.until(leaver, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'));
    const decide = (key: 'requester' | 'approver', stage: string, reason: string) =>
      post(key, `/v1/cases/${leaver}/approvals/${stage}/decisions`, { decision: 'approve', reason, planHash: planned.plan?.hash });
    expect((await decide('requester', 'leaver', canary.refusedDecision)).status).toBe(403);

    expect((await post('auditor', `/v1/cases/${leaver}/legal-hold`, { reason: canary.holdPlaced })).status).toBe(200);
    const judge = (decision: string, reason: string) => post('operator', `/v1/cases/${leaver}/legal-hold/decisions`, { decision, reason });
    expect((await judge('approve', canary.holdConfirmed)).status).toBe(200);
    expect((await post('auditor', `/v1/cases/${leaver}/legal-hold/lift`, { reason: canary.holdLiftAsked })).status).toBe(200);
    expect((await judge('refuse', canary.holdKept)).status).toBe(200);
    expect((await post('auditor', `/v1/cases/${leaver}/legal-hold/lift`, { reason: canary.holdLiftAsked })).status).toBe(200);
    expect((await post('operator', `/v1/cases/${leaver}/legal-hold/lift`, { reason: canary.holdLifted })).status).toBe(200);

    expect((await decide('approver', 'leaver', canary.decision)).status).toBe(200);
    const group = (await stuck(leaver, /^group/)).attention?.step ?? '';
    const mend = async (how: string, body: object): Promise<void> => {
      const { version } = await whole.detail(leaver);
      expect((await post('operator', `/v1/cases/${leaver}/steps/${group}/${how}`, body)).status).toBe(200);
      await whole.until(leaver, `what became of ${how}`, (each) => each.version > version + 1 && (each.attention !== null || how === 'waive'));
    };
    await mend('done-by-hand', { evidence: canary.evidence });
    await mend('retry', { reason: canary.retry });
    await fetch(`${whole.local.sandbox}/sandbox/faults`, { method: 'DELETE' });
    const plan = await whole.detail(leaver);
    const groupId = await groupOf(leaver, group);
    const removed = await fetch(`${whole.local.sandbox}/api/v2/departments/${groupId}/operators`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
      body: JSON.stringify({ operator_id: userId, operator_type: 'user' }),
    });
    expect([plan.id, removed.status]).toEqual([leaver, 200]);
    await mend('waive', { reason: canary.waiver });

    await whole.until(leaver, 'the approval of the delete', (each) => each.phase === 'awaiting-delete-approval' || each.attention !== null);
    expect((await whole.detail(leaver)).waitsFor.filter((each) => each.on === 'operator')).toEqual([]);
    expect((await decide('approver', 'delete', canary.deleteDecision)).status).toBe(200);
    await whole.until(leaver, 'the delete', (each) => each.phase === 'awaiting-purge');
    expect((await post('operator', `/v1/cases/${leaver}/rescind`, { reason: canary.rescind })).status).toBe(409);
    const exported = await post('admin', `/v1/persons/${ref}/export`, { reason: canary.exportReason });
    const not = [canary.idempotencyKey, canary.greeting, canary.status, canary.exportReason] as string[];
    for (const value of Object.values(canary).filter((each) => !not.includes(each))) expect(JSON.stringify(exported.body)).toContain(value);
  }, 180_000);

  const groupOf = async (caseId: string, step: string): Promise<string> => {
    const rows = (await db.query(`SELECT body FROM ev.event WHERE stream_id = $1 AND type = 'PlanMade'`, [`case/${caseId}`])) as { body: Buffer }[];
    const { plan } = JSON.parse(rows[0]?.body.toString('utf8') ?? '{}') as { plan: { steps: { id: string; target: { group?: { id: string } } }[] } };
    return plan.steps.find((each) => each.id === step)?.target.group?.id ?? '';
  };

  it('is all in the record, sealed: nothing of it can be read without the key', async () => {
    const keyring = new Keyring(masterKeysInFile(whole.masterKeyFile), keyTable(db));
    const rows = (await db.query('SELECT event_id, stream_id, type, key_id, sealed FROM ev.event WHERE sealed IS NOT NULL')) as {
      event_id: string;
      stream_id: string;
      type: string;
      key_id: string;
      sealed: Buffer;
    }[];
    const values = new Set<string>();
    for (const row of rows) {
      const { person: whose, plain } = await keyring.open(row.key_id, { eventId: row.event_id, stream: row.stream_id, type: row.type }, row.sealed);
      if (whose === ref && plain !== null) for (const leaf of leaves(JSON.parse(plain))) values.add(leaf);
    }
    sealed = [...values];
    const not = [canary.inbox, canary.idempotencyKey, canary.greeting, canary.status] as string[];
    for (const value of Object.values(canary).filter((each) => !not.includes(each))) expect(sealed).toContain(value);
  }, 30_000);

  it('is erased, although the worker is killed in the middle of it', async () => {
    // The transaction that erases takes three seconds, and the worker dies within them.
    await db.query(`CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN OLD; END $$`);
    await db.query(`CREATE TRIGGER slowly BEFORE DELETE ON app.person_index FOR EACH ROW EXECUTE FUNCTION public.slowly()`);
    await whole.control('/sandbox/clock', { advance: 'PT72H' });
    await eventually(
      'the middle of the erasure',
      async () => ((await db.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)) as unknown[]).length > 0,
      60_000,
    );
    process.kill(whole.now().pids['worker'] ?? 0, 'SIGKILL');
    await db.query('DROP TRIGGER slowly ON app.person_index');
    await db.query('DROP FUNCTION public.slowly()');
    const done = await whole.until(leaver, 'the end', (each) => each.phase === 'done', 120_000);
    expect(done).toMatchObject({ outcome: 'removed', certificate: { keyDestroyed: true, dialpadReturnsUser: false }, person: { ref, erased: true } });
    expect(await db.query(`SELECT 1 FROM ev.event WHERE type = 'PersonErased'`)).toHaveLength(1);
    expect(await db.query(`SELECT 1 FROM ev.event WHERE type = 'CertificateIssued'`)).toHaveLength(1);
    expect(await db.query('SELECT wrapped_dek FROM ev.subject_key WHERE subject = $1', [ref])).toEqual([{ wrapped_dek: null }]);
  }, 180_000);
});

describe('afterwards', () => {
  /** Short values and codes are everywhere; what is looked for is what could only be theirs. */
  const looked = (): readonly string[] => [
    ...new Set([...Object.values(canary), ...sealed.filter((value) => value.length >= 6 && !/^[a-z-]+$|^\d{4}-\d\d-\d\d|^UTC$/.test(value))]),
  ];
  const readable = async (values: readonly string[]): Promise<readonly string[]> => {
    // What is public in the record as well (a number of the company, an office) is no secret of theirs.
    const rows = (await db.query('SELECT body FROM ev.event')) as { body: Buffer }[];
    const text = rows.map((row) => row.body.toString('utf8')).join('\n');
    return values.filter((value) => text.includes(value));
  };
  const values = async (): Promise<readonly string[]> => {
    const open = await readable(looked());
    expect(open.filter((value) => (Object.values(canary) as string[]).includes(value))).toEqual([]);
    expect(open.filter((value) => !/^\+\d{6,15}$|Berlin/.test(value))).toEqual([]); // company numbers and offices only
    return looked().filter((value) => !open.includes(value));
  };
  const none: readonly Hit[] = [];

  it('no table of any schema holds a value of theirs, in any column, in any form', async () => {
    const { hits, tables } = await scanDatabase(whole.local.postgresUrl, scanner(await values()));
    expect(hits).toEqual(none);
    expect(tables).toEqual(expect.arrayContaining(['ev.event', 'ev.subject_key', 'app.inbox', 'app.idempotency_key', 'app.person_index']));
    expect(tables.some((table) => table.startsWith('read.case_row'))).toBe(true);
  }, 120_000);

  it('and one that was there would be found', async () => {
    await db.query('CREATE TABLE public.control (note jsonb, bytes bytea)');
    await db.query('INSERT INTO public.control VALUES ($1, $2)', [{ deep: ['controlcanary'] }, Buffer.from(Buffer.from('controlcanary').toString('base64'))]);
    const { hits } = await scanDatabase(whole.local.postgresUrl, scanner(['controlcanary']));
    await db.query('DROP TABLE public.control');
    expect(hits.map((hit) => hit.where)).toEqual(['public.control.note', 'public.control.bytes']);
  }, 60_000);

  it('Temporal holds none: not in histories, memos or search attributes, and not in its database file', async () => {
    const look = scanner(await values());
    const hits: Hit[] = [];
    let runs = 0;
    for await (const run of client.workflow.list()) {
      const history = historyToJSON(await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory());
      hits.push(...look.inText(run.workflowId, JSON.stringify([run.searchAttributes, run.memo ?? {}, run.type]) + history));
      runs += 1;
    }
    expect(hits).toEqual(none);
    expect(runs).toBeGreaterThanOrEqual(cases.length);
    const files = readdirSync(whole.dataDir).filter((name) => name.startsWith('temporal.db'));
    expect(files).toContain('temporal.db');
    for (const name of files) expect(look.inBytes(name, readFileSync(join(whole.dataDir, name)))).toEqual(none);
  }, 120_000);

  it('no log and no file below the data folder holds one: PostgreSQL’s tables and write-ahead log included, Dialpad’s sandbox excepted', async () => {
    const { hits, bytes } = scanFolder(whole.dataDir, scanner(await values()), { except: [join(whole.dataDir, 'sandbox')] });
    expect(hits).toEqual(none);
    expect(bytes).toBeGreaterThan(10_000_000);
    expect(whole.log()).toContain(joiner);
  }, 180_000);

  it('no answer of the API shows one, to anybody', async () => {
    const look = scanner(await values());
    for (const key of ['admin', 'operator', 'approver', 'requester', 'auditor'] as const) {
      for (const path of [
        ...cases.flatMap((id) => [`/v1/cases/${id}`, `/v1/cases/${id}/timeline`]),
        '/v1/cases?limit=200',
        `/v1/audit?person=${ref}`,
        '/v1/legal-holds',
      ]) {
        expect(look.inText(`${key} ${path}`, JSON.stringify((await whole.call(key, path)).body))).toEqual(none);
      }
    }
    for (const path of [
      '/v1/audit/export',
      '/v1/audit/export?format=csv',
      `/v1/persons/${ref}/data`,
      `/v1/persons/${ref}/export`,
      `/v1/persons/${ref}/export?format=html`,
    ]) {
      const answer = await fetch(`${whole.local.api}${path}`, { headers: { authorization: `Bearer ${whole.local.apiKeys.admin}` } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(look.inText(path, await answer.text())).toEqual(none);
    }
    expect((await whole.call('operator', `/v1/persons?employeeId=${canary.employeeId}`)).status).toBe(404);
  }, 120_000);

  it('the record verifies, and the erasure is in it and on the list outside', async () => {
    const verified = await verifyStreams(db);
    expect(verified.problems).toEqual([]);
    const log = await eventually('every event in the log', async () => {
      const seen = await verifyLog(db);
      return seen.size >= verified.events ? seen : null;
    });
    expect(log.problems).toEqual([]);
    await eventually('the list', async () => (await readErasures(join(whole.dataDir, 'erasures.ndjson'))).some((each) => each.personRef === ref), 20_000);
  }, 60_000);

  it('the story of every case can be read, event by event, in words, without the person', async () => {
    const types = new Set<string>();
    for (const caseId of cases) {
      for (const entry of await whole.timeline(caseId)) {
        types.add(entry.type);
        expect(entry.summary).not.toBe(entry.type);
        expect(entry.summary).not.toMatch(/undefined|null|NaN|\[object|: ?$|\(\)|^ | {2}/);
        expect(entry.reason).toBeNull();
        expect(entry.actor).not.toBe('');
      }
    }
    expect([...types]).toEqual(
      expect.arrayContaining([
        'CaseOpened',
        'PlanMade',
        'DecisionMade',
        'DecisionRefused',
        'StepStarted',
        'StepVerified',
        'StepContradicted',
        'StepClaimedByHand',
        'StepRetried',
        'StepWaived',
        'RescindRefused',
        'LegalHoldPlaced',
        'LegalHoldConfirmed',
        'LegalHoldKept',
        'LegalHoldLifted',
        'CertificateIssued',
        'CaseClosed',
      ]),
    );
    const numbers = (await whole.timeline(leaver)).flatMap((entry) => leaves(entry.evidence)).filter((value) => /^\+\d{6,}$/.test(value));
    expect(numbers.length).toBeGreaterThan(0); // the company's number, with office, dates and the reference
  }, 60_000);
});

describe('a rotation of the master key', () => {
  const handover = (...args: readonly string[]): { status: number | null; said: string } => {
    const main = new URL('../../../infra/local/dist/main.js', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'handover', ...args, '--data-dir', whole.dataDir], { encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };
  const living = { employeeId: 'LIVING-1', email: 'living@example.com', givenName: 'Liv', familyName: 'Ing' };
  let livingCase: string;

  it('is followed by every running part without a restart', async () => {
    livingCase = await whole.tell('employee.terminated', { ...living, timeZone: 'UTC', lastWorkingDay: dayFromToday(30) });
    expect(handover('keys', 'rotate', 'master')).toMatchObject({ status: 0, said: expect.stringContaining('master-2 is the master key now') });
    expect((await whole.detail(livingCase)).person).toMatchObject({ givenName: 'Liv' });
    const later = await whole.tell('employee.terminated', { ...living, employeeId: 'LIVING-2', timeZone: 'UTC', lastWorkingDay: dayFromToday(30) });
    expect((await whole.detail(later)).person).toMatchObject({ givenName: 'Liv' });
    const { keys } = JSON.parse(handover('keys', 'list', 'master', '--json').said) as { keys: { id: string; state: string; wraps: number }[] };
    expect(keys.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        ['master-1', 'retired'],
        ['master-2', 'current'],
      ]),
    );
    expect(keys.find((key) => key.id === 'master-1')?.wraps).toBe(0);
    expect((await whole.call('operator', '/v1/persons?employeeId=LIVING-1')).status).toBe(200); // found by the same blind index
  }, 60_000);
});

const leaves = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
};
