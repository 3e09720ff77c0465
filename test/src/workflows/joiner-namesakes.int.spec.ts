import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { employeeOf, isPlain, oneByOne, uncoachedUsers, type NextUser } from '../support/company.ts';
import { deletedLeaver, heldLeaver } from '../support/leavers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let next: NextUser;

/** Hired with what the Dialpad user is called already, unless it is said otherwise. */
const hire = async (user: DialpadUser, employeeId: string, more: object = {}, type = 'employee.hired'): Promise<string> => {
  const office = (await world.dialpad.office(user.officeId))?.name;
  return world.tell(type, { ...employeeOf(user, employeeId), office, timeZone: 'UTC', startDate: world.dayIn(1), ...more });
};
const invitations = (): Promise<number> => world.countOf('POST /users');

beforeAll(async () => {
  world = await startSkippedTime();
  next = oneByOne((await uncoachedUsers(world.dialpad)).filter(isPlain));
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a joiner whose mail address an active user has', () => {
  it('waits for somebody to say who that is; linked by hand the user is taken over and nobody is invited', async () => {
    const user = next();
    const before = await invitations();
    const caseId = await hire(user, 'N-hand', { number: { from: 'reserved' } });
    expect((await world.ended(caseId)).attention).toEqual({ step: 'preflight', code: 'joiner.namesake_active' });
    await world.execute(caseId, {
      type: 'claimByHand',
      free: { step: 'preflight', actor: 'operator', reasonCode: null, reason: null, evidence: `it is user ${user.id}, I asked them` },
    });
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await invitations()).toBe(before);
    expect((await world.user(user.id))?.phoneNumbers).toEqual(user.phoneNumbers); // it had a number: no second one
    expect(await world.evidenceOf(caseId, 'adopt')).toEqual({ userId: user.id, state: 'active', how: 'by-hand' });
    await world.history('joiner', caseId, 'joiner-adopted');
  }, 60_000);

  it('goes on by itself once HR corrects the address', async () => {
    const user = next();
    const caseId = await hire(user, 'N-mail', { givenName: 'Other', familyName: 'Person' });
    expect((await world.ended(caseId)).attention?.code).toBe('joiner.namesake_active');
    await hire(user, 'N-mail', { givenName: 'Other', familyName: 'Person', email: 'other.person@example.com' });
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    expect(await world.dialpad.findUsersByEmail('other.person@example.com')).toHaveLength(1);
    expect(await world.writesOf(user.id)).toEqual([]);
  }, 60_000);

  it('who is provably the same, because we stored the id, is taken over without asking', async () => {
    const stored = { employeeId: 'N-stored', email: 'stored@example.com', givenName: 'Sto', familyName: 'Red' };
    const first = await world.hire(stored);
    await world.until(first, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    const userId = (await world.cases.load(first))?.state.userId ?? '';
    await world.control(`/sandbox/users/${userId}/accept`, {});
    await world.look('acceptancePoll');
    await world.until(first, 'the end', (view) => view.closed);
    const before = (await world.writes()).length;

    const again = await world.tell('employee.rehired', { ...stored, office: 'Berlin', timeZone: 'UTC', startDate: world.dayIn(1) });
    expect(await world.ended(again)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.writes()).length).toBe(before);
    expect(await world.evidenceOf(again, 'preflight')).toMatchObject({ existing: { id: userId, how: 'stored' } });
  }, 60_000);
});

