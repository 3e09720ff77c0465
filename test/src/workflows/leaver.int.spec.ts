import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decideUpdate, rescindSignal, workflowIdOf } from '@handover/workflow-contracts';
import { employeeOf, holdsNumber, oneByOne, uncoachedUsers, type NextUser } from '../support/company.ts';
import { deletedLeaver, heldLeaver, untilHeld } from '../support/leavers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';
import type { DialpadUser } from '@handover/connector-dialpad';
import { eventually } from '../support/wait.ts';

let world: SkippedTime;
let nextUser: NextUser;
/** Somebody in a department, kept for the test of its calls. */
let operator: { readonly user: DialpadUser; readonly group: { readonly type: string; readonly id: string } };

beforeAll(async () => {
  world = await startSkippedTime();
  // Those in departments first, because their leaving does more.
  const users = (await uncoachedUsers(world.dialpad)).filter(holdsNumber);
  nextUser = oneByOne(users.sort((left, right) => right.groupDetails.length - left.groupDetails.length));
  const user = nextUser((each) => each.groupDetails.some((group) => group.type === 'department'));
  const group = user.groupDetails.find((each) => each.type === 'department');
  if (!group) throw new Error('the seeded company has no plain operator');
  operator = { user, group };
}, 60_000);

afterAll(() => world.stop(), 30_000);

describe('a leaver whose last day is over', () => {
  it('is held for the real 72 hours, deleted after an approval, and certified once Dialpad has purged the user', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    const holding = await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect(Date.parse(holding.holdUntil ?? '') - Date.parse(world.now())).toBeGreaterThan(71 * 3_600_000);

    await world.pass('71h');
    expect((await world.view(caseId)).phase).toBe('holding');
    await world.pass('2h');
    await world.until(caseId, 'the second approval', (view) => view.phase === 'awaiting-delete-approval');
    expect((await world.user(user.id))?.state).toBe('suspended');

    await world.approve(caseId, 'delete', 'approver2');
    await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
    await world.pass('73h');
    await world.until(caseId, 'the end', (view) => view.closed);

    expect((await world.view(caseId)).phase).toBe('done');
    await eventually('the end of the run', async () => (await world.runStatus('leaver', caseId)) === 'COMPLETED');
    expect(await world.user(user.id)).toBeNull();
    const types = await world.eventTypes(caseId);
    expect(types.slice(-3)).toEqual(['StepVerified', 'CertificateIssued', 'CaseClosed']);
    const writes = await world.writesOf(user.id);
    expect(writes[0]).toBe('PATCH /users/{id}'); // suspended before anything was moved
    expect(writes[writes.length - 1]).toBe('DELETE /users/{id}');
    expect(writes.filter((each) => each === 'DELETE /numbers/{number}')).toHaveLength(user.phoneNumbers.length);
    expect((await world.cases.load(caseId))?.state.certificate).toMatchObject({ keyDestroyed: true, dialpadReturnsUser: false });

    const history = await world.history('leaver', caseId, 'leaver-done');
    for (const value of [user.emails[0], user.lastName, `E-${user.id}`, user.phoneNumbers[0]]) expect(history).not.toContain(value);
  }, 60_000);

  it('waits for a purge that Dialpad takes its time for, and looks again every hour', async () => {
    const user = nextUser();
    const caseId = await deletedLeaver(world, user);

    await world.pass('80h', { dialpadToo: false });
    expect((await world.view(caseId)).phase).toBe('awaiting-purge');
    await world.control('/sandbox/clock', { advance: 'PT80H' });
    await world.pass('2h');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
  }, 60_000);

  it('who comes back during the hold gets access, numbers and groups again', async () => {
    const user = nextUser();
    const before = await world.user(user.id);
    const caseId = await heldLeaver(world, user);
    await world.pass('40h');

    await world.comesBack(user);
    await world.until(caseId, 'the end', (view) => view.closed);

    const after = await world.user(user.id);
    expect((await world.view(caseId)).phase).toBe('rescinded');
    expect(after).toMatchObject({ state: 'active', phoneNumbers: before?.phoneNumbers, forwardingNumbers: before?.forwardingNumbers });
    expect(after?.groupDetails.map((group) => group.id).sort()).toEqual(before?.groupDetails.map((group) => group.id).sort());
    const routed = await world.dialpad.routingReferences(user.id);
    expect(routed).toHaveLength((await world.cases.load(caseId))?.state.steps.filter((step) => step.kind === 'repointRouting').length ?? -1);
    await world.pass('200h');
    expect((await world.user(user.id))?.state).toBe('active');
    await world.history('leaver', caseId, 'leaver-rescinded');
  }, 60_000);
});

