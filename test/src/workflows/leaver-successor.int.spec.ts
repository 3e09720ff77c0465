import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { employeeOf, startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let users: DialpadUser[];
/** What HR says while the worker waits for an answer of Dialpad. */
let meanwhile: (() => Promise<unknown>) | null = null;

const nextUser = async (): Promise<DialpadUser> => {
  const user = users.shift();
  if (!user) throw new Error('the seeded company has too few plain users');
  await world.say('employee.changed', { ...employeeOf(user, `E-${user.id}`), timeZone: 'UTC' }); // HR has told of everybody
  return user;
};
const dayIn = (days: number): string => new Date(Date.parse(world.now()) + days * 86_400_000).toISOString().slice(0, 10);
const to = (heir: DialpadUser): object => ({ successor: { employeeId: `E-${heir.id}` } });
const leaves = (user: DialpadUser, more: object = {}): Promise<string> =>
  world.tell('employee.terminated', { ...employeeOf(user, `E-${user.id}`), timeZone: 'UTC', lastWorkingDay: dayIn(-1), ...more });
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
  const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/users?state=active&apikey=test');
  const found = await Promise.all(items.map(({ id }) => world.dialpad.readUser(id)));
  users = found.filter(
    (user): user is DialpadUser =>
      user !== null && user.phoneNumbers.length > 0 && !user.isSuperAdmin && user.license === 'talk' && user.groupDetails.length === 0,
  );
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a leaver whom HR wants gone at once', () => {
  it('loses access before anybody is asked, also when HR says so while Dialpad is read for the plan', async () => {
    const user = await nextUser();
    const said = { lastWorkingDay: dayIn(20), urgency: 'immediate', reasonCode: 'misconduct' };
    meanwhile = () => leaves(user, said); // the first case of this company: nothing else asks Dialpad
    const caseId = await leaves(user, { lastWorkingDay: dayIn(20) });
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding' || view.attention !== null);
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
    const caseId = await leaves(user, { lastWorkingDay: dayIn(10), ...to(first) });
    await asked(caseId);
    const before = await hashOf(caseId);
    await world.approve(caseId, 'leaver');
    await world.until(caseId, 'the wait for the cut-off', (view) => view.phase === 'scheduled');

    await leaves(user, { lastWorkingDay: dayIn(10), ...to(second) });
    await asked(caseId);
    expect(await hashOf(caseId)).not.toBe(before);
    await expect(world.vote(caseId, 'leaver', 'approve', 'approver', before)).rejects.toThrow('approval.stale_plan');
    await world.approve(caseId, 'leaver', 'approver2');
    await world.pass('264h');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding' || view.attention !== null);
    expect((await world.user(second.id))?.phoneNumbers).toEqual([...second.phoneNumbers, ...user.phoneNumbers]);
    expect((await world.user(first.id))?.phoneNumbers).toEqual(first.phoneNumbers);
    await world.history('leaver', caseId, 'leaver-planned-anew');
  }, 60_000);

  it('because the check found the first one gone, loses access without another wait', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await leaves(user, to(first));
    await asked(caseId);
    await world.dialpad.suspendUser(first.id);
    await world.approve(caseId, 'leaver');
    const stuck = await world.until(caseId, 'the check', (view) => view.attention !== null);
    expect(stuck.attention).toEqual({ step: 'check', code: 'successor.inactive' });

    await leaves(user, to(second));
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect((await world.user(user.id))?.state).toBe('suspended');
    expect((await world.user(second.id))?.phoneNumbers).toEqual([...second.phoneNumbers, ...user.phoneNumbers]);
  }, 60_000);

  it('when the hand-over is done is a task for a person, and nothing is deleted before it is looked at', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await leaves(user, to(first));
    await asked(caseId);
    await world.approve(caseId, 'leaver');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    await leaves(user, to(second));
    const told = await world.until(caseId, 'the task', (view) => view.attention !== null);
    expect(told).toMatchObject({ phase: 'holding', attention: { step: 'successor-1', code: 'task.new-successor' } });

    await world.pass('73h');
    await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
    await world.approve(caseId, 'delete');
    await world.settled();
    expect((await world.user(user.id))?.state).toBe('suspended');
    const evidence = 'the numbers were given on in the console';
    await world.execute(caseId, { type: 'claimByHand', free: { step: 'successor-1', actor: 'operator', reasonCode: null, reason: null, evidence } });
    await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
  }, 60_000);

  it('when the hand-over is done is a task for a person also where the delete is refused: the case ends once it is done', async () => {
    const [user, first, second] = [await nextUser(), await nextUser(), await nextUser()];
    const caseId = await leaves(user, to(first));
    await asked(caseId);
    await world.approve(caseId, 'leaver');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    await leaves(user, to(second));
    await world.until(caseId, 'the task', (view) => view.attention !== null);
    await world.pass('73h');
    await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
    await world.vote(caseId, 'delete', 'refuse', 'approver');
    await world.settled();
    expect(await world.view(caseId)).toMatchObject({ closed: false, attention: { step: 'successor-1' } });

    await world.execute(caseId, { type: 'waiveStep', free: { step: 'successor-1', actor: 'operator', reasonCode: 'agreed', reason: null } });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.cases.load(caseId))?.state).toMatchObject({ result: 'kept-suspended' });
    await world.history('leaver', caseId, 'leaver-kept-when-looked-at');
  }, 60_000);
});
