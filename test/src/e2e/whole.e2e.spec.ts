import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cases } from '@handover/case-service';
import { PostgresEventStore, keyTable, openDatabase, verifyLog, verifyStreams } from '@handover/event-store-postgres';
import { handover } from '@handover/local';
import { createLogger } from '@handover/observability';
import { Keyring, masterKeysInFile } from '@handover/privacy';
import { CaseRows } from '@handover/read-models-postgres';
import { restartLost } from '@handover/worker';
import { decideUpdate } from '@handover/workflow-contracts';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { asEmployee, dayFromToday, startWhole, type SandboxUser, type Whole } from '../support/instance.ts';
import { eventually } from '../support/wait.ts';

const POLICY = 'hold: 3s\npurge: { after: 1s, checkEvery: 1s }\nacceptance: { deadline: 5m, remindEvery: 2m, pollEvery: 1s }\n';
const nora = { employeeId: 'EMP-NORA-4711', email: 'noranda.quistgaard@example.com', givenName: 'Noranda', familyName: 'Quistgaard' };

let whole: Whole;
let connection: Connection;
let client: Client;
let leaver: SandboxUser;
let joinerCase: string;
let leaverCase: string;

beforeAll(async () => {
  whole = await startWhole(POLICY);
  connection = await Connection.connect({ address: whole.local.temporalAddress });
  client = new Client({ connection });
  const [first] = await whole.plainUsers();
  if (!first) throw new Error('nobody can leave');
  leaver = first;
}, 120_000);

afterAll(async () => {
  await connection?.close();
  await whole?.stop();
}, 60_000);

