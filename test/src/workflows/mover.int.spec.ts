import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { activeUsers, employeeOf, fillSeats, holdsNumber, oneByOne, type NextUser } from '../support/company.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let nextUser: NextUser;

/** The next active user of an office with a number, and no admin. */
const next = (officeName: string): DialpadUser => nextUser((user) => user.officeId === world.office(officeName).id);

beforeAll(async () => {
  world = await startSkippedTime();
  const fits = (user: DialpadUser): boolean => holdsNumber(user) && user.adminOfficeIds.length === 0 && user.license === 'talk';
  nextUser = oneByOne((await activeUsers(world.dialpad)).filter(fits));
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a mover', () => {
  it('to an office of the same country keeps number, licence and groups', async () => {
    const user = next('San Francisco');
    const before = await world.reread(user);
    const caseId = await world.changes(user, { office: 'New York' });
    await world.ended(caseId);
    expect(await world.view(caseId)).toMatchObject({ phase: 'done', attention: null });
    const after = await world.reread(user);
    expect(after).toMatchObject({ officeId: world.office('New York').id, phoneNumbers: before.phoneNumbers, license: before.license });
    expect(after.groupDetails.map((group) => group.id).sort()).toEqual(before.groupDetails.map((group) => group.id).sort());
    // Help must be sent to where the person is from now on.
    expect(await world.writesOf(user.id)).toEqual(['PATCH /users/{id}/move_office', 'PUT /users/{id}/e911']);
    expect((await world.dialpad.readE911(user.id))?.city).toBe('New York');
    const history = await world.history('mover', caseId, 'mover-done');
    for (const value of [user.emails[0], user.lastName, `E-${user.id}`]) expect(history).not.toContain(value);
  }, 60_000);

  it('abroad loses the number only after somebody agreed, on the day, and has a new one', async () => {
    const user = next('New York');
    const [number = ''] = user.phoneNumbers;
    const caseId = await world.changes(user, { office: 'Berlin', effectiveDate: world.dayIn(5) });
    await world.approveWhenAsked(caseId, 'number-loss');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled');
    await world.pass('48h');
    expect((await world.reread(user)).phoneNumbers).toEqual([number]);
    await world.pass('96h');
    await world.ended(caseId);
    const after = await world.reread(user);
    expect(after.officeId).toBe(world.office('Berlin').id);
    expect(after.phoneNumbers).toHaveLength(1);
    expect(after.phoneNumbers).not.toContain(number);
    await world.history('mover', caseId, 'mover-abroad');
  }, 60_000);

  it('with several changes at once makes them in a safe order, power last and approved', async () => {
    const user = next('Berlin');
    const caseId = await world.changes(user, { license: 'agents', adminRole: 'office', groups: [{ type: 'department', name: 'Berlin Sales' }] });
    await world.until(caseId, 'the approval', (view) => view.gates.mover === 'open');
    expect((await world.reread(user)).license).toBe('talk');
    await world.approve(caseId, 'mover');
    await world.ended(caseId);
    expect((await world.view(caseId)).attention).toBeNull();
    expect(await world.reread(user)).toMatchObject({ license: 'agents', adminOfficeIds: [world.office('Berlin').id] });
    const writes = await world.writesOf(user.id);
    expect(writes[0]).toBe('PATCH /users/{id}');
    expect((await world.cases.load(caseId))?.state.steps.map((step) => step.id).slice(-2)).toEqual(['admin', 'verify']);
  }, 60_000);

  it('whom HR tells what is so already changes nothing and is done', async () => {
    const user = next('Berlin');
    const before = (await world.writes()).length;
    const caseId = await world.changes(user, { office: 'Berlin', license: 'talk' });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
    expect((await world.writes()).length).toBe(before);
  }, 60_000);

  it('for whom the other office has no free seat is blocked before anything is changed, and goes on when one is free', async () => {
    const user = next('Berlin');
    const there = world.office('San Francisco').id;
    const leave = await fillSeats(world.dialpad, there);
    const caseId = await world.changes(user, { office: 'San Francisco' });
    await world.approveWhenAsked(caseId, 'number-loss');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention).toEqual({ step: 'check', code: 'seat.none' });
    expect((await world.reread(user)).officeId).toBe(world.office('Berlin').id);

    await leave();
    await world.retry(caseId, 'check');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.reread(user)).officeId).toBe(there);
  }, 60_000);

  it('told twice in a row is carried out one after the other, and the later one holds', async () => {
    const user = next('Berlin');
    const first = await world.changes(user, { license: 'agents', sequence: 1 });
    const second = await world.changes(user, { license: 'lite_support_agents', sequence: 2 });
    expect(second).not.toBe(first);
    await world.ended(first);
    await world.pass('2h');
    await world.ended(second);
    expect((await world.reread(user)).license).toBe('lite_support_agents');
  }, 60_000);

  it('who is told to leave is not moved any more', async () => {
    const user = next('Berlin');
    await world.leaves(user, { lastWorkingDay: world.dayIn(30) });
    await world.say('employee.changed', { ...employeeOf(user), timeZone: 'UTC', license: 'agents' });
    await followed(world);
    const rows = await world.composed.rows.list({ kind: 'mover' }, { limit: 50 });
    expect(rows.items.filter((row) => !row.closed)).toEqual([]);
  }, 60_000);
});