describe('a leaver whose last day is to come', () => {
  it('loses access at the cut-off although nobody decided, and is never deleted without an approval', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(2) });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.pass('25h');
    await world.until(caseId, 'the escalation', (view) => view.stage?.escalated === true);
    expect((await world.user(user.id))?.state).toBe('active');

    await world.pass('50h');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect((await world.user(user.id))?.state).toBe('suspended');
    await world.pass('500h');
    await world.until(caseId, 'the second approval', (view) => view.phase === 'awaiting-delete-approval');
    expect((await world.user(user.id))?.state).toBe('suspended');
    expect(await world.eventTypes(caseId)).toContain('StageExpired');
    await world.history('leaver', caseId, 'leaver-undecided');
  }, 60_000);

  it('moves with the last day: the running timer is the new one', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(3) });
    await world.approveWhenAsked(caseId, 'leaver');
    await world.tell('employee.termination_date_changed', { ...employeeOf(user), timeZone: 'UTC', lastWorkingDay: world.dayIn(9) });
    await world.pass('120h');
    expect((await world.user(user.id))?.state).toBe('active');

    await world.pass('144h');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);

  it('taken back before any write ends as cancelled and leaves Dialpad untouched', async () => {
    const user = nextUser();
    const before = (await world.writes()).length;
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(5) });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.env.client.workflow.getHandle(workflowIdOf('leaver', caseId)).signal(rescindSignal, { reasonCode: 'came-back', actor: 'operator' });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
    expect((await world.writes()).length).toBe(before);
  }, 60_000);
});

describe('a decision sent through Temporal', () => {
  it('counts like one through the API, and is refused and recorded for the wrong plan, a stranger and a closed stage', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    const planHash = (await world.cases.load(caseId))?.state.plan?.hash ?? '';
    const handle = world.env.client.workflow.getHandle(workflowIdOf('leaver', caseId));
    const decide = (more: object) =>
      handle.executeUpdate(decideUpdate, { args: [{ stage: 'leaver', decision: 'approve', reasonCode: 'agreed', actor: 'approver', planHash, ...more }] });

    expect(await decide({ planHash: 'old' })).toEqual({ accepted: false, code: 'approval.stale_plan' });
    expect(await decide({ actor: 'operator' })).toEqual({ accepted: false, code: 'approval.not_approver' });
    expect(await decide({ actor: 'stranger' })).toEqual({ accepted: false, code: 'actor.unknown' });
    expect(await decide({ reasonCode: 'because' })).toEqual({ accepted: false, code: 'reason.unknown' });
    await expect(decide({ reasonCode: 'Nora told me so' })).rejects.toThrow();
    expect(await decide({})).toEqual({ accepted: true, code: 'ok' });
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect(await decide({ actor: 'approver2' })).toEqual({ accepted: false, code: 'approval.closed' });

    const events = await world.composed.store.read(`case/${caseId}`);
    const made = events.find((event) => event.type === 'DecisionMade');
    const { runId } = await handle.describe();
    expect(made?.meta).toEqual({
      actor: 'approver',
      channel: 'temporal',
      cause: expect.stringMatching(/^[0-9a-f-]{36}$/), // the update's id
      caseId,
      workflowId: workflowIdOf('leaver', caseId),
      runId,
      attempt: 1,
    });
    const step = events.find((event) => event.type === 'StepStarted');
    expect(step?.meta).toEqual({ actor: 'system', channel: 'system', caseId, workflowId: workflowIdOf('leaver', caseId), runId, attempt: expect.any(Number) });
    expect(events.filter((event) => event.type === 'DecisionRefused').map((event) => event.data['code'])).toEqual([
      'approval.stale_plan',
      'approval.not_approver',
      'approval.closed',
    ]);
    await world.history('leaver', caseId, 'leaver-decided-in-temporal');
  }, 60_000);
});

