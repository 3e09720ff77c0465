import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DialpadUser } from '@handover/connector-dialpad';
import { activeUsers, isPlain, oneByOne, type NextUser } from '../support/company.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let nextUser: NextUser;

const next = (officeName: string): DialpadUser => nextUser((user) => user.officeId === world.office(officeName).id);
const groupOf = async (name: string) => {
  const found =
    (await world.dialpad.departments()).find((each) => each.name === name) ?? (await world.dialpad.callCenters()).find((each) => each.name === name);
  return { type: name.endsWith('Service') ? 'callcenter' : 'department', id: found?.id ?? '' };
};

beforeAll(async () => {
  world = await startSkippedTime();
  nextUser = oneByOne((await activeUsers(world.dialpad)).filter((user) => isPlain(user) && user.phoneNumbers.length === 1));
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('the numbers of a mover', () => {
  it('that are lost abroad are named where somebody agrees, and what became of them is kept', async () => {
    const user = next('San Francisco');
    const [number = ''] = user.phoneNumbers;
    const caseId = await world.changes(user, { office: 'Berlin' });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    const step = (await world.cases.load(caseId))?.state.plan?.steps.find((each) => each.id === 'office');
    expect(step).toMatchObject({ gate: 'number-loss', reversible: false, target: { numbers: [number], losesNumbers: true } });
    await world.approve(caseId, 'number-loss');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    const after = await world.reread(user);
    expect(await world.evidenceOf(caseId, 'office')).toMatchObject({
      kept: [],
      newNumbers: after.phoneNumbers,
      oldNumbers: [{ number, status: 'available', targetId: null }],
    });
    expect((await world.writesOf(user.id)).filter((each) => each.endsWith('move_office'))).toHaveLength(1);
  }, 60_000);

  it('that ring inside the company only go along, and nobody is asked', async () => {
    const user = next('New York');
    await world.dialpad.poolNumber(user.phoneNumbers[0] ?? '');
    await world.dialpad.assignNewNumber({ target: { type: 'user', id: user.id }, areaCode: '803', before: [] });
    const { phoneNumbers } = await world.reread(user);
    expect(phoneNumbers[0]).toMatch(/^\+?803/);
    const caseId = await world.changes(user, { office: 'Berlin' });
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.reread(user)).toMatchObject({ officeId: world.office('Berlin').id, phoneNumbers });
  }, 60_000);

  it('take a licence of their own under Support; without one the change is refused before anything is changed', async () => {
    const user = next('New York');
    const before = await world.dialpad.freeSeats(user.officeId);
    const caseId = await world.changes(user, { license: 'lite_support_agents' });
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.reread(user)).toMatchObject({ license: 'lite_support_agents', phoneNumbers: user.phoneNumbers });
    expect(await world.dialpad.freeSeats(user.officeId)).toMatchObject({
      additionalNumber: before.additionalNumber - 1,
      contactCenter: before.contactCenter - 1,
      talk: before.talk + 1,
    });

    const [other, holder] = [next('New York'), next('New York')];
    while ((await world.dialpad.freeSeats(other.officeId)).additionalNumber > 0) {
      const held = (await world.reread(holder)).phoneNumbers;
      await world.dialpad.assignNewNumber({ target: { type: 'user', id: holder.id }, before: held, primary: false });
    }
    const refused = await world.changes(other, { license: 'lite_support_agents' });
    expect((await world.ended(refused)).attention).toEqual({ step: 'check', code: 'seat.none' });
    expect((await world.cases.load(refused))?.state.stepStates['check']?.detail).toContain(
      '1 additionalNumber seat is needed in the office to keep 1 number, 0 free',
    );
    expect(await world.writesOf(other.id)).toEqual([]);

    const [, extra = ''] = (await world.reread(holder)).phoneNumbers;
    await world.dialpad.poolNumber(extra);
    await world.retry(refused, 'check');
    expect(await world.ended(refused)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.reread(other)).phoneNumbers).toEqual(other.phoneNumbers);
    await world.history('mover', refused, 'mover-licence-for-number');
  }, 60_000);
});

