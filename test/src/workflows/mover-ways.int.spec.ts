import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@handover/case';
import type { DialpadUser, Office } from '@handover/connector-dialpad';
import { employeeOf, startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let offices: readonly Office[];
let users: DialpadUser[];

const idOf = (name: string): string => offices.find((each) => each.name === name)?.id ?? '';
const next = (officeName: string): DialpadUser => {
  const index = users.findIndex((user) => user.officeId === idOf(officeName));
  const [user] = index < 0 ? [] : users.splice(index, 1);
  if (!user) throw new Error('the seeded company has too few users there');
  return user;
};
const dayIn = (days: number): string => new Date(Date.parse(world.now()) + days * 86_400_000).toISOString().slice(0, 10);
const change = (user: DialpadUser, data: object): Promise<string> =>
  world.tell('employee.changed', { ...employeeOf(user, `MW-${user.id}`), timeZone: 'UTC', ...data });
const reread = async (user: DialpadUser): Promise<DialpadUser> => {
  const found = await world.user(user.id);
  if (!found) throw new Error('the user is gone');
  return found;
};
const ends = (caseId: string): Promise<CaseView> => world.until(caseId, 'the end', (view) => view.closed || view.attention !== null);
const writesOf = async (userId: string): Promise<string[]> => (await world.writes()).filter((each) => each.userId === userId).map((each) => each.operation);
const evidenceOf = async (caseId: string, step: string): Promise<Record<string, unknown>> => {
  const events = (await world.cases.events(caseId)).filter((event) => event.type === 'StepVerified');
  return { ...events.find((event) => event.data.step === step)?.data.evidence };
};
const retried = (step: string) => ({ type: 'retryStep', free: { step, actor: 'operator', reasonCode: 'fixed', reason: null } }) as const;
const groupOf = async (name: string) => {
  const found =
    (await world.dialpad.departments()).find((each) => each.name === name) ?? (await world.dialpad.callCenters()).find((each) => each.name === name);
  return { type: name.endsWith('Service') ? 'callcenter' : 'department', id: found?.id ?? '' };
};

beforeAll(async () => {
  world = await startSkippedTime();
  offices = await world.dialpad.offices();
  const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/users?state=active&apikey=test');
  const found = await Promise.all(items.map(({ id }) => world.dialpad.readUser(id)));
  users = found.filter(
    (user): user is DialpadUser =>
      user !== null &&
      user.phoneNumbers.length === 1 &&
      !user.isSuperAdmin &&
      user.adminOfficeIds.length === 0 &&
      user.license === 'talk' &&
      user.groupDetails.length === 0,
  );
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('the numbers of a mover', () => {
  it('that are lost abroad are named where somebody agrees, and what became of them is kept', async () => {
    const user = next('San Francisco');
    const [number = ''] = user.phoneNumbers;
    const caseId = await change(user, { office: 'Berlin' });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    const step = (await world.cases.load(caseId))?.state.plan?.steps.find((each) => each.id === 'office');
    expect(step).toMatchObject({ gate: 'number-loss', reversible: false, target: { numbers: [number], losesNumbers: true } });
    await world.approve(caseId, 'number-loss');
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    const after = await reread(user);
    expect(await evidenceOf(caseId, 'office')).toMatchObject({
      kept: [],
      newNumbers: after.phoneNumbers,
      oldNumbers: [{ number, status: 'available', targetId: null }],
    });
    expect((await writesOf(user.id)).filter((each) => each.endsWith('move_office'))).toHaveLength(1);
  }, 60_000);

  it('that ring inside the company only go along, and nobody is asked', async () => {
    const user = next('New York');
    await world.dialpad.poolNumber(user.phoneNumbers[0] ?? '');
    await world.dialpad.assignNewNumber({ target: { type: 'user', id: user.id }, areaCode: '803', before: [] });
    const { phoneNumbers } = await reread(user);
    expect(phoneNumbers[0]).toMatch(/^\+?803/);
    const caseId = await change(user, { office: 'Berlin' });
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await reread(user)).toMatchObject({ officeId: idOf('Berlin'), phoneNumbers });
  }, 60_000);

  it('take a licence of their own under Support; without one the change is refused before anything is changed', async () => {
    const user = next('New York');
    const before = await world.dialpad.freeSeats(user.officeId);
    const caseId = await change(user, { license: 'lite_support_agents' });
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await reread(user)).toMatchObject({ license: 'lite_support_agents', phoneNumbers: user.phoneNumbers });
    expect(await world.dialpad.freeSeats(user.officeId)).toMatchObject({
      additionalNumber: before.additionalNumber - 1,
      contactCenter: before.contactCenter - 1,
      talk: before.talk + 1,
    });

    const [other, holder] = [next('New York'), next('New York')];
    while ((await world.dialpad.freeSeats(other.officeId)).additionalNumber > 0) {
      const held = (await reread(holder)).phoneNumbers;
      await world.dialpad.assignNewNumber({ target: { type: 'user', id: holder.id }, before: held, primary: false });
    }
    const refused = await change(other, { license: 'lite_support_agents' });
    expect((await ends(refused)).attention).toEqual({ step: 'check', code: 'seat.none' });
    expect((await world.cases.load(refused))?.state.stepStates['check']?.detail).toContain(
      '1 additionalNumber seat is needed in the office to keep 1 number, 0 free',
    );
    expect(await writesOf(other.id)).toEqual([]);

    const [, extra = ''] = (await reread(holder)).phoneNumbers;
    await world.dialpad.poolNumber(extra);
    await world.execute(refused, retried('check'));
    expect(await ends(refused)).toMatchObject({ phase: 'done', attention: null });
    expect((await reread(other)).phoneNumbers).toEqual(other.phoneNumbers);
    await world.history('mover', refused, 'mover-licence-for-number');
  }, 60_000);
});

describe('the groups of a mover', () => {
  it('that the new licence does not allow are reported, the others are put back', async () => {
    const user = next('San Francisco');
    const [sales, service] = [await groupOf('San Francisco Sales'), await groupOf('San Francisco Service')];
    const first = await change(user, {
      license: 'agents',
      groups: [
        { type: 'callcenter', name: 'San Francisco Service' },
        { type: 'department', name: 'San Francisco Sales' },
      ],
    });
    expect(await ends(first)).toMatchObject({ phase: 'done', attention: null });
    const [helper] = await world.dialpad.companyAdmins();
    if ((await world.dialpad.operatorsOf(service)).length === 1) await world.dialpad.addToGroup({ userId: helper?.id ?? '', group: service, role: 'operator' }); // somebody has to answer when they leave

    const back = await change(user, { license: 'talk' });
    await world.pass('2h');
    expect(await ends(back)).toMatchObject({ phase: 'done', attention: null });
    expect(await evidenceOf(back, 'lost-group-1')).toMatchObject({ group: service.id, stillIn: false, reason: expect.stringContaining('talk') });
    expect((await reread(user)).groupDetails.map((group) => group.id)).toEqual([sales.id]);
  }, 60_000);

  it('change a role by out and in again, and never leave a group without anybody', async () => {
    const user = next('San Francisco');
    const sales = await groupOf('San Francisco Sales');
    await world.dialpad.addToGroup({ userId: user.id, group: sales, role: 'operator' });
    const others = (await world.dialpad.operatorsOf(sales)).map((each) => each.id).filter((id) => id !== user.id);
    for (const id of others) await world.dialpad.removeFromGroup({ userId: id, group: sales });

    const caseId = await change(user, { groups: [{ type: 'department', name: 'San Francisco Sales', role: 'admin' }] });
    await world.until(caseId, 'the approval', (view) => view.gates.mover === 'open');
    await world.approve(caseId, 'mover');
    expect((await ends(caseId)).attention).toEqual({ step: 'check', code: 'group.last_operator' });
    for (const id of others) await world.dialpad.addToGroup({ userId: id, group: sales, role: 'operator' });
    await world.execute(caseId, retried('check'));
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect((await reread(user)).groupDetails).toMatchObject([{ id: sales.id, role: 'admin' }]);
  }, 60_000);
});

describe('the power of a mover', () => {
  it('is what HR names, office by office: given after approval, taken without', async () => {
    const user = next('Berlin');
    const given = await change(user, { adminRole: 'regional', adminOffices: ['Berlin', 'New York'] });
    await world.until(given, 'the approval', (view) => view.gates.mover === 'open');
    await world.approve(given, 'mover');
    expect(await ends(given)).toMatchObject({ phase: 'done', attention: null });
    expect([...(await reread(user)).adminOfficeIds].sort()).toEqual([idOf('Berlin'), idOf('New York')].sort());

    const less = await change(user, { adminRole: 'office', adminOffices: ['Berlin'] });
    await world.pass('2h');
    expect(await ends(less)).toMatchObject({ phase: 'done', attention: null });
    expect((await reread(user)).adminOfficeIds).toEqual([idOf('Berlin')]);
    const none = await change(user, { adminRole: null });
    await world.pass('2h');
    expect(await ends(none)).toMatchObject({ phase: 'done', attention: null });
    expect((await reread(user)).adminOfficeIds).toEqual([]);
  }, 60_000);

  it('of the last Company Admin is not taken', async () => {
    const [last, ...others] = await world.dialpad.companyAdmins();
    if (!last) throw new Error('no admin is seeded');
    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, false);
    const caseId = await change(last, { adminRole: null });
    expect((await ends(caseId)).attention).toEqual({ step: 'check', code: 'leaver.last_company_admin' });
    expect((await reread(last)).isSuperAdmin).toBe(true);
    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, true);
    await world.execute(caseId, retried('check'));
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect((await reread(last)).isSuperAdmin).toBe(false);
  }, 60_000);
});

