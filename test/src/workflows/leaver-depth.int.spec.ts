import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Dialpad, DialpadUser, GroupRef } from '@handover/connector-dialpad';
import { createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { faultsIn, wholeGraph } from '../support/all-calls.ts';
import { activeUsers, employeeOf, isPlain, oneByOne, type NextUser } from '../support/company.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

const RECORDING = Buffer.from('a recorded greeting').toString('base64');

let world: SkippedTime;
/** Reads beside the worker: what it sees is not watched. */
let eyes: Dialpad;
let next: NextUser;
/** What is looked at after every write, and what was wrong then. */
let watch: { readonly numbers: readonly string[]; readonly known: readonly string[] } | null = null;
let faults: string[] = [];
let looks = 0;
/** What another admin does while the worker waits for the answer to a write. */
let meanwhile: (() => Promise<void>) | null = null;

const look = async (): Promise<void> => {
  await meanwhile?.();
  if (watch === null) return;
  looks += 1;
  const seen = watch;
  faults.push(...faultsIn(await wholeGraph(eyes, seen.numbers)).filter((fault) => !seen.known.includes(fault)));
};
const watching = async (numbers: readonly string[]): Promise<void> => {
  faults = [];
  looks = 0;
  watch = { numbers, known: faultsIn(await wholeGraph(eyes, numbers)) };
};

const known = (user: DialpadUser) => world.say('employee.changed', employeeOf(user));
const holding = (caseId: string) =>
  world.until(caseId, 'the hold', (view) => view.phase === 'holding' || (view.attention !== null && !view.attention.code.startsWith('task.voicemail')));
const approved = (caseId: string) => world.approveWhenAsked(caseId, 'leaver');
const call = async <T>(method: string, path: string, body: object): Promise<T> =>
  (await (
    await fetch(`${await world.sandboxUrl()}/api/v2${path}`, {
      method,
      headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).json()) as T;
const inner = (more: object = {}) => ({ action: 'voicemail', try_dial_operators: false, ...more });
const departmentOf = async (office: string, name: string, open: object): Promise<GroupRef> => ({
  type: 'department',
  id: (await call<{ id: string }>('POST', '/departments', { name, office_id: office, routing_options: { open: inner(open), closed: inner() } })).id,
});
const operate = async (group: GroupRef, ...users: readonly DialpadUser[]): Promise<void> => {
  for (const user of users) await world.dialpad.addToGroup({ userId: user.id, group, role: 'operator' });
};

beforeAll(async () => {
  world = await startSkippedTime('callerIdsLookedAt: 50', { afterCall: async (method) => (method === 'GET' ? undefined : look()) });
  eyes = createDialpad({ baseUrl: await world.sandboxUrl(), apiKey: { reveal: () => 'eyes' }, budget: rateBudget(1_000) });
  next = oneByOne((await activeUsers(world.dialpad)).filter(isPlain));
}, 60_000);

afterAll(() => world.stop(), 30_000);

describe('a leaver on whom much hangs', () => {
  let leaver: DialpadUser;
  let heir: DialpadUser;
  let colleague: DialpadUser;
  let second: string;
  let night: GroupRef;
  let sales: GroupRef;
  let caseId: string;

  it('is shown with everything before the plan is approved, and nothing personal in the open', async () => {
    [leaver, heir, colleague] = [next(), next(), next()];
    const { dialpad } = world;
    await known(heir);
    const offices = await dialpad.offices();
    night = await departmentOf(leaver.officeId, 'Night desk', { try_dial_operators: true });
    sales = await departmentOf(leaver.officeId, 'Export', { action: 'person', action_target_type: 'user', action_target_id: leaver.id });
    await operate(night, leaver);
    await operate(sales, leaver, colleague);
    await dialpad.setGroupRole({ userId: leaver.id, group: night, role: 'admin' });
    await dialpad.setCompanyAdmin(leaver.id, true);
    await dialpad.setAdminOffices(leaver.id, offices.map((office) => office.id).slice(0, 2));
    await dialpad.setForwarding(leaver.id, ['+15005550199']);
    await dialpad.addCustomIvr({ target: { type: 'user', id: leaver.id }, ivrType: 'VM_UNAVAILABLE', name: 'my voice', file: RECORDING });
    second = (await dialpad.pooledNumbers(leaver.officeId))[0]?.number ?? '';
    // A colleague called from this number before the leaver had it, and still does.
    await dialpad.assignNumber({ number: second, target: { type: 'user', id: colleague.id }, primary: false });
    await dialpad.setCallerId(colleague.id, second);
    await dialpad.assignNumber({ number: second, target: { type: 'user', id: leaver.id }, primary: false, from: colleague.id });
    const [router] = await dialpad.callRouters();
    await call('PATCH', `/callrouters/${router?.id}`, { default_target_type: 'user', default_target_id: leaver.id });

    caseId = await world.leaves(leaver, {
      successor: { employeeId: `E-${heir.id}` },
      successors: [
        { number: second, department: 'Export' },
        { for: 'admin', employeeId: `E-${heir.id}` },
      ],
    });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open' || view.attention !== null);
    const { impact, calls } = await world.evidenceOf(caseId, 'link');
    expect(impact).toMatchObject({
      numbers: [
        { number: leaver.phoneNumbers[0], isPrimary: true, goesTo: { kind: 'user', id: heir.id } },
        { number: second, isPrimary: false, goesTo: { kind: 'department', id: sales.id } },
      ],
      shownBy: [{ userId: colleague.id, number: second }],
      groups: expect.arrayContaining([expect.objectContaining({ id: night.id, name: 'Night desk', role: 'admin', others: 0 })]),
      admin: { scope: 'company', company: true, goesTo: { kind: 'user', id: heir.id } },
      forwarding: 1,
      greetings: [{ ivrType: 'VM_UNAVAILABLE', selected: true }],
      apiKeyOwner: 'unknown',
    });
    expect(calls).toMatchObject({ problems: [], words: expect.arrayContaining([expect.objectContaining({ from: 'department "Export"' })]) });
    const link = (await world.composed.store.read(`case/${caseId}`)).find((event) => event.type === 'StepVerified' && event.data['step'] === 'link');
    expect(JSON.stringify(link?.data)).not.toContain('+15005550199');
    expect(link?.personal).toMatchObject({ data: { impact: { forwardingNumbers: ['+15005550199'], greetings: ['my voice'] } } });
  }, 60_000);

  it('leaves no line that rings nowhere, not even for a moment: after every write every path is followed again', async () => {
    await watching([]); // their own numbers move once access is cut: see where they end below
    await world.approve(caseId, 'leaver');
    await holding(caseId);
    watch = null;
    expect((await world.view(caseId)).attention).toBeNull();
    expect(faults).toEqual([]);
    expect(looks).toBeGreaterThanOrEqual(12);
  }, 60_000);

  it('has handed over what the plan said, read back', async () => {
    const { dialpad } = world;
    const now = await world.user(heir.id);
    expect(now).toMatchObject({ isSuperAdmin: true, adminOfficeIds: expect.arrayContaining([...leaver.adminOfficeIds]) });
    expect(now?.phoneNumbers).toEqual([...heir.phoneNumbers, ...leaver.phoneNumbers]);
    expect(now?.groupDetails).toContainEqual({ type: 'department', id: night.id, role: 'admin' });
    expect(await dialpad.readNumber(second)).toMatchObject({ targetType: 'department', targetId: sales.id });
    expect(await world.user(leaver.id)).toMatchObject({ state: 'suspended', isSuperAdmin: false, adminOfficeIds: [], phoneNumbers: [], groupDetails: [] });
    expect((await dialpad.readCallerId(colleague.id))?.callerId).toBe(colleague.phoneNumbers[0]);
    expect(await dialpad.customIvrs({ type: 'user', id: leaver.id })).toEqual([]);
    expect(await dialpad.routingReferences(leaver.id)).toEqual([]);
    expect(faultsIn(await wholeGraph(eyes, [...leaver.phoneNumbers, second]))).toEqual([]);
    expect(await world.evidenceOf(caseId, 'calls')).toMatchObject({ stillRings: [], leadsToLeaver: [], notAsPromised: [] });
    const history = await world.history('leaver', caseId, 'leaver-handed-over');
    for (const value of [leaver.lastName, second, leaver.phoneNumbers[0], 'my voice', '+15005550199']) expect(history).not.toContain(value);
  }, 60_000);

  it('who comes back gets everything again, and the heir keeps nothing of it', async () => {
    const { dialpad } = world;
    await watching([]);
    await world.comesBack(leaver);
    const task = await world.until(caseId, 'the task', (view) => view.attention !== null);
    expect(task.attention?.code).toBe('task.record-greeting');
    await dialpad.addCustomIvr({ target: { type: 'user', id: leaver.id }, ivrType: 'VM_UNAVAILABLE', name: 'my voice again', file: RECORDING });
    await world.retry(caseId, task.attention?.step ?? '').catch(() => undefined); // its poll may have been faster
    await world.until(caseId, 'the end', (view) => view.closed);
    watch = null;

    expect(faults).toEqual([]);
    expect((await world.view(caseId)).phase).toBe('rescinded');
    expect(await world.user(leaver.id)).toMatchObject({ state: 'active', isSuperAdmin: true, forwardingNumbers: ['+15005550199'] });
    expect([...((await world.user(leaver.id))?.phoneNumbers ?? [])].sort()).toEqual([...leaver.phoneNumbers, second].sort());
    expect(await world.user(heir.id)).toMatchObject({
      isSuperAdmin: false,
      adminOfficeIds: heir.adminOfficeIds,
      phoneNumbers: heir.phoneNumbers,
      groupDetails: [],
    });
    expect((await dialpad.routingReferences(leaver.id)).map((each) => each.where.type).sort()).toEqual(['callrouter', 'department']);
    expect((await dialpad.rungBy(night)).map((each) => each.id)).toEqual([leaver.id]);
  }, 60_000);
});

describe('admin rights nobody approved to hand over', () => {
  it('are only revoked: a deadline that passed makes nobody an admin', async () => {
    const [leaver, heir] = [next(), next()];
    await known(heir);
    await world.dialpad.setAdminOffices(leaver.id, [leaver.officeId]);
    const caseId = await world.leaves(leaver, { lastWorkingDay: world.dayIn(1), successors: [{ for: 'admin', employeeId: `E-${heir.id}` }] });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.pass('60h');
    await holding(caseId);
    expect(await world.user(heir.id)).toMatchObject({ adminOfficeIds: [] });
    expect(await world.user(leaver.id)).toMatchObject({ state: 'suspended', adminOfficeIds: [] });
    expect(await world.evidenceOf(caseId, 'grant-office-admin')).toMatchObject({ granted: false, why: 'nobody approved the plan' });
  }, 60_000);
});

describe('two colleagues who leave the same day and are the last of their group', () => {
  it('do not both pass: whoever is refused is told the group and who could step in', async () => {
    const [one, other] = [next(), next()];
    const group = await departmentOf(one.officeId, 'Two of them', { try_dial_operators: true });
    await operate(group, one, other);
    const cases = await Promise.all([world.leaves(one), world.leaves(other)]);
    await Promise.all(cases.map(approved));
    const views = await Promise.all(cases.map(holding));
    const blocked = views.filter((view) => view.attention !== null);
    expect(blocked.length).toBeGreaterThan(0);
    for (const view of blocked) {
      expect(view.attention).toEqual({ step: 'check', code: 'group.last_operator' });
      expect(view.waitsFor[0]?.what).toContain(`department:${group.id}`);
    }
    const states = await Promise.all([one, other].map(async ({ id }) => (await world.user(id))?.state));
    expect(states).toContain('active');

    await operate(group, next());
    for (const [n, view] of views.entries()) if (view.attention) await world.retry(cases[n] ?? '', 'check');
    for (const caseId of cases) expect((await holding(caseId)).attention).toBeNull();
  }, 60_000);
});

describe('a successor who leaves as well', () => {
  it('is shown as a conflict and refused before anything is cut', async () => {
    const [leaver, heir] = [next(), next()];
    const first = await world.leaves(heir);
    await world.until(first, 'the plan', (view) => view.planned);
    const caseId = await world.leaves(leaver, { successor: { employeeId: `E-${heir.id}` } });
    await approved(caseId);
    const blocked = await holding(caseId);
    expect(blocked.attention).toEqual({ step: 'check', code: 'successor.leaving' });
    expect((await world.evidenceOf(caseId, 'link'))['impact']).toMatchObject({ conflicts: [{ kind: 'successor-leaves', caseId: first, userId: heir.id }] });
    expect((await world.user(leaver.id))?.state).toBe('active');

    const third = next();
    const counting = await world.leaves(third, { lastWorkingDay: world.dayIn(30), successor: { employeeId: `E-${leaver.id}` } });
    await world.until(counting, 'the plan', (view) => view.planned);
    await followed(world);
    expect(await world.composed.rows.mentioning((await world.cases.load(caseId))?.state.personRef ?? '')).toEqual([counting]);
  }, 60_000);
});

describe('routing that somebody else changes during the hand-over', () => {
  it('contradicts what was promised, with the way; whoever has looked may settle for it', async () => {
    const [leaver, heir, other] = [next(), next(), next()];
    await known(heir);
    const group = await departmentOf(leaver.officeId, 'Import', { action: 'person', action_target_type: 'user', action_target_id: leaver.id });
    const caseId = await world.leaves(leaver, { successor: { employeeId: `E-${heir.id}` } });
    const elsewhere = { action: 'person', action_target_type: 'user', action_target_id: other.id };
    meanwhile = async () => {
      const line = (await eyes.companyLines()).find((each) => each.id === group.id);
      if (line?.open.target?.id !== heir.id) return;
      meanwhile = null;
      await call('PATCH', `/departments/${group.id}`, { routing_options: { open: inner(elsewhere), closed: inner() } });
    };
    await approved(caseId);
    const stuck = await holding(caseId);
    expect(stuck.attention).toEqual({ step: 'calls', code: 'step.contradicted' });
    expect(await world.evidenceOf(caseId, 'calls')).toMatchObject({
      notAsPromised: [{ from: `department:${group.id}`, hours: 'open', what: 'not-as-promised', path: [`department:${group.id}`, `user:${heir.id}`] }],
    });
    await world.retry(caseId, 'calls');
    expect((await holding(caseId)).attention).toBeNull();
  }, 60_000);
});

describe('a line that only the leaver answers', () => {
  it('is refused where nobody takes over, with the way and who could; voicemail it is where the policy says so', async () => {
    const leaver = next();
    const group = await departmentOf(leaver.officeId, 'Only one', { action: 'person', action_target_type: 'user', action_target_id: leaver.id });
    const caseId = await world.leaves(leaver);
    await approved(caseId);
    const blocked = await holding(caseId);
    expect(blocked.attention).toEqual({ step: 'check', code: 'calls.only_leaver' });
    expect(blocked.waitsFor[0]?.what).toContain(`department:${group.id} (open) is answered by the leaver only`);
    expect(blocked.waitsFor[0]?.what).toMatch(/users who could take over: \d+/);
  }, 60_000);
});

describe("an office's main line that rings at a leaver", () => {
  it('is a task before access is cut, because no API could keep the line alive; once it is done the cut goes on', async () => {
    const [leaver, heir] = [next(), next()];
    await known(heir);
    await world.control('/sandbox/console', { do: 'point-main-line', officeId: leaver.officeId, userId: leaver.id });
    await watching([]);
    const caseId = await world.leaves(leaver, { successor: { employeeId: `E-${heir.id}` } });
    await approved(caseId);
    const blocked = await holding(caseId);
    expect(blocked.attention).toMatchObject({ code: 'task.repoint-main-line' });
    expect((await world.user(leaver.id))?.state).toBe('active');

    await world.control('/sandbox/console', { do: 'point-main-line', officeId: leaver.officeId, userId: heir.id });
    await world.retry(caseId, blocked.attention?.step ?? '').catch(() => undefined); // its poll may have been faster
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    watch = null;
    expect(faults).toEqual([]);
    expect(await world.evidenceOf(caseId, 'calls')).toMatchObject({ leadsToLeaver: [], notAsPromised: [] });
  }, 60_000);
});

describe('voicemail mails that go to a leaver', () => {
  it('are a task during the hold that the delete waits for, and nothing else does', async () => {
    const callCenter = (await world.dialpad.companyLines()).find((line) => line.type === 'callcenter' && line.voicemailMails.length > 0);
    const [found] = await world.dialpad.findUsersByEmail(callCenter?.voicemailMails[0] ?? '');
    const leaver = found && (await world.dialpad.readUser(found.id));
    if (!leaver) throw new Error('nobody is written to');
    const caseId = await world.leaves(leaver);
    await approved(caseId);
    const held = await world.until(caseId, 'the task', (view) => view.phase === 'holding' && view.attention !== null);
    expect(held.attention?.code).toBe('task.voicemail-mails');
    await world.pass('73h');
    await world.approveWhenAsked(caseId, 'delete');
    await world.pass('1h');
    expect((await world.user(leaver.id))?.state).toBe('suspended');
    await world.waive(caseId, held.attention?.step ?? '');
    await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
  }, 60_000);
});