describe('the groups of a mover', () => {
  it('that the new licence does not allow are reported, the others are put back', async () => {
    const user = next('San Francisco');
    const [sales, service] = [await groupOf('San Francisco Sales'), await groupOf('San Francisco Service')];
    const first = await world.changes(user, {
      license: 'agents',
      groups: [
        { type: 'callcenter', name: 'San Francisco Service' },
        { type: 'department', name: 'San Francisco Sales' },
      ],
    });
    expect(await world.ended(first)).toMatchObject({ phase: 'done', attention: null });
    const [helper] = await world.dialpad.companyAdmins();
    if ((await world.dialpad.operatorsOf(service)).length === 1) await world.dialpad.addToGroup({ userId: helper?.id ?? '', group: service, role: 'operator' }); // somebody has to answer when they leave

    const back = await world.changes(user, { license: 'talk' });
    await world.pass('2h');
    expect(await world.ended(back)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.evidenceOf(back, 'lost-group-1')).toMatchObject({ group: service.id, stillIn: false, reason: expect.stringContaining('talk') });
    expect((await world.reread(user)).groupDetails.map((group) => group.id)).toEqual([sales.id]);
  }, 60_000);

  it('change a role by out and in again, and never leave a group without anybody', async () => {
    const user = next('San Francisco');
    const sales = await groupOf('San Francisco Sales');
    await world.dialpad.addToGroup({ userId: user.id, group: sales, role: 'operator' });
    const others = (await world.dialpad.operatorsOf(sales)).map((each) => each.id).filter((id) => id !== user.id);
    for (const id of others) await world.dialpad.removeFromGroup({ userId: id, group: sales });

    const caseId = await world.changes(user, { groups: [{ type: 'department', name: 'San Francisco Sales', role: 'admin' }] });
    await world.approveWhenAsked(caseId, 'mover');
    expect((await world.ended(caseId)).attention).toEqual({ step: 'check', code: 'group.last_operator' });
    for (const id of others) await world.dialpad.addToGroup({ userId: id, group: sales, role: 'operator' });
    await world.retry(caseId, 'check');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.reread(user)).groupDetails).toMatchObject([{ id: sales.id, role: 'admin' }]);
  }, 60_000);
});

describe('the power of a mover', () => {
  it('is what HR names, office by office: given after approval, taken without', async () => {
    const user = next('Berlin');
    const given = await world.changes(user, { adminRole: 'regional', adminOffices: ['Berlin', 'New York'] });
    await world.approveWhenAsked(given, 'mover');
    expect(await world.ended(given)).toMatchObject({ phase: 'done', attention: null });
    expect([...(await world.reread(user)).adminOfficeIds].sort()).toEqual([world.office('Berlin').id, world.office('New York').id].sort());

    const less = await world.changes(user, { adminRole: 'office', adminOffices: ['Berlin'] });
    await world.pass('2h');
    expect(await world.ended(less)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.reread(user)).adminOfficeIds).toEqual([world.office('Berlin').id]);
    const none = await world.changes(user, { adminRole: null });
    await world.pass('2h');
    expect(await world.ended(none)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.reread(user)).adminOfficeIds).toEqual([]);
  }, 60_000);

  it('of the last Company Admin is not taken', async () => {
    const [last, ...others] = await world.dialpad.companyAdmins();
    if (!last) throw new Error('no admin is seeded');
    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, false);
    const caseId = await world.changes(last, { adminRole: null });
    expect((await world.ended(caseId)).attention).toEqual({ step: 'check', code: 'leaver.last_company_admin' });
    expect((await world.reread(last)).isSuperAdmin).toBe(true);
    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, true);
    await world.retry(caseId, 'check');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.reread(last)).isSuperAdmin).toBe(false);
  }, 60_000);
});

