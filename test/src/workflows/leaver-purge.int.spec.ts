import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { workflowIdOf } from '@handover/workflow-contracts';
import { MockActivityEnvironment } from '@temporalio/testing';
import { employeeOf, startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let users: DialpadUser[];

const begin = async (policy: string): Promise<void> => {
  world = await startSkippedTime(policy);
  const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/users?state=active&apikey=test');
  const found = await Promise.all(items.map(({ id }) => world.dialpad.readUser(id)));
  users = found.filter(
    (user): user is DialpadUser =>
      user !== null && user.phoneNumbers.length > 0 && !user.isSuperAdmin && user.license === 'talk' && user.groupDetails.length === 0,
  );
};
const yesterday = (): string => new Date(Date.parse(world.now()) - 86_400_000).toISOString().slice(0, 10);
/** A leaver of the company whose user is deleted, and not purged. */
const deleted = async (): Promise<{ caseId: string; userId: string }> => {
  const user = users.shift();
  if (!user) throw new Error('the seeded company has too few plain users');
  const caseId = await world.tell('employee.terminated', { ...employeeOf(user, `E-${user.id}`), timeZone: 'UTC', lastWorkingDay: yesterday() });
  await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
  await world.approve(caseId, 'leaver');
  await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
  await world.pass('73h');
  await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
  await world.approve(caseId, 'delete');
  await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
  return { caseId, userId: user.id };
};
const late = (duration: string): Promise<void> => world.pass(duration, { dialpadToo: false });
const look = () => new MockActivityEnvironment().run(() => world.composed.dialpadActivities.pollTasks());

const runOf = async (caseId: string): Promise<string> => (await world.env.client.workflow.getHandle(workflowIdOf('leaver', caseId)).describe()).runId;

describe('a deleted user whom Dialpad still shows when its time is over', () => {
  beforeAll(() => begin('purge: { overdue: 12h }'), 60_000);
  afterAll(() => world.stop(), 30_000);

  it('is waited for as long as the policy says, which the case shows, and is then a task that closes itself when Dialpad purges the user after all', async () => {
    const { caseId, userId } = await deleted();
    await late('73h');
    await world.until(caseId, 'the first look', (view) => view.steps.some(({ id, status }) => id === 'purge' && status === 'running'));
    const { waitsFor, attention } = await world.view(caseId);
    expect(attention).toBeNull();
    const [purge] = waitsFor;
    expect(purge).toMatchObject({ on: 'dialpad' });
    const hours = (Date.parse(purge?.until ?? '') - Date.parse(world.now())) / 3_600_000;
    expect(hours).toBeGreaterThan(10);
    expect(hours).toBeLessThan(12.1);

    await late('14h');
    const stuck = await world.until(caseId, 'the step to be blocked', (view) => view.attention !== null);
    expect(stuck).toMatchObject({ phase: 'awaiting-purge', attention: { step: 'purge', code: 'task.purge-overdue' } });
    expect(await look()).toMatchObject({ done: 0 });

    await world.control('/sandbox/clock', { advance: 'PT90H' });
    expect(await world.user(userId)).toBeNull();
    expect(await look()).toMatchObject({ done: 1 }); // nobody has to come and say so
    const ended = await world.until(caseId, 'the end', (view) => view.closed);
    expect(ended.phase).toBe('done');
    await world.history('leaver', caseId, 'leaver-purge-overdue');
  }, 60_000);
});

describe('a purge that is looked for again and again', () => {
  beforeAll(() => begin('purge: { checkEvery: 1m, overdue: 60d }'), 60_000);
  afterAll(() => world.stop(), 30_000);

  it('begins a new run before its history grows heavy, and ends the case from there', async () => {
    const { caseId } = await deleted();
    const first = await runOf(caseId);
    await late('79h');
    await world.settled();
    expect(await runOf(caseId)).not.toBe(first);
    await world.control('/sandbox/clock', { advance: 'PT90H' });
    await late('10m');
    const ended = await world.until(caseId, 'the end', (view) => view.closed);
    expect(ended).toMatchObject({ phase: 'done' });
    expect((await world.eventTypes(caseId)).filter((type) => type === 'HoldBegan' || type === 'CertificateIssued')).toHaveLength(2);
  }, 240_000);
});