describe('the name of a mover', () => {
  it('is corrected where HR corrects it, sealed on the way, in one write', async () => {
    const user = next('Berlin');
    await world.tell('employee.terminated', { ...employeeOf(user, `MW-${user.id}`), timeZone: 'UTC', lastWorkingDay: dayIn(300) });
    await world.tell('employee.termination_rescinded', employeeOf(user, `MW-${user.id}`));
    const renamed = { familyName: 'Feuerstein-Neumann', email: 'feuerstein.neumann@example.com' };
    const caseId = await change(user, renamed);
    await world.pass('2h');
    expect(await ends(caseId)).toMatchObject({ kind: 'mover', phase: 'done', attention: null });
    expect(await reread(user)).toMatchObject({ lastName: renamed.familyName, emails: [renamed.email], firstName: user.firstName });
    expect(await writesOf(user.id)).toEqual(['PATCH /users/{id}']);
    const said = JSON.stringify((await world.composed.store.read(`case/${caseId}`)).map((event) => event.data));
    const history = await world.history('mover', caseId, 'mover-renamed');
    for (const value of [renamed.familyName, renamed.email, user.emails[0]]) expect(history + said).not.toContain(value);
  }, 60_000);

  it('that is told again as it is changes nothing and opens nothing', async () => {
    const user = next('Berlin');
    const before = (await world.composed.rows.list({ kind: 'mover' }, { limit: 200 })).items.length;
    await change(user, { office: 'Berlin' }).then(ends);
    await expect(change(user, {})).rejects.toThrow('no case');
    expect((await world.composed.rows.list({ kind: 'mover' }, { limit: 200 })).items.length).toBe(before + 1);
  }, 60_000);
});

