import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { holdCase } from '@handover/case-service';
import { defaultPolicy, type CaseCommand, type HoldVerb } from '@handover/case';
import { decideSignal, workflowIdOf } from '@handover/workflow-contracts';
import { eventually } from '../support/wait.ts';
import { MockActivityEnvironment } from '@temporalio/testing';
import { employeeOf, fillSeats, holdsNumber, oneByOne, uncoachedUsers, type NextUser } from '../support/company.ts';
import { heldLeaver, untilHeld } from '../support/leavers.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let nextUser: NextUser;

const begin = async (policy: string): Promise<void> => {
  world = await startSkippedTime(policy);
  nextUser = oneByOne((await uncoachedUsers(world.dialpad)).filter((user) => holdsNumber(user) && user.license === 'talk'));
};

const about = (verb: HoldVerb, actor: string): CaseCommand => ({
  type: 'legalHold',
  verb,
  hold: { by: { actor, roles: ['legal'], personRef: null }, reason: 'a dispute', now: world.now(), rule: defaultPolicy.legalHold },
});

describe('where the policy deletes at once (releaseSeat: delete)', () => {
  beforeAll(() => begin('releaseSeat: delete'), 60_000);
  afterAll(() => world.stop(), 30_000);

  it("the delete is approved first, and Dialpad's own 72 hours are the hold", async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
    expect((await world.user(user.id))?.state).toBe('suspended');
    await world.approve(caseId, 'delete');
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.state).toBe('deleted');
    await world.pass('73h');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('done');
  }, 60_000);

  it('another successor whom HR names after the hand-over is looked at before the delete', async () => {
    const [user, heir] = [nextUser(), nextUser()];
    await world.say('employee.changed', { ...employeeOf(heir), timeZone: 'UTC' }); // no case: HR only names them
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    await world.until(caseId, 'the approval of the delete', (view) => view.gates['leaver-delete'] === 'open');
    await world.leaves(user, { successor: { employeeId: `E-${heir.id}` } });
    await world.until(caseId, 'the task', (view) => view.attention?.code === 'task.new-successor');
    await world.approve(caseId, 'delete');
    await world.settled();
    expect((await world.user(user.id))?.state).toBe('suspended');

    await world.waive(caseId, 'successor-1', 'agreed');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    expect((await world.user(user.id))?.state).toBe('deleted');
  }, 60_000);

  it('a rescind within the hold is a task in the console, and everything else comes back by itself', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    await world.approveWhenAsked(caseId, 'delete');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    await world.comesBack(user);
    const blocked = await world.until(caseId, 'the task', (view) => view.attention !== null);
    expect(blocked.attention?.code).toBe('task.restore-user');
    await world.control(`/sandbox/users/${user.id}/restore`, {});
    // Nobody comes back to say so: the company-wide look sees it, and the workflow goes on.
    await followed(world);
    expect(await new MockActivityEnvironment().run(() => world.composed.dialpadActivities.pollTasks())).toMatchObject({ done: 1 });
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('rescinded');
    expect(await world.user(user.id)).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
  }, 60_000);
});

