import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uncoachedUsers } from '../support/company.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;

const hire = (name: string, more: object = {}): Promise<string> =>
  world.hire({ employeeId: `W-${name}`, email: `${name}.ways@example.com`, givenName: name, familyName: 'Ways', number: { from: 'reserved' }, ...more });

beforeAll(async () => {
  world = await startSkippedTime();
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a joiner', () => {
  it('whom Dialpad makes active at once has joined only after being there', async () => {
    await world.control('/sandbox/switches', { createState: 'active' });
    const caseId = await hire('ada', { adminRole: 'office' });
    await world.approveWhenAsked(caseId, 'joiner');
    await world.invited(caseId);
    expect(await world.userOf(caseId)).toMatchObject({ state: 'active', adminOfficeIds: [] });
    await world.accept(caseId);
    await world.look('acceptancePoll');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.userOf(caseId))?.adminOfficeIds).toHaveLength(1);
    await world.control('/sandbox/switches', { createState: 'pending' });
  }, 60_000);

  it('who has accepted need not wait because Dialpad cannot show another invited user', async () => {
    const [ill, well] = [await hire('ida'), await hire('jon')];
    for (const caseId of [ill, well]) {
      await world.invited(caseId);
      await world.accept(caseId);
    }
    await world.control('/sandbox/faults', { operation: 'GET /users/{id}', userId: (await world.userOf(ill))?.id, rate: 1, seed: 1, fault: '500' });
    expect(await world.look('acceptancePoll')).toMatchObject({ accepted: 1, unreadable: 1 });
    await world.until(well, 'the end', (view) => view.closed);
    expect((await world.view(ill)).phase).toBe('awaiting-acceptance');

    await world.withoutFaults();
    expect(await world.look('acceptancePoll')).toMatchObject({ accepted: 1, unreadable: 0 });
    await world.until(ill, 'the end', (view) => view.closed);
  }, 60_000);

  it('whose invitation gets lost on its way back is invited once, with one number', async () => {
    await world.control('/sandbox/faults', { operation: 'POST /users', nth: 1, fault: 'lost-reply' });
    await world.control('/sandbox/faults', { operation: 'POST /numbers/{number}/assign', nth: 1, fault: 'lost-reply' });
    const caseId = await hire('ben');
    for (let n = 0; n < 20 && (await world.view(caseId)).phase !== 'awaiting-acceptance'; n += 1) await world.pass('10s');
    await world.invited(caseId);
    const user = await world.userOf(caseId);
    expect(user?.phoneNumbers).toHaveLength(1);
    expect(await world.writesOf(user?.id ?? '')).toEqual(['POST /users', 'POST /numbers/{number}/assign']);
    expect(await world.dialpad.findUsersByEmail('ben.ways@example.com')).toHaveLength(1);
  }, 60_000);

  it('whose invitation Dialpad acknowledges and does not make is contradicted, and made by a retry', async () => {
    await world.control('/sandbox/faults', { operation: 'POST /users', nth: 1, fault: 'no-op' });
    // The fault before counted its own calls; this one is armed anew, so the next call is its first.
    const caseId = await hire('cleo');
    const view = await world.until(caseId, 'the contradiction', (each) => each.attention !== null);
    expect(view.attention).toEqual({ step: 'invite', code: 'step.contradicted' });
    await world.retry(caseId, 'invite');
    await world.until(caseId, 'the invitation', (each) => each.phase === 'awaiting-acceptance');
    expect(await world.eventTypes(caseId)).toContain('StepContradicted');
  }, 60_000);

  it('whom somebody invited by hand is not deleted when the case is taken back, and loses only the number that the case brought', async () => {
    await world.control('/sandbox/faults', { operation: 'POST /users', nth: 1, fault: 'no-op' });
    const caseId = await hire('hana');
    expect((await world.until(caseId, 'the contradiction', (each) => each.attention !== null)).attention?.step).toBe('invite');
    const invitation = { email: 'hana.ways@example.com', givenName: 'hana', familyName: 'Ways', officeId: world.office('Berlin').id, license: 'talk' };
    await world.dialpad.inviteUser(invitation, { startedAt: new Date().toISOString() });
    const [made] = await world.dialpad.findUsersByEmail(invitation.email);
    const [own] = await world.dialpad.pooledNumbers();
    await world.dialpad.assignNumber({ number: own?.number ?? '', target: { type: 'user', id: made?.id ?? '' }, primary: true });
    await world.claimByHand(caseId, 'invite', 'invited in the console');
    await world.invited(caseId);
    expect((await world.userOf(caseId))?.phoneNumbers).toHaveLength(2);

    await world.rescind(caseId);
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
    expect(await world.user(made?.id ?? '')).toMatchObject({ state: 'pending', phoneNumbers: [own?.number] });
    expect(await world.writesOf(made?.id ?? '')).not.toContain('DELETE /users/{id}');
  }, 60_000);

  it('gets the number of the leaver whom HR names, as soon as it is handed over', async () => {
    const users = await uncoachedUsers(world.dialpad);
    const leaver = users.find((user) => !user.isSuperAdmin && user.phoneNumbers.length === 1 && user.groupDetails.length === 0);
    if (!leaver) throw new Error('nobody can leave');
    const leaving = await world.leaves(leaver);
    await world.until(leaving, 'the approval', (view) => view.gates.leaver === 'open');

    const caseId = await hire('dara', { number: { from: 'leaver', employeeId: `E-${leaver.id}` } });
    const waiting = await world.until(caseId, 'the wait for the number', (view) => view.attention !== null);
    expect(waiting.attention).toEqual({ step: 'number', code: 'number.not_handed_over' });
    await world.approve(leaving, 'leaver');
    await world.until(leaving, 'the hold', (view) => view.phase === 'holding');
    await world.retry(caseId, 'number');
    await world.invited(caseId);
    expect((await world.userOf(caseId))?.phoneNumbers).toEqual(leaver.phoneNumbers);

    // Others are not given it while the leaver may come back; it was meant for this one.
    await world.comesBack(leaver);
    const stuck = await world.until(leaving, 'the number that is gone', (view) => view.attention !== null);
    expect(stuck.attention?.code).toBe('dialpad.number-taken');
    expect((await world.user(leaver.id))?.state).toBe('active');
  }, 60_000);

  it('for whom no reserved number is left waits for somebody to free one, and keeps the seat and the invitation', async () => {
    for (const each of await world.dialpad.pooledNumbers())
      await fetch(`${await world.sandboxUrl()}/api/v2/numbers/${encodeURIComponent(each.number)}?release=true&apikey=test`, { method: 'DELETE' });
    const caseId = await hire('eli');
    const view = await world.until(caseId, 'the block', (each) => each.attention !== null);
    expect(view.attention).toEqual({ step: 'number', code: 'number.none' });
    expect((await world.userOf(caseId))?.state).toBe('pending');
  }, 60_000);

  it('who is told to leave before the first day is withdrawn: number first, then the invitation', async () => {
    const caseId = await hire('femi', { number: { areaCode: '30' } });
    await world.invited(caseId);
    const user = await world.userOf(caseId);
    await world.tell('employee.terminated', {
      employeeId: 'W-femi',
      email: 'femi.ways@example.com',
      givenName: 'femi',
      familyName: 'Ways',
      timeZone: 'UTC',
      lastWorkingDay: world.dayIn(-1),
    });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
    expect((await world.writesOf(user?.id ?? '')).slice(-2)).toEqual(['DELETE /numbers/{number}', 'DELETE /users/{id}']);
    await followed(world);
    const cases = await world.composed.rows.ofPerson((await world.cases.load(caseId))?.state.personRef ?? '');
    expect(cases.map((row) => row.kind)).toEqual(['joiner']);
  }, 60_000);
});