describe('the name of a mover', () => {
  it('is corrected where HR corrects it, sealed on the way, in one write', async () => {
    const user = next('Berlin');
    await world.leaves(user, { lastWorkingDay: world.dayIn(300) });
    await world.comesBack(user);
    const renamed = { familyName: 'Feuerstein-Neumann', email: 'feuerstein.neumann@example.com' };
    const caseId = await world.changes(user, renamed);
    await world.pass('2h');
    expect(await world.ended(caseId)).toMatchObject({ kind: 'mover', phase: 'done', attention: null });
    expect(await world.reread(user)).toMatchObject({ lastName: renamed.familyName, emails: [renamed.email], firstName: user.firstName });
    expect(await world.writesOf(user.id)).toEqual(['PATCH /users/{id}']);
    const said = JSON.stringify((await world.composed.store.read(`case/${caseId}`)).map((event) => event.data));
    const history = await world.history('mover', caseId, 'mover-renamed');
    for (const value of [renamed.familyName, renamed.email, user.emails[0]]) expect(history + said).not.toContain(value);
  }, 60_000);

  it('that is told again as it is changes nothing and opens nothing', async () => {
    const user = next('Berlin');
    await followed(world);
    const before = (await world.composed.rows.list({ kind: 'mover' }, { limit: 200 })).items.length;
    await world.changes(user, { office: 'Berlin' }).then(world.ended);
    await expect(world.changes(user, {})).rejects.toThrow('no case');
    await followed(world);
    expect((await world.composed.rows.list({ kind: 'mover' }, { limit: 200 })).items.length).toBe(before + 1);
  }, 60_000);
});

describe('a mover whom HR means otherwise', () => {
  it('before the day is planned anew, and votes on the plan before do not count', async () => {
    const user = next('Berlin');
    const caseId = await world.changes(user, { office: 'New York', license: 'agents', effectiveDate: world.dayIn(10), sequence: 1 });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    const first = (await world.cases.load(caseId))?.state.plan?.hash ?? '';
    await world.approve(caseId, 'number-loss');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled');

    const second = await world.changes(user, { office: 'San Francisco', effectiveDate: world.dayIn(10), sequence: 2 });
    expect(second).not.toBe(caseId);
    await world.until(caseId, 'the new plan', (view) => view.planned && view.gates['number-loss'] === undefined);
    const { state } = (await world.cases.load(caseId)) ?? {};
    expect(state?.plan?.hash).not.toBe(first);
    expect(state?.plan?.steps.map((step) => step.id)).not.toContain('office');
    await world.pass('264h');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.reread(user)).toMatchObject({ officeId: world.office('Berlin').id, license: 'agents', phoneNumbers: user.phoneNumbers });
    await world.pass('7h');
    await world.until(second, 'the approval of the second', (view) => view.gates['number-loss'] === 'open');
    await world.history('mover', caseId, 'mover-planned-anew');
  }, 60_000);

  it('altogether is taken back, and only the later change is made', async () => {
    const user = next('San Francisco');
    const first = await world.changes(user, { office: 'New York', effectiveDate: world.dayIn(5), sequence: 1 });
    await world.until(first, 'the schedule', (view) => view.phase === 'scheduled');
    const second = await world.changes(user, { office: 'San Francisco', effectiveDate: world.dayIn(5), sequence: 2 });
    await world.until(first, 'the end of the first', (view) => view.closed);
    expect((await world.view(first)).phase).toBe('cancelled');
    await world.pass('200h');
    expect(await world.ended(second)).toMatchObject({ phase: 'done', attention: null });
    expect((await world.writesOf(user.id)).filter((each) => each.endsWith('move_office'))).toEqual([]);
  }, 60_000);
});

describe('a mover whose change fails half way', () => {
  it('stays where it is, says why, and goes on by a retry without doing anything twice', async () => {
    const user = next('New York');
    await world.control('/sandbox/faults', { operation: 'PATCH /users/{id}', userId: user.id, nth: 1, fault: 'no-op' });
    const caseId = await world.changes(user, { office: 'San Francisco', license: 'agents' });
    const stuck = await world.ended(caseId);
    expect(stuck.attention).toEqual({ step: 'license', code: 'step.contradicted' });
    expect(await world.reread(user)).toMatchObject({ officeId: world.office('San Francisco').id, license: 'talk' });
    await world.retry(caseId, 'license');
    expect(await world.ended(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await world.writesOf(user.id)).toEqual(['PATCH /users/{id}/move_office', 'PUT /users/{id}/e911', 'PATCH /users/{id}']);
    await world.control('/sandbox/faults', { operation: 'none', nth: 1, fault: '500' });
  }, 60_000);
});