describe('where the company keeps no numbers (reservePool: false)', () => {
  beforeAll(async () => {
    await begin('reservePool: false');
    await world.control('/sandbox/switches', { reservePool: 'false' });
  }, 60_000);
  afterAll(() => world.stop(), 30_000);

  it('a rescind gives back what a successor got, and loses no number on the way', async () => {
    const [user, heir] = [nextUser(), nextUser()];
    await world.say('employee.changed', { ...employeeOf(heir), timeZone: 'UTC' }); // no case: HR only names them
    const caseId = await world.leaves(user, { successor: { employeeId: `E-${heir.id}` } });
    await world.approveWhenAsked(caseId, 'leaver');
    await untilHeld(world, caseId);
    expect((await world.user(heir.id))?.phoneNumbers).toEqual([...heir.phoneNumbers, ...user.phoneNumbers]);

    await world.comesBack(user);
    await world.ended(caseId);
    expect(await world.user(user.id)).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
    expect((await world.user(heir.id))?.phoneNumbers).toEqual(heir.phoneNumbers);
  }, 60_000);

  it('what is not lost is handed over while nobody has answered, and a number whose loss is refused stays with the suspended user', async () => {
    const user = nextUser();
    const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/departments?apikey=test');
    await world.dialpad.addToGroup({ userId: user.id, group: { type: 'department', id: items[0]?.id ?? '' }, role: 'operator' });
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    const waits = await world.until(caseId, 'the other steps', (view) => view.steps.some(({ id, status }) => id === 'seat' && status === 'verified'));
    expect(waits).toMatchObject({ phase: 'handing-over', gates: { 'number-loss': 'open' } });
    const open = waits.steps.filter((step) => step.phase === 'handing-over' && step.status !== 'verified').map((step) => step.kind);
    expect([...new Set(open)]).toEqual(['moveNumber', 'verifyCalls']);
    expect(await world.user(user.id)).toMatchObject({ state: 'suspended', phoneNumbers: user.phoneNumbers });

    await world.vote(caseId, 'number-loss', 'refuse', 'approver2');
    await untilHeld(world, caseId);
    await world.pass('73h');
    const ended = await world.ended(caseId);
    expect(ended).toMatchObject({ phase: 'done', attention: null });
    const { state } = (await world.cases.load(caseId)) ?? {};
    expect(state).toMatchObject({ result: 'kept-suspended', stepStates: { 'number-1': { status: 'pending', code: 'step.refused' } } });
    expect(await world.user(user.id)).toMatchObject({ state: 'suspended', phoneNumbers: user.phoneNumbers });
    await world.history('leaver', caseId, 'leaver-number-kept');
  }, 60_000);

  it('a successor who is named when the loss was refused is a task, and the case does not end before it is done', async () => {
    const [user, heir] = [nextUser(), nextUser()];
    await world.say('employee.changed', { ...employeeOf(heir), timeZone: 'UTC' }); // no case: HR only names them
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    await world.until(caseId, 'the other steps', (view) => view.steps.some(({ id, status }) => id === 'seat' && status === 'verified'));
    await world.vote(caseId, 'number-loss', 'refuse', 'approver2');
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    await world.leaves(user, { successor: { employeeId: `E-${heir.id}` } });
    await world.until(caseId, 'the task', (view) => view.attention !== null);
    await world.pass('73h');
    await world.until(caseId, 'the end of the hold', (view) => view.holdEnded);
    await world.settled();
    expect(await world.view(caseId)).toMatchObject({ closed: false, attention: { step: 'successor-1', code: 'task.new-successor' } });

    await world.waive(caseId, 'successor-1', 'agreed');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.cases.load(caseId))?.state).toMatchObject({ result: 'kept-suspended' });
  }, 60_000);

  it('a number whose loss is approved is lost, and the case goes on to the delete', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    await world.until(caseId, 'the other steps', (view) => view.steps.some(({ id, status }) => id === 'seat' && status === 'verified'));
    await world.approve(caseId, 'number-loss');
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.phoneNumbers).toEqual([]);
    await world.pass('73h');
    expect((await world.until(caseId, 'the approval of the delete', (view) => view.phase === 'awaiting-delete-approval')).attention).toBeNull();
    await world.history('leaver', caseId, 'leaver-number-lost');
  }, 60_000);
});

