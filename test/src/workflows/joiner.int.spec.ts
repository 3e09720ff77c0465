import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillSeats } from '../support/company.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let officeId: string;

const hire = (name: string, more: object = {}): Promise<string> =>
  world.hire({ employeeId: `J-${name}`, email: `${name}@example.com`, givenName: name, familyName: 'Newcomer', number: { from: 'reserved' }, ...more });

beforeAll(async () => {
  world = await startSkippedTime('acceptance: { deadline: 60d, remindEvery: 7d, pollEvery: 5m }');
  officeId = world.office('Berlin').id;
}, 60_000);

afterAll(() => world.stop(), 30_000);

describe('a joiner', () => {
  it('is invited two days before the first day, gets a number and groups, and power only after accepting', async () => {
    const caseId = await hire('ada', { startDate: world.dayIn(20), groups: [{ type: 'department', name: 'Berlin Sales' }], adminRole: 'office' });
    await world.approveWhenAsked(caseId, 'joiner');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    await world.pass('400h');
    expect(await world.userOf(caseId)).toBeNull();

    await world.pass('60h');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    const invited = await world.userOf(caseId);
    expect(invited).toMatchObject({ state: 'pending', adminOfficeIds: [], officeId });
    expect(invited?.phoneNumbers).toHaveLength(1);
    expect(invited?.groupDetails).toHaveLength(1);

    await world.accept(caseId);
    await world.pass('168h'); // a reminder comes due; its worker sees the acceptance at the deadline or by the poll
    await world.look('acceptancePoll');
    await world.until(caseId, 'the acceptance', (view) => view.acceptance?.accepted === true);
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
    expect((await world.userOf(caseId))?.adminOfficeIds).toEqual([officeId]);
    expect((await world.writes()).filter((each) => each.operation === 'POST /users' && each.userId === invited?.id)).toHaveLength(1);
    const history = await world.history('joiner', caseId, 'joiner-done');
    for (const value of ['ada@example.com', 'Newcomer', 'J-ada']) expect(history).not.toContain(value);
  }, 60_000);

  it('who does not accept for 60 days is reminded, then loses the number before the invitation is withdrawn', async () => {
    const seatsBefore = await world.dialpad.freeSeats(officeId);
    const caseId = await hire('ben');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    const user = await world.userOf(caseId);
    const [number] = user?.phoneNumbers ?? [];
    expect((await world.dialpad.freeSeats(officeId)).talk).toBe(seatsBefore.talk - 1);

    await world.pass('30d');
    expect((await world.view(caseId)).phase).toBe('awaiting-acceptance');
    await world.pass('31d');
    await world.until(caseId, 'the end', (view) => view.closed);

    expect((await world.view(caseId)).phase).toBe('expired');
    expect((await world.eventTypes(caseId)).filter((type) => type === 'ReminderDue')).toHaveLength(8);
    const writes = await world.writesOf(user?.id ?? '');
    expect(writes.slice(-2)).toEqual(['DELETE /numbers/{number}', 'DELETE /users/{id}']);
    expect((await world.dialpad.readNumber(number ?? ''))?.status).toBe('available'); // deleting a pending user would have destroyed it
    expect((await world.dialpad.freeSeats(officeId)).talk).toBe(seatsBefore.talk);
    await world.history('joiner', caseId, 'joiner-expired');
  }, 60_000);

  it('who accepts in the last minute has joined', async () => {
    const caseId = await hire('cleo', { number: { areaCode: '30' } });
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    await world.pass('59d');
    await world.accept(caseId);
    await world.pass('2d');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
    expect((await world.userOf(caseId))?.state).toBe('active');
  }, 60_000);

  it('whose approval nobody gives ends, and was never invited', async () => {
    const before = (await world.writes()).length;
    const caseId = await hire('dara', { adminRole: 'company' });
    await world.until(caseId, 'the approval', (view) => view.gates.joiner === 'open');
    await world.pass('25h');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('expired');
    expect((await world.writes()).length).toBe(before);
    await world.history('joiner', caseId, 'joiner-not-approved');
  }, 60_000);

  it('for whom no seat is free waits in line, and nothing is bought', async () => {
    const bought = await world.control<Record<string, string>>(`/api/v2/offices/${officeId}/plan?apikey=test`);
    const leave = await fillSeats(world.dialpad, officeId);
    const caseId = await hire('eli');
    await world.until(caseId, 'the wait for a seat', (view) => view.phase === 'awaiting-seat');
    expect(await world.control(`/api/v2/offices/${officeId}/plan?apikey=test`)).toEqual(bought);

    await leave();
    await world.pass('1h');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
  }, 60_000);

  it('with a mail address that somebody has already is blocked, and can be cancelled', async () => {
    const [admin] = await world.dialpad.companyAdmins();
    const caseId = await world.hire({ employeeId: 'J-twin', email: admin?.emails[0], givenName: 'T', familyName: 'Twin' });
    const view = await world.until(caseId, 'the block', (each) => each.attention !== null);
    expect(view.attention).toEqual({ step: 'preflight', code: 'joiner.namesake_active' });
    await world.rescind(caseId);
    await world.until(caseId, 'the end', (each) => each.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
  }, 60_000);
});