describe('a mover whom HR means otherwise', () => {
  it('before the day is planned anew, and votes on the plan before do not count', async () => {
    const user = next('Berlin');
    const caseId = await change(user, { office: 'New York', license: 'agents', effectiveDate: dayIn(10), sequence: 1 });
    await world.until(caseId, 'the approval', (view) => view.gates['number-loss'] === 'open');
    const first = (await world.cases.load(caseId))?.state.plan?.hash ?? '';
    await world.approve(caseId, 'number-loss');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled');

    const second = await change(user, { office: 'San Francisco', effectiveDate: dayIn(10), sequence: 2 });
    expect(second).not.toBe(caseId);
    await world.until(caseId, 'the new plan', (view) => view.planned && view.gates['number-loss'] === undefined);
    const { state } = (await world.cases.load(caseId)) ?? {};
    expect(state?.plan?.hash).not.toBe(first);
    expect(state?.plan?.steps.map((step) => step.id)).not.toContain('office');
    await world.pass('264h');
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await reread(user)).toMatchObject({ officeId: idOf('Berlin'), license: 'agents', phoneNumbers: user.phoneNumbers });
    await world.pass('7h');
    await world.until(second, 'the approval of the second', (view) => view.gates['number-loss'] === 'open');
    await world.history('mover', caseId, 'mover-planned-anew');
  }, 60_000);

  it('altogether is taken back, and only the later change is made', async () => {
    const user = next('San Francisco');
    const first = await change(user, { office: 'New York', effectiveDate: dayIn(5), sequence: 1 });
    await world.until(first, 'the schedule', (view) => view.phase === 'scheduled');
    const second = await change(user, { office: 'San Francisco', effectiveDate: dayIn(5), sequence: 2 });
    await world.until(first, 'the end of the first', (view) => view.closed);
    expect((await world.view(first)).phase).toBe('cancelled');
    await world.pass('200h');
    expect(await ends(second)).toMatchObject({ phase: 'done', attention: null });
    expect((await writesOf(user.id)).filter((each) => each.endsWith('move_office'))).toEqual([]);
  }, 60_000);
});

describe('a mover whose change fails half way', () => {
  it('stays where it is, says why, and goes on by a retry without doing anything twice', async () => {
    const user = next('New York');
    await world.control('/sandbox/faults', { operation: 'PATCH /users/{id}', userId: user.id, nth: 1, fault: 'no-op' });
    const caseId = await change(user, { office: 'San Francisco', license: 'agents' });
    const stuck = await ends(caseId);
    expect(stuck.attention).toEqual({ step: 'license', code: 'step.contradicted' });
    expect(await reread(user)).toMatchObject({ officeId: idOf('San Francisco'), license: 'talk' });
    await world.execute(caseId, retried('license'));
    expect(await ends(caseId)).toMatchObject({ phase: 'done', attention: null });
    expect(await writesOf(user.id)).toEqual(['PATCH /users/{id}/move_office', 'PUT /users/{id}/e911', 'PATCH /users/{id}']);
    await world.control('/sandbox/faults', { operation: 'none', nth: 1, fault: '500' });
  }, 60_000);
});