describe('from an HR webhook to the end', () => {
  it('a joiner is approved over HTTP, invited, accepts, and joins', async () => {
    joinerCase = await whole.tell('employee.hired', {
      ...nora,
      office: 'Berlin',
      timeZone: 'Europe/Berlin',
      startDate: dayFromToday(0),
      number: { from: 'reserved' },
      groups: [{ type: 'department', name: 'Berlin Sales' }],
      adminRole: 'office',
    });
    await whole.until(joinerCase, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'));
    expect(await whole.approve(joinerCase, 'joiner')).toBe(200);
    await whole.until(joinerCase, 'the invitation', (each) => each.phase === 'awaiting-acceptance');
    const { items } = await whole.control<{ items: { id: string }[] }>(`/api/v2/users?state=pending&email=${encodeURIComponent(nora.email)}`);
    await whole.control(`/sandbox/users/${items[0]?.id}/accept`, {});
    const done = await whole.until(joinerCase, 'the end', (each) => each.phase === 'done');
    expect(done).toMatchObject({ outcome: 'joined', waitsFor: [], person: { givenName: 'Noranda' } });
  }, 90_000);

  it('a leaver is approved by a Temporal update, held, deleted after a second approval, purged and certified', async () => {
    leaverCase = await whole.tell('employee.terminated', {
      ...asEmployee(leaver),
      timeZone: 'Europe/Berlin',
      lastWorkingDay: dayFromToday(-2),
      successor: { employeeId: nora.employeeId },
    });
    const planned = await whole.until(leaverCase, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'));
    expect(planned.undoUntil.map((each) => each.line)).toEqual(['delete', 'erase']);
    const handle = client.workflow.getHandle(planned.temporal.workflowId);
    expect(
      await handle.executeUpdate(decideUpdate, {
        args: [{ stage: 'leaver', decision: 'approve', reasonCode: 'agreed', actor: 'approver', planHash: planned.plan?.hash ?? '' }],
      }),
    ).toEqual({ accepted: true, code: 'ok' });
    await whole.until(leaverCase, 'the second approval', (each) => each.phase === 'awaiting-delete-approval');
    expect(await whole.approve(leaverCase, 'delete', 'approver2')).toBe(200);
    await whole.until(leaverCase, 'the delete', (each) => each.phase === 'awaiting-purge');
    await whole.control('/sandbox/clock', { advance: 'PT72H' });
    const done = await whole.until(leaverCase, 'the end', (each) => each.phase === 'done');
    expect(done).toMatchObject({ outcome: 'removed', certificate: { keyDestroyed: true, dialpadReturnsUser: false }, person: { erased: true } });
    expect(done.person?.email ?? null).toBeNull();
  }, 90_000);

  it('says every effect in the record: started before it, and an outcome after it', async () => {
    for (const caseId of [joinerCase, leaverCase]) {
      const entries = await whole.timeline(caseId);
      expect(entries.map((entry) => entry.position)).toEqual(entries.map((_, index) => index + 1));
      const started = entries.filter((entry) => entry.type === 'StepStarted').map((entry) => entry.stepId);
      const ended = entries.filter((entry) => entry.type === 'StepVerified').map((entry) => entry.stepId);
      expect(ended.sort()).toEqual(started.sort());
    }
    const decisions = (await whole.timeline(leaverCase)).filter((entry) => entry.type === 'DecisionMade').map(({ actor, channel }) => ({ actor, channel }));
    expect(decisions).toEqual([
      { actor: 'approver', channel: 'temporal' },
      { actor: 'approver2', channel: 'api' },
    ]);
  }, 30_000);

  it('wrote to Dialpad each thing once, suspended first and deleted last', async () => {
    const writes = (await whole.writes()).filter((each) => each.userId === leaver.id).map((each) => each.operation);
    expect(writes[0]).toBe('PATCH /users/{id}');
    expect(writes[writes.length - 1]).toBe('DELETE /users/{id}');
    expect(writes.filter((each) => each === 'DELETE /users/{id}')).toHaveLength(1);
    expect((await whole.writes()).filter((each) => each.operation === 'POST /users')).toHaveLength(1);
  });

  it('leaves a record whose every hash is right', async () => {
    const dataSource = await openDatabase(whole.local.postgresUrl);
    const verified = await verifyStreams(dataSource);
    const log = await eventually('every event in the log', async () => {
      const seen = await verifyLog(dataSource);
      return seen.size >= verified.events ? seen : null;
    });
    await dataSource.destroy();
    expect(log.problems).toEqual([]);
    expect(verified.problems).toEqual([]);
    expect(verified.events).toBeGreaterThan(40);
  }, 30_000);

  it('keeps every personal value out of Temporal and out of the log', async () => {
    const values = [nora.email, nora.familyName, nora.givenName, nora.employeeId, leaver.emails[0] ?? '', `EMP-${leaver.id}`, 'looked at it'];
    let histories = '';
    for await (const run of client.workflow.list()) {
      histories += JSON.stringify(run.searchAttributes) + JSON.stringify(run.memo ?? {});
      histories += historyToJSON(await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory());
    }
    const decoded =
      histories + [...histories.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g)].map(([, data]) => Buffer.from(data ?? '', 'base64').toString('utf8')).join('\n');
    expect(decoded).toContain(leaverCase);
    const log = whole.log();
    for (const value of values) {
      expect(decoded).not.toContain(value);
      expect(log).not.toContain(value);
    }
  }, 30_000);

  it('shows in Temporal what a case is and waited for', async () => {
    const described = await client.workflow.getHandle(`leaver/${leaverCase}`).describe();
    const attributes = described.typedSearchAttributes.getAll();
    expect(Object.fromEntries(attributes.map(({ key, value }) => [key.name, value]))).toMatchObject({
      HandoverKind: 'leaver',
      HandoverPhase: 'done',
      HandoverWaitingOn: 'nobody',
      HandoverNeedsAttention: false,
    });
    expect(await described.staticSummary()).toMatch(/^leaver/);
  }, 30_000);
});

describe('the command line, beside what runs', () => {
  const asked = async (...args: string[]): Promise<{ code: number; said: string }> => {
    const said: string[] = [];
    const code = await handover([...args, '--data-dir', whole.dataDir], (line) => void said.push(line));
    return { code, said: said.join('\n') };
  };
  type Followers = { subscriptions: { name: string; state: string; generation: number; position: number; lag: number }[] };
  const followers = async (): Promise<Followers['subscriptions']> => (JSON.parse((await asked('subscriptions', '--json')).said) as Followers).subscriptions;

  it('lists what follows the log, how far it is, and what is live', async () => {
    const { code, said } = await asked('subscriptions');
    expect(code).toBe(0);
    expect(said).toMatch(/^ {2}audit-index +live +generation \d+, \d+ events, \d+ behind, /m);
    expect((await followers()).every((each) => each.state === 'live')).toBe(true);
  }, 30_000);

  it('rebuilds a read model beside the one that is read, and switches to it', async () => {
    const before = (await followers()).find((each) => each.name === 'audit-index');
    const { code, said } = await asked('rebuild', 'audit-index');
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/audit-index: \d+ events applied; generation \d+ is what readers see now$/) });
    const after = (await followers()).filter((each) => each.name === 'audit-index');
    expect(after).toMatchObject([{ state: 'live', generation: (before?.generation ?? 0) + 1 }]);
    expect(after[0]?.position).toBeGreaterThanOrEqual(before?.position ?? 0);
    const { items } = (await whole.call<{ items: { type: string }[] }>('auditor', `/v1/audit?caseId=${leaverCase}&limit=200`)).body;
    expect(items.map((each) => each.type)).toContain('CertificateIssued');
    await expect(asked('rebuild', 'nonsense')).rejects.toThrow('nonsense');
    await expect(asked('rebuild')).rejects.toThrow('which read model? There are');
  }, 60_000);

  it('says what retention would let go, without doing it', async () => {
    await expect(asked('retention')).rejects.toThrow('retention --dry-run');
    const { code, said } = await asked('retention', '--dry-run');
    expect(code).toBe(0);
    expect(said).toMatch(/^Record 7y, inbox 90d; not approved yet \(0 of 2\): nothing is let go$/m);
    expect(said).toMatch(/^\d+ persons can be read; of 0 nothing was heard for 7y, and of the 0 longest silent 0 would be let go$/m);
    const preview = JSON.parse((await asked('retention', '--dry-run', '--json')).said) as { erasable: number; policy: { approved: boolean } };
    expect(preview).toMatchObject({ erasable: 0, silent: 0, persons: [], policy: { approved: false } });
  }, 30_000);
});

