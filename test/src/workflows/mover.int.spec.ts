import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser, Office } from '@handover/connector-dialpad';
import { employeeOf, startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let offices: readonly Office[];
let users: DialpadUser[];

const office = (name: string): Office => {
  const found = offices.find((each) => each.name === name);
  if (!found) throw new Error(`no office ${name}`);
  return found;
};
/** The next active user of an office with a number, and no admin. */
const next = (officeName: string): DialpadUser => {
  const index = users.findIndex((user) => user.officeId === office(officeName).id);
  const [user] = index < 0 ? [] : users.splice(index, 1);
  if (!user) throw new Error('the seeded company has too few users there');
  return user;
};
const change = (user: DialpadUser, data: object): Promise<string> =>
  world.tell('employee.changed', { ...employeeOf(user, `M-${user.id}`), timeZone: 'UTC', ...data });
const reread = async (user: DialpadUser): Promise<DialpadUser> => {
  const found = await world.user(user.id);
  if (!found) throw new Error('the user is gone');
  return found;
};
const dayIn = (days: number): string => new Date(Date.parse(world.now()) + days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  world = await startSkippedTime();
  offices = await world.dialpad.offices();
  const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/users?state=active&apikey=test');
  const found = await Promise.all(items.map(({ id }) => world.dialpad.readUser(id)));
  users = found.filter(
    (user): user is DialpadUser =>
      user !== null && user.phoneNumbers.length > 0 && !user.isSuperAdmin && user.adminOfficeIds.length === 0 && user.license === 'talk',
  );
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a mover', () => {
  it('to an office of the same country keeps number, licence and groups', async () => {
    const user = next('San Francisco');
    const before = await reread(user);
    const caseId = await change(user, { office: 'New York' });
    await world.until(caseId, 'the end', (view) => view.closed || view.attention !== null);
    expect(await world.view(caseId)).toMatchObject({ phase: 'done', attention: null });
    const after = await reread(user);
    expect(after).toMatchObject({ officeId: office('New York').id, phoneNumbers: before.phoneNumbers, license: before.license });
    expect(after.groupDetails.map((group) => group.id).sort()).toEqual(before.groupDetails.map((group) => group.id).sort());
    // Help must be sent to where the person is from now on.
    expect((await world.writes()).filter((each) => each.userId === user.id).map((each) => each.operation)).toEqual([
      'PATCH /users/{id}/move_office',
      'PUT /users/{id}/e911',
    ]);
    expect((await world.dialpad.readE911(user.id))?.city).toBe('New York');
    const history = await world.history('mover', caseId, 'mover-done');
    for (const value of [user.emails[0], user.lastName, `M-${user.id}`]) expect(history).not.toContain(value);
  }, 60_000);

  it('abroad loses the number only after somebody agreed, on the day, and has a new one', async () => {
    const user = next('New York');
    const [number = ''] = user.phoneNumbers;
    const caseId = await change(user, { office: 'Berlin', effectiveDate: dayIn(5) });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    await world.approve(caseId, 'number-loss');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled');
    await world.pass('48h');
    expect((await reread(user)).phoneNumbers).toEqual([number]);
    await world.pass('96h');
    await world.until(caseId, 'the end', (view) => view.closed || view.attention !== null);
    const after = await reread(user);
    expect(after.officeId).toBe(office('Berlin').id);
    expect(after.phoneNumbers).toHaveLength(1);
    expect(after.phoneNumbers).not.toContain(number);
    await world.history('mover', caseId, 'mover-abroad');
  }, 60_000);

  it('with several changes at once makes them in a safe order, power last and approved', async () => {
    const user = next('Berlin');
    const caseId = await change(user, { license: 'agents', adminRole: 'office', groups: [{ type: 'department', name: 'Berlin Sales' }] });
    await world.until(caseId, 'the approval', (view) => view.gates.mover === 'open');
    expect((await reread(user)).license).toBe('talk');
    await world.approve(caseId, 'mover');
    await world.until(caseId, 'the end', (view) => view.closed || view.attention !== null);
    expect((await world.view(caseId)).attention).toBeNull();
    expect(await reread(user)).toMatchObject({ license: 'agents', adminOfficeIds: [office('Berlin').id] });
    const writes = (await world.writes()).filter((each) => each.userId === user.id).map((each) => each.operation);
    expect(writes[0]).toBe('PATCH /users/{id}');
    expect((await world.cases.load(caseId))?.state.steps.map((step) => step.id).slice(-2)).toEqual(['admin', 'verify']);
  }, 60_000);

  it('whom HR tells what is so already changes nothing and is done', async () => {
    const user = next('Berlin');
    const before = (await world.writes()).length;
    const caseId = await change(user, { office: 'Berlin', license: 'talk' });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
    expect((await world.writes()).length).toBe(before);
  }, 60_000);

  it('for whom the other office has no free seat is blocked before anything is changed, and goes on when one is free', async () => {
    const user = next('Berlin');
    const there = office('San Francisco').id;
    const free = (await world.dialpad.freeSeats(there)).talk;
    for (let n = 0; n < free; n += 1)
      await world.dialpad.inviteUser(
        { email: `seat-${n}@example.com`, givenName: 'S', familyName: String(n), officeId: there, license: 'talk' },
        { startedAt: '2020-01-01T00:00:00Z' },
      );
    const caseId = await change(user, { office: 'San Francisco' });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    await world.approve(caseId, 'number-loss');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention).toEqual({ step: 'check', code: 'seat.none' });
    expect((await reread(user)).officeId).toBe(office('Berlin').id);

    const [filler] = await world.dialpad.findUsersByEmail('seat-0@example.com');
    await world.dialpad.deleteUser(filler?.id ?? '');
    await world.execute(caseId, { type: 'retryStep', free: { step: 'check', actor: 'operator', reasonCode: 'fixed', reason: null } });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await reread(user)).officeId).toBe(there);
  }, 60_000);

  it('told twice in a row is carried out one after the other, and the later one holds', async () => {
    const user = next('Berlin');
    const first = await change(user, { license: 'agents', sequence: 1 });
    const second = await change(user, { license: 'lite_support_agents', sequence: 2 });
    expect(second).not.toBe(first);
    await world.until(first, 'the end of the first', (view) => view.closed || view.attention !== null);
    await world.pass('2h');
    await world.until(second, 'the end of the second', (view) => view.closed || view.attention !== null);
    expect((await reread(user)).license).toBe('lite_support_agents');
  }, 60_000);

  it('who is told to leave is not moved any more', async () => {
    const user = next('Berlin');
    await world.tell('employee.terminated', { ...employeeOf(user, `M-${user.id}`), timeZone: 'UTC', lastWorkingDay: dayIn(30) });
    const id = randomUUID();
    const body = { type: 'employee.changed', timestamp: world.now(), data: { ...employeeOf(user, `M-${user.id}`), timeZone: 'UTC', license: 'agents' } };
    await world.composed.intake.take({ id, source: 'generic', body, by: { actor: 'source:generic', channel: 'webhook', commandId: id }, inbox: false });
    const rows = await world.composed.rows.list({ kind: 'mover' }, { limit: 50 });
    expect(rows.items.filter((row) => row.view['closed'] === false)).toEqual([]);
  }, 60_000);
});
