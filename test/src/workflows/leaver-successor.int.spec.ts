import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { activeUsers, employeeOf, isPlain, oneByOne, type NextUser } from '../support/company.ts';
import { heldLeaver, untilHeld } from '../support/leavers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let next: NextUser;
/** What HR says while the worker waits for an answer of Dialpad. */
let meanwhile: (() => Promise<unknown>) | null = null;

const nextUser = async (): Promise<DialpadUser> => {
  const user = next();
  await world.say('employee.changed', { ...employeeOf(user), timeZone: 'UTC' }); // HR has told of everybody
  return user;
};
const to = (heir: DialpadUser): object => ({ successor: { employeeId: `E-${heir.id}` } });
const asked = (caseId: string) => world.until(caseId, 'the approval', (view) => view.planned && view.gates.leaver === 'open');
const hashOf = async (caseId: string): Promise<string> => (await world.cases.load(caseId))?.state.plan?.hash ?? '';

beforeAll(async () => {
  world = await startSkippedTime('', {
    afterCall: async () => {
      const now = meanwhile;
      meanwhile = null;
      await now?.();
    },
  });
  next = oneByOne((await activeUsers(world.dialpad)).filter(isPlain));
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a leaver whom HR wants gone at once', () => {
  it('loses access before anybody is asked, also when HR says so while Dialpad is read for the plan', async () => {
    const user = await nextUser();
    const said = { lastWorkingDay: world.dayIn(20), urgency: 'immediate', reasonCode: 'misconduct' };
    meanwhile = () => world.leaves(user, said); // the first case of this company: nothing else asks Dialpad
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(20) });
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.state).toBe('suspended');
    expect((await world.view(caseId)).gates).toMatchObject({ review: 'open' });
    const stages = (await world.cases.events(caseId)).flatMap((event) => (event.type === 'StageOpened' ? [event.data.stage] : []));
    expect(stages).toEqual(['review']);
    expect(await world.eventTypes(caseId)).toContain('ReplanAsked');
  }, 60_000);
});

describe('a leaver whose successor HR changes', () => {
  it('before the cut-off is planned and approved anew, and the successor who was named last gets the numbers', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(10), ...to(first) });
    await asked(caseId);
    const before = await hashOf(caseId);
    await world.approve(caseId, 'leaver');
    await world.until(caseId, 'the wait for the cut-off', (view) => view.phase === 'scheduled');

    await world.leaves(user, { lastWorkingDay: world.dayIn(10), ...to(second) });
    await asked(caseId);
    expect(await hashOf(caseId)).not.toBe(before);
    await expect(world.vote(caseId, 'leaver', 'approve', 'approver', before)).rejects.toThrow('approval.stale_plan');
    await world.approve(caseId, 'leaver', 'approver2');
    await world.pass('264h');
    await untilHeld(world, caseId);
    expect((await world.user(second.id))?.phoneNumbers).toEqual([...second.phoneNumbers, ...user.phoneNumbers]);
    expect((await world.user(first.id))?.phoneNumbers).toEqual(first.phoneNumbers);
    await world.history('leaver', caseId, 'leaver-planned-anew');
  }, 60_000);

  it('because the check found the first one gone, loses access without another wait', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await world.leaves(user, to(first));
    await asked(caseId);
    await world.dialpad.suspendUser(first.id);
    await world.approve(caseId, 'leaver');
    const stuck = await world.until(caseId, 'the check', (view) => view.attention !== null);
    expect(stuck.attention).toEqual({ step: 'check', code: 'successor.inactive' });

    await world.leaves(user, to(second));
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect((await world.user(user.id))?.state).toBe('suspended');
    expect((await world.user(second.id))?.phoneNumbers).toEqual([...second.phoneNumbers, ...user.phoneNumbers]);
  }, 60_000);

  it('when the hand-over is done is a task for a person, and nothing is deleted before it is looked at', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await heldLeaver(world, user, to(first));
    await world.leaves(user, to(second));
    const told = await world.until(caseId, 'the task', (view) => view.attention !== null);
    expect(told).toMatchObject({ phase: 'holding', attention: { step: 'successor-1', code: 'task.new-successor' } });

    await world.pass('73h');
    await world.approveWhenAsked(caseId, 'delete');
    await world.settled();
    expect((await world.user(user.id))?.state).toBe('suspended');
    const evidence = 'the numbers were given on in the console';
    await world.claimByHand(caseId, 'successor-1', evidence);
    await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
  }, 60_000);

  it('when the hand-over is done is a task for a person also where the delete is refused: the case ends once it is done', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await heldLeaver(world, user, to(first));
    await world.leaves(user, to(second));
    await world.until(caseId, 'the task', (view) => view.attention !== null);
    await world.pass('73h');
    await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
    await world.vote(caseId, 'delete', 'refuse', 'approver');
    await world.settled();
    expect(await world.view(caseId)).toMatchObject({ closed: false, attention: { step: 'successor-1' } });

    await world.waive(caseId, 'successor-1', 'agreed');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.cases.load(caseId))?.state).toMatchObject({ result: 'kept-suspended' });
    await world.history('leaver', caseId, 'leaver-kept-when-looked-at');
  }, 60_000);
});
