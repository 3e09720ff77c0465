import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '@handover/case';
import { holdPerson } from '@handover/case-service';
import type { DialpadUser } from '@handover/connector-dialpad';
import { rescindUpdate, workflowIdOf } from '@handover/workflow-contracts';
import { MockActivityEnvironment } from '@temporalio/testing';
import { activeUsers, holdsNumber, oneByOne, type NextUser } from '../support/company.ts';
import { asksFor, followed, provenanceOf } from '../support/numbers.ts';
import { untilHeld } from '../support/leavers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
let ask: ReturnType<typeof asksFor>;
let nextUser: NextUser;
let pool: string[];

const nextNumber = (): string => pool.shift() ?? fail('the pool is empty');
const fail = (why: string): never => {
  throw new Error(why);
};

const opened = async (wanted: Parameters<typeof ask>[0]): Promise<string> => {
  const answer = await ask(wanted);
  return 'caseId' in answer ? answer.caseId : fail(answer.refused);
};
const resultOf = async (caseId: string): Promise<string | null | undefined> => (await world.cases.load(caseId))?.state.result;
const releases = (): Promise<number> => world.countOf('DELETE /numbers/{number}');
let lastRead = 0;
/** A reading as the schedule takes it, each later than the one before. */
const read = async (): Promise<{ numbers: number; changed: number }> => {
  lastRead = Math.max(lastRead + 1, Date.parse(world.now()));
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: lastRead }).run(() => world.composed.dialpadActivities.readNumbers());
};
/** Somebody the record knows: a change that changes nothing has linked them to their Dialpad user. */
const known = async (user: DialpadUser): Promise<string> => {
  const caseId = await world.changes(user, { groups: [] });
  await world.ended(caseId);
  return (await world.cases.load(caseId))?.state.personRef ?? fail('the case has no person');
};

