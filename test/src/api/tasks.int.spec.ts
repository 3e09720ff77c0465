import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consoleTask, defaultPolicy, taskNames, timingsOf, type CaseView, type JsonObject, type Plan, type TaskName } from '@handover/case';
import { Cases, Company } from '@handover/case-service';
import type { CaseDetail } from '@handover/contracts';
import { createDialpad, type Dialpad, type DialpadUser } from '@handover/connector-dialpad';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
let dialpad: Dialpad;
let cases: Cases;
let users: DialpadUser[];

const control = async (path: string, body: object): Promise<void> => {
  const answer = await fetch(`${api.sandbox.url}/sandbox/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`the sandbox said ${answer.status}: ${await answer.text()}`);
};
const nextUser = (): DialpadUser => {
  const user = users.shift();
  if (!user) throw new Error('the seeded company has too few users');
  return user;
};
const inActivity = <T>(run: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(run);

/** A case whose plan is one task, tried once: what a leaver's, joiner's or mover's plan may hold. */
const openTask = async (task: TaskName, target: JsonObject, userId: string): Promise<string> => {
  const data = { employeeId: `T-${randomUUID()}`, email: 'task@example.com', groups: [{ type: 'department', name: 'Support' }] };
  const { body } = await api.call('requester', '/v1/cases', { fact: { type: 'employee.changed', data } });
  const caseId = String(body['id']);
  const steps: Plan['steps'] = [{ id: 'task', kind: 'taskByHand', phase: 'changing', reversible: true, gate: null, target: { task, ...target } }];
  const plan: Plan = { hash: 'one-task', policyVersion: 'of the test', steps, stages: [], timings: timingsOf(defaultPolicy) };
  await cases.execute(caseId, { type: 'recordPlan', plan, userId, now: new Date().toISOString() }, api.systemBy(randomUUID()));
  await attempt(caseId, 1);

  return caseId;
};
const attempt = async (caseId: string, round: number): Promise<void> =>
  void (await inActivity(() => api.worker.dialpadActivities.taskByHand({ caseId, step: 'task', round })));
const stepOf = async (caseId: string): Promise<CaseView['steps'][number] | undefined> => (await cases.view(caseId))?.steps.find((step) => step.id === 'task');
const look = async () => {
  await api.sealed();
  return inActivity(() => api.worker.dialpadActivities.pollTasks());
};

/** Waits for a person, is looked at without a word in the record, is done in the console, and closes itself. */
const closesItself = async (caseId: string, doneInConsole: () => Promise<unknown>): Promise<void> => {
  const before = await cases.load(caseId);
  expect(await stepOf(caseId)).toMatchObject({ status: 'blocked', round: 1 });
  expect((await look()).done).toBe(0);
  expect((await cases.load(caseId))?.version).toBe(before?.version);

  await doneInConsole();
  expect((await look()).done).toBe(1);
  expect((await look()).done).toBe(0);
  expect(await stepOf(caseId)).toMatchObject({ status: 'pending', round: 2 });
  await attempt(caseId, 2);
  expect(await stepOf(caseId)).toMatchObject({ status: 'verified' });
  const types = (await cases.events(caseId)).slice(before?.version).map((event) => event.type);
  expect(types).toEqual(['StepRetried', 'StepStarted', 'StepVerified']);
};

beforeAll(async () => {
  api = await startApi();
  cases = new Cases(api.worker.store);
  dialpad = createDialpad({ baseUrl: api.sandbox.url, apiKey: { reveal: () => 'test' } });
  users = (await dialpad.users('active')).filter((user) => !user.isSuperAdmin);
}, 60_000);
afterAll(() => api.stop(), 30_000);

describe('a task that Dialpad can show as done closes itself:', () => {
  it('a member removed from a coaching team', async () => {
    const [team] = await dialpad.coachingTeams();
    const user = nextUser();
    await dialpad.addToGroup({ userId: user.id, group: { type: 'coachingteam', id: team?.id ?? '' }, role: 'trainee' });
    const caseId = await openTask('leave-group', { group: { type: 'coachingteam', id: team?.id } }, user.id);
    await closesItself(caseId, () => control('console', { do: 'leave-coaching-team', teamId: team?.id, userId: user.id }));
  });

  it('a main line that points elsewhere', async () => {
    const user = nextUser();
    const [office] = await dialpad.offices();
    await control('console', { do: 'point-main-line', officeId: office?.id, userId: user.id });
    const [reference] = (await dialpad.routingReferences(user.id)).filter((each) => !each.repairable);
    const caseId = await openTask('repoint-main-line', { reference: JSON.parse(JSON.stringify(reference)) as JsonObject }, user.id);
    await closesItself(caseId, () => control('console', { do: 'point-main-line', officeId: office?.id }));
  });

  it('voicemail mails that go to none of the addresses of the person', async () => {
    const user = nextUser();
    const [department] = await dialpad.departments();
    const line = { type: 'department', id: department?.id ?? '' };
    await control('console', { do: 'voicemail-mails', ...line, emails: [user.emails[0]?.toUpperCase(), 'team@example.com'] });
    const caseId = await openTask('voicemail-mails', { line }, user.id);
    await closesItself(caseId, () => control('console', { do: 'voicemail-mails', ...line, emails: ['team@example.com'] }));
    expect(JSON.stringify(await cases.events(caseId))).not.toContain('team@example.com');
  });

  it('a licence that was bought, or came free; a promised one is none', async () => {
    const office = (await dialpad.offices()).find((each) => each.name === 'Berlin');
    const officeId = office?.id ?? '';
    const { talk: free } = await dialpad.freeSeats(officeId);
    const { talk: purchased } = await dialpad.seatsBought(officeId);
    await control('console', { do: 'buy-licences', officeId, counter: 'talk_lines', count: -free });
    const caseId = await openTask('buy-licences', { officeId, seat: 'talk', purchased }, nextUser().id);
    const promise = { type: 'claimSeat', caseId: randomUUID(), officeId, seat: 'talk', free: 1, first: false } as const;
    await new Company(api.worker.store).execute(promise, api.systemBy(randomUUID()));
    await control('console', { do: 'buy-licences', officeId, counter: 'talk_lines', count: 1 });
    expect((await look()).done).toBe(0);
    await closesItself(caseId, () => control('console', { do: 'buy-licences', officeId, counter: 'talk_lines', count: 1 }));
    const removal = await openTask('remove-licences', { officeId, seat: 'talk', purchased: (await dialpad.seatsBought(officeId)).talk }, nextUser().id);
    await closesItself(removal, () => control('console', { do: 'buy-licences', officeId, counter: 'talk_lines', count: -1 }));
    await control('console', { do: 'buy-licences', officeId, counter: 'talk_lines', count: free });
  });

  it('a deleted user who is restored, also a namesake who is not the subject of the case', async () => {
    const user = nextUser();
    await dialpad.deleteUser(user.id);
    const caseId = await openTask('restore-user', { userId: user.id }, nextUser().id);
    await closesItself(caseId, () => control(`users/${user.id}/restore`, {}));
  });

  it('a deleted user who is purged', async () => {
    const user = nextUser();
    await dialpad.suspendUser(user.id);
    await dialpad.deleteUser(user.id);
    const caseId = await openTask('delete-permanently', {}, user.id);
    await closesItself(caseId, () => control('clock', { advance: 'PT73H' }));
  });

  it('an invitation that is accepted', async () => {
    const email = 'invited@example.com';
    const [office] = await dialpad.offices();
    const invitation = { email, givenName: 'Ida', familyName: 'Invited', officeId: office?.id ?? '', license: 'talk' };
    await dialpad.inviteUser(invitation, { startedAt: new Date().toISOString() });
    const [user] = await dialpad.findUsersByEmail(email);
    const caseId = await openTask('resend-invitation', {}, user?.id ?? '');
    await closesItself(caseId, () => control(`users/${user?.id}/accept`, {}));
  });
});

describe('a joiner whose deleted namesake has to be restored first', () => {
  it('shows the task before there is a plan, and goes on once the user is restored', async () => {
    const user = nextUser();
    await dialpad.deleteUser(user.id);
    const data = { employeeId: `T-${randomUUID()}`, email: user.emails[0], givenName: user.firstName, familyName: user.lastName, startDate: '2026-12-01' };
    const { body } = await api.call('requester', '/v1/cases', { fact: { type: 'employee.hired', data } });
    const caseId = String(body['id']);
    const outcome = { kind: 'blocked', code: 'task.restore-user', detail: `user ${user.id} is deleted and not purged yet` } as const;
    const now = new Date().toISOString();
    await cases.execute(caseId, { type: 'startStep', now, start: { step: 'preflight', round: 1 } }, api.systemBy(randomUUID()));
    await cases.execute(caseId, { type: 'recordOutcome', step: 'preflight', round: 1, outcome }, api.systemBy(randomUUID()));
    const shown = (await api.call('operator', `/v1/cases/${caseId}`)).body as unknown as CaseDetail;
    expect(shown.plan?.steps[0]).toMatchObject({ id: 'preflight', task: { name: 'restore-user', closesItself: true } });

    expect((await look()).done).toBe(0);
    await control(`users/${user.id}/restore`, {});
    expect((await look()).done).toBe(1);
    expect((await cases.view(caseId))?.steps[0]).toMatchObject({ id: 'preflight', status: 'pending', round: 2 });
  });
});

describe('a task that nothing shows as done', () => {
  it.each(taskNames.filter((name) => consoleTask(name)?.readBack === null))('(%s) waits for somebody who says so, with evidence', async (name) => {
    const caseId = await openTask(name, {}, nextUser().id);
    expect((await look()).open).toBe(0);
    const { body } = await api.call('operator', `/v1/cases/${caseId}`);
    const { plan, waitsFor, attention } = body as unknown as CaseDetail;
    expect(attention?.code).toBe(`task.${name}`);
    expect(plan?.steps.find((step) => step.id === 'task')?.task).toMatchObject({
      name,
      closesItself: false,
      steps: expect.arrayContaining([expect.any(String)]),
    });
    expect(waitsFor[0]).toMatchObject({ on: 'operator', what: expect.stringContaining('mark the step as done by hand, with evidence') });

    await api.call('operator', `/v1/cases/${caseId}/steps/task/retry`, {});
    await attempt(caseId, 2);
    expect((await stepOf(caseId))?.status).toBe('blocked');
    expect((await api.call('operator', `/v1/cases/${caseId}/steps/task/done-by-hand`, {})).status).toBe(400);
    expect((await api.call('operator', `/v1/cases/${caseId}/steps/task/done-by-hand`, { evidence: 'ticket 4711' })).status).toBe(200);
    await attempt(caseId, 3);
    expect((await stepOf(caseId))?.status).toBe('by-hand');
    const told = async (key: 'operator' | 'auditor') => JSON.stringify((await api.call(key, `/v1/cases/${caseId}/timeline`)).body);
    expect(await told('operator')).toContain('ticket 4711');
    expect(await told('auditor')).not.toContain('ticket 4711');
  });
});

describe('a look at the tasks', () => {
  it('goes on when Dialpad does not answer for one of them, and says how many it could not read', async () => {
    const [team] = await dialpad.coachingTeams();
    const user = nextUser();
    await dialpad.addToGroup({ userId: user.id, group: { type: 'coachingteam', id: team?.id ?? '' }, role: 'trainee' });
    await openTask('leave-group', { group: { type: 'coachingteam', id: team?.id } }, user.id);
    await control('faults', { operation: 'GET /coachingteams/{id}/members', nth: 1, fault: '500' });
    expect(await look()).toEqual({ open: 0, done: 0, unreadable: 1 });
    expect(await look()).toEqual({ open: 1, done: 0, unreadable: 0 });
  });
});