describe('a joiner whose mail address a suspended user has', () => {
  it('of that name is given access again: asked for, with a seat, never a second user', async () => {
    const user = next();
    await world.dialpad.suspendUser(user.id);
    const [before, free] = [await invitations(), (await world.dialpad.freeSeats(user.officeId)).talk];
    const caseId = await hire(user, 'N-again', { groups: [{ type: 'department', name: 'Berlin Sales' }] });
    await world.until(caseId, 'the approval', (view) => view.gates.joiner === 'open');
    expect((await world.user(user.id))?.state).toBe('suspended');
    await world.approve(caseId, 'joiner');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    const now = await world.user(user.id);
    expect(now).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
    expect(now?.groupDetails).toHaveLength(1);
    expect(await invitations()).toBe(before);
    expect((await world.dialpad.freeSeats(user.officeId)).talk).toBe(free - 1);
    expect((await world.writesOf(user.id)).filter((each) => each === 'PATCH /users/{id}')).toHaveLength(2); // suspended by the test, active by the case
    await world.history('joiner', caseId, 'joiner-reactivated');
  }, 60_000);

  it('refused by the approver stays suspended, and the case ends', async () => {
    const user = next();
    await world.dialpad.suspendUser(user.id);
    const caseId = await hire(user, 'N-refused');
    await world.until(caseId, 'the approval', (view) => view.gates.joiner === 'open');
    await world.vote(caseId, 'joiner', 'refuse');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);

  it('of another name is for a person to decide', async () => {
    const user = next();
    await world.dialpad.suspendUser(user.id);
    const caseId = await hire(user, 'N-other', { givenName: 'Zacharias', familyName: 'Elsewhere' });
    expect((await world.ended(caseId)).attention).toEqual({ step: 'preflight', code: 'joiner.namesake_suspended' });
  }, 60_000);

  it('because they are leaving comes back by the leaver being taken back, in the same user', async () => {
    const user = next();
    const before = await invitations();
    const leaver = await heldLeaver(world, user, { employeeId: 'N-back' });
    expect(await hire(user, 'N-back', {}, 'employee.rehired')).toBe(leaver);
    await world.until(leaver, 'the end', (view) => view.closed);
    expect((await world.view(leaver)).phase).toBe('rescinded');
    expect(await world.user(user.id)).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
    expect(await invitations()).toBe(before);
  }, 60_000);

  it('of whom another employee is leaving is never given to the newcomer while that case runs', async () => {
    const user = next();
    const leaver = await heldLeaver(world, user, { employeeId: 'N-old-id' });
    const caseId = await hire(user, 'N-new-id');
    expect((await world.ended(caseId)).attention).toEqual({ step: 'preflight', code: 'joiner.namesake_leaving' });
    expect((await world.cases.load(caseId))?.state.stepStates['preflight']?.detail).toContain(leaver);
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);
});

describe('a joiner who was deleted', () => {
  it('and not purged is restored in the console, which closes the task by itself; then the leaver is taken back', async () => {
    const user = next();
    const before = await invitations();
    const leaver = await deletedLeaver(world, user, { employeeId: 'N-restored' });
    const caseId = await hire(user, 'N-restored', {}, 'employee.rehired');
    expect(caseId).not.toBe(leaver);
    expect((await world.ended(caseId)).attention).toEqual({ step: 'preflight', code: 'task.restore-user' });
    await world.look('taskPoll');
    expect((await world.view(caseId)).attention?.code).toBe('task.restore-user');

    await world.control(`/sandbox/users/${user.id}/restore`, {});
    await world.look('taskPoll');
    await world.until(caseId, 'the leaver in the way', (view) => view.attention?.code === 'joiner.namesake_leaving');
    await world.pass('73h');
    await world.until(leaver, 'nothing is erased', (view) => view.attention?.code === 'purge.restored');
    await world.rescind(leaver, 'came-back');
    await world.until(leaver, 'the end of the leaver', (view) => view.closed);
    expect((await world.view(leaver)).phase).toBe('rescinded');

    await world.retry(caseId, 'preflight');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.evidenceOf(caseId, 'preflight')).toMatchObject({ existing: { id: user.id, how: 'earlier' } });
    expect(await world.user(user.id)).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
    expect(await invitations()).toBe(before);
    await world.history('joiner', caseId, 'joiner-restored');
  }, 90_000);

  it('and purged is somebody new: another user, another reference, another key', async () => {
    const user = next();
    const leaver = await deletedLeaver(world, user, { employeeId: 'N-purged' });
    const old = (await world.cases.load(leaver))?.state.personRef;
    const caseId = await hire(user, 'N-purged', {}, 'employee.rehired');
    expect((await world.ended(caseId)).attention?.code).toBe('task.restore-user');
    expect((await world.cases.load(caseId))?.state.personRef).not.toBe(old);

    await world.pass('73h');
    await world.until(leaver, 'the end of the leaver', (view) => view.closed);
    expect((await world.cases.load(leaver))?.state.certificate).toMatchObject({ keyDestroyed: true });
    await world.look('taskPoll');
    await world.until(
      caseId,
      'the invitation',
      (view) => view.phase === 'awaiting-acceptance' || (view.attention !== null && view.attention.code !== 'task.restore-user'),
    );
    expect((await world.view(caseId)).attention).toBeNull();
    const userId = (await world.cases.load(caseId))?.state.userId;
    expect(userId).not.toBe(user.id);
    expect((await world.user(userId ?? ''))?.emails).toEqual(user.emails);
  }, 90_000);
});
