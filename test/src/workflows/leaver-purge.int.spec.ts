import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowIdOf } from '@handover/workflow-contracts';
import { MockActivityEnvironment } from '@temporalio/testing';
import { activeUsers, isPlain, oneByOne, type NextUser } from '../support/company.ts';
import { deletedLeaver } from '../support/leavers.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let nextUser: NextUser;

const begin = async (policy: string): Promise<void> => {
  world = await startSkippedTime(policy);
  nextUser = oneByOne((await activeUsers(world.dialpad)).filter(isPlain));
};
/** A leaver of the company whose user is deleted, and not purged. */
const deleted = async (): Promise<{ caseId: string; userId: string }> => {
  const user = nextUser();
  return { caseId: await deletedLeaver(world, user), userId: user.id };
};
const late = (duration: string): Promise<void> => world.pass(duration, { dialpadToo: false });
const look = async () => {
  await followed(world);
  return new MockActivityEnvironment().run(() => world.composed.dialpadActivities.pollTasks());
};

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