describe('a leaver who is the last active Company Admin', () => {
  it('is blocked with the reason before anything is cut, and goes on once somebody else is one', async () => {
    const admins = await world.dialpad.companyAdmins();
    const [last, ...others] = admins;
    if (!last) throw new Error('no admin is seeded');
    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, false);
    const caseId = await world.leaves(last);
    await world.approveWhenAsked(caseId, 'leaver');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention).toMatchObject({ step: 'check' });
    expect((await world.user(last.id))?.state).toBe('active');

    // Whoever waives the check, for this or another reason, does not waive that somebody must be left.
    await world.waive(caseId, 'check', 'checked');
    const again = await world.until(caseId, 'the second block', (view) => view.attention?.step === 'suspend');
    expect(again.attention).toMatchObject({ code: 'leaver.last_company_admin' });
    expect((await world.user(last.id))?.state).toBe('active');

    for (const other of others) await world.dialpad.setCompanyAdmin(other.id, true);
    await world.retry(caseId, 'suspend');
    await world.until(caseId, 'the suspension', (view) => view.steps.some((step) => step.id === 'suspend' && step.status === 'verified'));
    await world.until(caseId, 'the hand-over', (view) => view.steps.some((step) => step.id === 'admin-company' && step.status === 'verified'));
    expect(await world.user(last.id)).toMatchObject({ state: 'suspended', isSuperAdmin: false });
  }, 60_000);
});

describe('a step that no API can do', () => {
  /** Somebody new who is in a coaching team, and alone in no group. */
  const trainee = async (): Promise<DialpadUser> => {
    const email = 'trainee@example.com';
    const [office] = await world.dialpad.offices();
    await world.dialpad.inviteUser(
      { email, givenName: 'Tea', familyName: 'Trainee', officeId: office?.id ?? '', license: 'talk' },
      { startedAt: '2020-01-01T00:00:00Z' },
    );
    const [user] = await world.dialpad.findUsersByEmail(email);
    const [team] = await world.dialpad.coachingTeams();
    if (!user || !team) throw new Error('nobody was invited');
    await world.control(`/sandbox/users/${user.id}/accept`, {});
    await world.dialpad.addToGroup({ userId: user.id, group: { type: 'coachingteam', id: team.id }, role: 'trainee' });
    return user;
  };

  it('waits for a person with the exact work to do; a claim that does not read back is contradicted, a waiver goes on', async () => {
    const user = await trainee();
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention?.code).toBe('task.leave-group');
    expect(blocked.waitsFor[0]).toMatchObject({ on: 'operator', what: expect.stringContaining('Admin Settings > Office > Coaching Teams') });
    const step = blocked.attention?.step ?? '';

    await world.claimByHand(caseId, step, 'removed in the console');
    await world.until(caseId, 'the contradiction', (view) => view.steps.some((each) => each.id === step && each.status === 'contradicted'));
    await world.waive(caseId, step);
    await untilHeld(world, caseId);
    expect(await world.eventTypes(caseId)).toEqual(expect.arrayContaining(['StepBlocked', 'StepClaimedByHand', 'StepContradicted', 'StepWaived']));
  }, 60_000);
});

describe('a cancellation request from the Temporal UI', () => {
  it('does not abandon the case: it goes on, because only a rescind ends it', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.env.client.workflow.getHandle(workflowIdOf('leaver', caseId)).cancel();
    await world.approve(caseId, 'leaver');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect(await world.runStatus('leaver', caseId)).toBe('RUNNING');
  }, 60_000);
});

describe('the calls of a leaver', () => {
  it('are followed before anything is cut: a group that would ring nobody blocks, with the way and who could take over', async () => {
    const { dialpad } = world;
    const { user, group } = operator;
    const others = (await dialpad.operatorsOf(group)).map((each) => each.id).filter((id) => id !== user.id);
    for (const id of others) await dialpad.removeFromGroup({ userId: id, group });

    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention).toEqual({ step: 'check', code: 'group.last_operator' });
    expect(blocked.waitsFor[0]?.what).toContain(`department:${group.id} (open) would ring nobody: department:${group.id} > operators`);
    expect(blocked.waitsFor[0]?.what).toMatch(/users who could take over: \d+/);
    expect((await world.user(user.id))?.state).toBe('active');

    const [helper] = await dialpad.companyAdmins();
    await dialpad.addToGroup({ userId: helper?.id ?? '', group, role: 'operator' });
    await world.retry(caseId, 'check');
    await untilHeld(world, caseId);
    const events = await world.composed.store.read(`case/${caseId}`);
    const link = events.find((event) => event.type === 'StepVerified' && event.data['step'] === 'link');
    const calls = events.find((event) => event.type === 'StepVerified' && event.data['step'] === 'calls');
    expect(link?.data['evidence']).toMatchObject({
      calls: { problems: expect.arrayContaining([expect.objectContaining({ what: 'no-operators', line: `department:${group.id}` })]) },
    });
    expect(calls?.data['evidence']).toMatchObject({ stillRings: [], leadsToLeaver: [] });
  }, 60_000);
});