beforeAll(async () => {
  world = await startSkippedTime();
  ask = asksFor(world);
  const users = (await activeUsers(world.dialpad)).filter((user) => holdsNumber(user) && user.groupDetails.length === 0);
  const references = await Promise.all(users.map((user) => world.dialpad.routingReferences(user.id)));
  nextUser = oneByOne(users.filter((_, n) => references[n]?.length === 0));
  pool = (await world.dialpad.pooledNumbers()).map((each) => each.number);
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('the numbers that were there before us', () => {
  it('are recorded once, by the first reading; the next one records only what has changed', async () => {
    const first = await read();
    expect(first).toMatchObject({ changed: first.numbers });
    expect(await read()).toEqual({ numbers: first.numbers, changed: 0 });
    const user = nextUser();
    const number = user.phoneNumbers[0] ?? '';
    await world.control('/sandbox/console', { do: 'move-number', number });
    expect(await read()).toEqual({ numbers: first.numbers, changed: 1 });
    const { known, lines } = await provenanceOf(world, number);
    expect(lines).toEqual(['first-seen: pool > user', 'drift: user > available']);
    expect(known).toMatchObject({ status: 'available', why: 'drift', sinceIsExact: false, last: { type: 'user', id: user.id } });
  }, 60_000);
});

describe('a release', () => {
  it('waits for its approval, gives the number up by one call, and the record says why', async () => {
    const number = nextNumber();
    const before = await releases();
    const caseId = await opened({ number, action: 'release' });
    await world.pass('1h');
    expect(await world.view(caseId)).toMatchObject({ phase: 'awaiting-approval', gates: { 'number-release': 'open' } });
    const tooEarly = { caseId, step: 'release', round: 1 };
    const withheld = await new MockActivityEnvironment().run(() => world.composed.dialpadActivities.releaseNumber(tooEarly));
    expect(withheld).toMatchObject({ withheld: 'step.not_approved' }); // whoever starts the step by itself is told so, and it is in the stream
    expect(await releases()).toBe(before);

    await world.approve(caseId, 'release');
    await world.ended(caseId);
    expect(await resultOf(caseId)).toBe('released');
    expect(await world.dialpad.readNumber(number)).toBeNull();
    expect(await releases()).toBe(before + 1);
    expect((await provenanceOf(world, number)).known).toMatchObject({ status: 'released', why: 'released', caseId });
    expect(await world.eventTypes(caseId)).toEqual([
      ...['CaseOpened', 'PlanMade', 'StageOpened', 'StepWithheld', 'DecisionMade', 'StageApproved'],
      ...['StepStarted', 'StepVerified', 'StepStarted', 'StepVerified', 'CaseClosed'],
    ]);
    const history = await world.history('number', caseId, 'number-released');
    expect(history).not.toContain(number.slice(1));
  }, 60_000);

  it('does not happen when nobody approves in time, nor when somebody refuses', async () => {
    const [late, refused] = [nextNumber(), nextNumber()];
    const before = await releases();
    const lateCase = await opened({ number: late, action: 'release' });
    const refusedCase = await opened({ number: refused, action: 'release' });
    await world.vote(refusedCase, 'release', 'refuse');
    await world.pass('25h');
    await Promise.all([world.ended(lateCase), world.ended(refusedCase)]);
    expect([await resultOf(lateCase), await resultOf(refusedCase)]).toEqual(['approval-expired', 'refused']);
    expect(await releases()).toBe(before);
    expect(await ask({ number: late, action: 'release' })).toHaveProperty('caseId'); // it is free to be asked for again
    pool.push(refused);
  }, 60_000);

  it('and a rescind that race an approval agree with what became of the number', async () => {
    for (let n = 0; n < 3; n += 1) {
      const number = nextNumber();
      const before = await releases();
      const caseId = await opened({ number, action: 'release' });
      await world.until(caseId, 'the question', (view) => view.gates['number-release'] === 'open');
      await world.pass('1m'); // the workflow is there to answer
      const handle = world.env.client.workflow.getHandle(workflowIdOf('number', caseId));
      const rescind = handle.executeUpdate(rescindUpdate, { args: [{ reasonCode: 'not-needed', actor: 'operator' }] }).catch(() => ({ accepted: false }));
      await Promise.allSettled([world.approve(caseId, 'release'), rescind]);
      await world.ended(caseId);
      const released = (await resultOf(caseId)) === 'released';
      expect(await releases()).toBe(before + (released ? 1 : 0));
      expect((await world.dialpad.readNumber(number)) === null).toBe(released);
      expect((await rescind).accepted).toBe(!released);
    }
  }, 60_000);

  it('of a number that somebody took in the meantime is found by the check: nothing is released', async () => {
    const number = nextNumber();
    const user = nextUser();
    const before = await releases();
    const caseId = await opened({ number, action: 'release' });
    await world.dialpad.assignNumber({ number, target: { type: 'user', id: user.id }, primary: false });
    await world.approve(caseId, 'release');
    expect((await world.ended(caseId)).attention).toEqual({ step: 'check', code: 'number.changed' });
    await world.rescind(caseId, 'not-needed');
    await world.until(caseId, 'the end', (view) => view.closed);
    expect(await releases()).toBe(before);
    expect((await world.dialpad.readNumber(number))?.targetId).toBe(user.id);
  }, 60_000);

  it('whose answer is lost, and that is tried twice at once, is one call', async () => {
    const number = nextNumber();
    const before = await releases();
    const caseId = await opened({ number, action: 'release' });
    await world.control('/sandbox/faults', { operation: 'DELETE /numbers/{number}', nth: 1, fault: 'lost-reply' });
    await world.approve(caseId, 'release');
    await world.ended(caseId);
    const again = (): Promise<unknown> =>
      new MockActivityEnvironment().run(() => world.composed.dialpadActivities.releaseNumber({ caseId, step: 'release', round: 1 }));
    await Promise.all([again(), again()]);
    expect(await resultOf(caseId)).toBe('released');
    expect(await releases()).toBe(before + 1);
  }, 60_000);
});

describe('a release of the number of a line', () => {
  it('goes on where it was when it is cut off between the line and the public', async () => {
    const number = nextNumber();
    const [department] = await world.dialpad.departments();
    await world.dialpad.assignNumber({ number, target: { type: 'department', id: department?.id ?? '' }, primary: false });
    const before = await releases();
    const caseId = await opened({ number, action: 'release' });
    await world.control('/sandbox/faults', { operation: 'DELETE /numbers/{number}', nth: 2, fault: '500' });
    await world.approve(caseId, 'release');
    await world.ended(caseId);
    expect(await resultOf(caseId)).toBe('released');
    expect(await releases()).toBe(before + 2); // off the line, then out of the pool
    expect((await provenanceOf(world, number)).known).toMatchObject({ status: 'released', last: { type: 'department', id: department?.id } });
  }, 60_000);
});

describe('a number withheld for a leaver', () => {
  it('is neither reassigned nor released while the leaver can come back, and its history tells the way it went', async () => {
    const user = nextUser();
    const number = user.phoneNumbers[0] ?? '';
    const leaver = await world.leaves(user);
    await world.approveWhenAsked(leaver, 'leaver');
    await untilHeld(world, leaver);
    for (const action of ['release', 'reassign'] as const) {
      expect(await ask({ number, action, to: action === 'release' ? null : { kind: 'office', name: 'Berlin' } })).toEqual({ refused: 'number.withheld' });
    }
    await followed(world);
    const ref = (await world.cases.load(leaver))?.state.personRef;
    const { known, history } = await provenanceOf(world, number);
    expect(known).toMatchObject({ status: 'available', why: 'leaver', caseId: leaver, last: { id: user.id }, lastPerson: ref, sinceIsExact: true });
    expect(history.map((each) => each.fromPerson)).toEqual([null, ref]);

    await world.comesBack(user);
    await world.until(leaver, 'the end', (view) => view.closed);
    expect((await provenanceOf(world, number)).lines).toEqual(['first-seen: pool > user', 'leaver: user > available', 'leaver-undone: pool > user']);
  }, 60_000);

  it('is not released under a legal hold of whoever had it last', async () => {
    const user = nextUser();
    const number = user.phoneNumbers[0] ?? '';
    const personRef = await known(user);
    await world.control('/sandbox/console', { do: 'move-number', number });
    await read();
    await followed(world);
    const caseId = await opened({ number, action: 'release' });
    const held = { by: { actor: 'auditor', roles: ['auditor'], personRef: null }, reason: 'a dispute', now: world.now(), rule: defaultPolicy.legalHold };
    await holdPerson(world.composed.store, personRef, 'place', held, { actor: 'auditor', channel: 'api', commandId: 'hold' });
    expect(await ask({ number, action: 'release' })).toEqual({ refused: 'number.promised' });
    await world.approve(caseId, 'release');
    expect((await world.ended(caseId)).attention).toEqual({ step: 'check', code: 'number.legal_hold' });
    expect(await world.dialpad.readNumber(number)).not.toBeNull();
  }, 60_000);
});

describe('a reassignment', () => {
  it('to an employee gives the number as a further one, after an approval, by one call', async () => {
    const number = nextNumber();
    const user = nextUser();
    const personRef = await known(user);
    const caseId = await opened({ number, action: 'reassign', to: { kind: 'person', personRef } });
    await world.approve(caseId, 'number');
    await world.ended(caseId);
    expect(await resultOf(caseId)).toBe('reassigned');
    expect((await world.user(user.id))?.phoneNumbers).toEqual([...user.phoneNumbers, number]);
    expect((await world.writes()).filter((write) => write.operation === 'POST /numbers/{number}/assign' && write.userId === user.id)).toHaveLength(1);
    expect((await provenanceOf(world, number)).known).toMatchObject({ why: 'reassigned', caseId, holderPerson: personRef });
    await world.history('number', caseId, 'number-reassigned');
  }, 60_000);

  it('asked for twice at once is one case: the other is told that the number is promised', async () => {
    const number = nextNumber();
    const wanted = { number, action: 'reassign', to: { kind: 'office', name: 'Berlin' } } as const;
    const answers = await Promise.all([ask(wanted), ask(wanted)]);
    expect(answers.filter((answer) => 'caseId' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'refused' in answer)).toHaveLength(1);
  }, 60_000);

  it('from a line that Dialpad refuses to take it from goes through the pool', async () => {
    const number = nextNumber();
    const [from, to] = await world.dialpad.departments();
    await world.dialpad.assignNumber({ number, target: { type: 'department', id: from?.id ?? '' }, primary: false });
    await world.control('/sandbox/switches', { reassign: 'refuses' });
    const caseId = await opened({ number, action: 'reassign', to: { kind: 'department', name: to?.name ?? '' } });
    await world.approve(caseId, 'number');
    await world.ended(caseId);
    await world.control('/sandbox/switches', { reassign: 'moves' });
    expect(await resultOf(caseId)).toBe('reassigned');
    expect((await world.dialpad.readNumber(number))?.targetId).toBe(to?.id);
  }, 60_000);

  it('never takes the last number of a main line, nor that of a user', async () => {
    const [office] = await world.dialpad.offices();
    const [main] = await world.dialpad.numbersOfTarget({ type: 'office', id: office?.id ?? '' });
    const others = (await world.dialpad.numbersOfTarget({ type: 'office', id: office?.id ?? '' })).length - 1;
    expect(others).toBe(0);
    expect(await ask({ number: main ?? '', action: 'release' })).toEqual({ refused: 'number.last_of_main_line' });
    expect(await ask({ number: nextUser().phoneNumbers[0] ?? '', action: 'release' })).toEqual({ refused: 'number.in_use' });
    expect(await ask({ number: '+19995550000', action: 'release' })).toEqual({ refused: 'number.unknown' });
  });
});