describe('where the policy is as it comes', () => {
  beforeAll(() => begin(''), 60_000);
  afterAll(() => world.stop(), 30_000);

  it('an immediate leaver loses access before anybody is asked, and is not deleted before somebody is', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(20), urgency: 'immediate', reasonCode: 'misconduct' });
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.state).toBe('suspended');
    expect((await world.view(caseId)).gates.review).toBe('open');
    await world.pass('300h');
    await world.until(caseId, 'the approval of the delete', (view) => view.phase === 'awaiting-delete-approval');
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);

  it('a leaver who waits for an approval loses access as soon as HR says at once', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(10) });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.leaves(user, { lastWorkingDay: world.dayIn(10), urgency: 'immediate', reasonCode: 'misconduct' });
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);

  it('a leaver who waits for an approval loses access on the day that HR brings forward', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user, { lastWorkingDay: world.dayIn(10) });
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    await world.pass('30h'); // nobody clicks: the stage has escalated, and would end in ten days
    await world.tell('employee.termination_date_changed', { ...employeeOf(user), timeZone: 'UTC', lastWorkingDay: world.dayIn(0) });
    await world.pass('25h');
    await untilHeld(world, caseId);
    expect((await world.user(user.id))?.state).toBe('suspended');
  }, 60_000);

  it('a decision by a Temporal signal counts like one by an update', async () => {
    const user = nextUser();
    const caseId = await world.leaves(user);
    await world.until(caseId, 'the approval', (view) => view.gates.leaver === 'open');
    const planHash = (await world.cases.load(caseId))?.state.plan?.hash ?? '';
    const handle = world.env.client.workflow.getHandle(workflowIdOf('leaver', caseId));
    await handle.signal(decideSignal, { stage: 'leaver', decision: 'approve', reasonCode: 'free text is not taken', actor: 'approver', planHash });
    await handle.signal(decideSignal, { stage: 'leaver', decision: 'approve', reasonCode: 'checked', actor: 'approver', planHash });
    await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
    const made = (await world.composed.store.read(`case/${caseId}`)).filter((event) => event.type.startsWith('Decision'));
    expect(made.map((event) => [event.type, event.meta.channel])).toEqual([['DecisionMade', 'temporal']]);
  }, 60_000);

  it('a leaver who comes back when the seat is taken is first in line for the next', async () => {
    const user = nextUser();
    const caseId = await heldLeaver(world, user);
    const leave = await fillSeats(world.dialpad, user.officeId);
    await world.comesBack(user);
    const blocked = await world.until(caseId, 'the wait for a seat', (view) => view.attention !== null);
    expect(blocked.attention?.code).toBe('seat.none');

    await leave();
    await world.retry(caseId, blocked.attention?.step ?? '');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect(await world.user(user.id)).toMatchObject({ state: 'active', phoneNumbers: user.phoneNumbers });
  }, 60_000);

  it('Dialpad failing now and then changes nothing but the time it takes', async () => {
    const user = nextUser();
    for (const operation of ['PATCH /users/{id}', 'DELETE /numbers/{number}', 'DELETE /departments/{id}/operators', 'DELETE /users/{id}']) {
      await world.control('/sandbox/faults', { operation, nth: 1, fault: 'lost-reply' });
      await world.control('/sandbox/faults', { operation, nth: 2, fault: '500' });
    }
    await world.control('/sandbox/faults', { operation: 'GET /users/{id}', rate: 0.1, seed: 3, fault: '429' });
    const caseId = await world.leaves(user);
    await world.approveWhenAsked(caseId, 'leaver');
    const pass = async (what: string, holds: (phase: string) => boolean): Promise<void> => {
      for (let n = 0; n < 40 && !holds((await world.view(caseId)).phase); n += 1) await world.pass('1m');
      await world.until(caseId, what, (view) => holds(view.phase));
    };
    await pass('the hold', (phase) => phase === 'holding');
    await world.pass('73h');
    await world.approveWhenAsked(caseId, 'delete');
    await pass('the delete', (phase) => phase === 'awaiting-purge');
    await world.withoutFaults();
    await world.pass('80h');
    await world.until(caseId, 'the end', (view) => view.closed);
    const writes = await world.writesOf(user.id);
    expect(new Set(writes.filter((each) => each !== 'PATCH /users/{id}')).size).toBe(writes.filter((each) => each !== 'PATCH /users/{id}').length);
    expect(writes.filter((each) => each === 'DELETE /users/{id}')).toHaveLength(1);
  }, 90_000);

  it('a legal hold stops the approved delete, and the case goes on once two people have lifted it', async () => {
    const user = nextUser();
    const caseId = await heldLeaver(world, user);
    await world.execute(caseId, about('place', 'counsel'));
    await world.pass('73h');
    await world.approveWhenAsked(caseId, 'delete');
    await eventually('the refusal to start', async () => (await world.eventTypes(caseId)).includes('StepWithheld'));
    await world.pass('100h');
    expect((await world.user(user.id))?.state).toBe('suspended');

    await world.execute(caseId, about('lift', 'counsel'));
    await world.execute(caseId, about('lift', 'auditor'));
    await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
    expect((await world.user(user.id))?.state).toBe('deleted');
  }, 60_000);

  it('a hold on a closed case of the same person keeps the person from being erased, until it is lifted and somebody retries', async () => {
    const user = nextUser();
    const first = await world.leaves(user, { lastWorkingDay: world.dayIn(20) });
    await world.until(first, 'the approval', (view) => view.gates.leaver === 'open');
    await world.tell('employee.termination_rescinded', { employeeId: `E-${user.id}` });
    await world.until(first, 'the end', (view) => view.closed);
    const hold = (verb: HoldVerb, actor: string) => {
      const asked = about(verb, actor);
      if (asked.type !== 'legalHold') throw new Error('no hold');
      return holdCase(world.composed.store, first, verb, asked.hold, { actor, channel: 'api', commandId: randomUUID() });
    };
    await hold('place', 'counsel');

    const second = await world.leaves(user);
    expect(second).not.toBe(first);
    await world.approveWhenAsked(second, 'leaver');
    await world.until(second, 'the hold', (view) => view.phase === 'holding');
    await world.pass('73h');
    await world.approveWhenAsked(second, 'delete');
    await world.until(second, 'the delete', (view) => view.phase === 'awaiting-purge');
    await world.pass('73h');
    const stuck = await world.until(second, 'the hold to be met', (view) => view.attention !== null);
    expect(stuck.attention).toEqual(expect.objectContaining({ step: 'anonymize', code: 'case.legal_hold' }));
    expect(await world.eventTypes(second)).not.toContain('CertificateIssued');

    await hold('lift', 'counsel');
    await hold('lift', 'second');
    await world.execute(second, { type: 'retryStep', free: { step: 'anonymize', actor: 'operator', reasonCode: null, reason: 'lifted' } });
    await world.until(second, 'the end', (view) => view.phase === 'done');
    expect((await world.eventTypes(second)).filter((type) => type === 'CertificateIssued')).toHaveLength(1);
  }, 90_000);
});