describe('with parts missing', () => {
  it('a fact told while Temporal is down is accepted, and worked when it is back', async () => {
    const [, second] = await whole.plainUsers();
    if (!second) throw new Error('nobody else can leave');
    process.kill(whole.now().pids['temporal'] ?? 0, 'SIGKILL');
    const caseId = await whole.tell('employee.terminated', { ...asEmployee(second), timeZone: 'UTC', lastWorkingDay: dayFromToday(3) });
    await whole.until(caseId, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'), 60_000);
    expect(whole.said.join('\n')).toMatch(/temporal ended by SIGKILL; starting it again/);
  }, 90_000);

  it('a case whose workflow was terminated by hand is found, and goes on from the stream', async () => {
    const [, , third] = await whole.plainUsers();
    if (!third) throw new Error('nobody else can leave');
    const caseId = await whole.tell('employee.terminated', { ...asEmployee(third), timeZone: 'UTC', lastWorkingDay: dayFromToday(-3) });
    await whole.until(caseId, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'));
    await client.workflow.getHandle(`leaver/${caseId}`).terminate('by hand');
    const dataSource = await openDatabase(whole.local.postgresUrl);
    const rows = new CaseRows(dataSource);
    const cases = new Cases(new PostgresEventStore(dataSource, new Keyring(masterKeysInFile(whole.masterKeyFile), keyTable(dataSource))));
    const load = (id: string) => cases.load(id);
    const guard = { openCases: (ms: number) => rows.open(ms), load, client, publicUrl: whole.local.api, log: createLogger('test', 'silent') };
    await eventually('the loss', async () => (await restartLost(guard, 0)) === 1);
    await dataSource.destroy();
    expect(await whole.approve(caseId, 'leaver')).toBe(200);
    await whole.until(caseId, 'the hold', (each) => each.phase === 'holding' || each.phase === 'awaiting-delete-approval');
  }, 60_000);

  it('a part that dies is started again and said so', async () => {
    const before = whole.now().pids;
    process.kill(before['api'] ?? 0, 'SIGKILL');
    await eventually('the API', async () => (await fetch(`${whole.local.api}/health/ready`).catch(() => null))?.ok ?? null, 15_000);
    await eventually('its new pid', async () => whole.now().pids['api'] !== before['api']);
    expect((await whole.call('operator', `/v1/cases/${leaverCase}`)).status).toBe(200);
  }, 30_000);
});
