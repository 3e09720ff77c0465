import { afterEach, describe, expect, it } from '@jest/globals';
import { stepOf, viewOf, type CaseView, type OpenCase } from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import fc from 'fast-check';
import { activeUsers, employeeOf } from '../support/company.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';
import { scenario, type RandomJoiner, type RandomLeaver, type Scenario } from './scenario.ts';
import { unapproved, withoutOutcome, type Told } from './streams.ts';
import { watchCompany, type Watch } from './watch.ts';

/** More of them by HANDOVER_PROPERTY_RUNS, others by HANDOVER_PROPERTY_SEED; a failure prints its seed and its smallest scenario. */
const RUNS = Number(process.env['HANDOVER_PROPERTY_RUNS'] ?? 2);
const SEED = Number(process.env['HANDOVER_PROPERTY_SEED'] ?? 20261125);

const POLICY = 'acceptance: { deadline: 4d, remindEvery: 2d, pollEvery: 1h }\nlead: 1d\n';
/** How often half a day passes: past every deadline, hold and purge of the policy. */
const HALF_DAYS = 26;

interface Running {
  readonly caseId: string;
  readonly story: RandomLeaver['story'] | RandomJoiner['story'];
  done: boolean;
}

let world: SkippedTime | null = null;
afterEach(async () => {
  await world?.stop();
  world = null;
}, 60_000);

const tellLeaver = async (at: SkippedTime, leaver: RandomLeaver, users: readonly DialpadUser[]): Promise<Running> => {
  const user = users[leaver.who % users.length] as DialpadUser;
  const colleague = users.find((each) => each.officeId === user.officeId && each.id !== user.id) ?? user;
  const office = (await at.dialpad.offices()).find((each) => each.id === user.officeId)?.name ?? '';
  const successor = {
    pool: { pool: true },
    colleague: { employeeId: `E-${colleague.id}` },
    department: { department: `${office} Sales` },
    office: { office },
  }[leaver.successor];
  // HR has told of the colleague before: nobody can be a successor whom Handover has never heard of.
  if (leaver.successor === 'colleague') await at.say('employee.changed', { ...employeeOf(colleague), timeZone: 'UTC' });
  const fact = {
    ...employeeOf(user),
    timeZone: 'UTC',
    lastWorkingDay: at.dayIn(leaver.lastDay),
    successor,
    ...(leaver.immediate ? { urgency: 'immediate', reasonCode: 'misconduct' } : {}),
  };
  const caseId = await at.tell('employee.terminated', fact);
  if (leaver.story === 'told-twice') await at.tell('employee.terminated', fact);
  if (leaver.story === 'date-moved') await at.tell('employee.termination_date_changed', { ...employeeOf(user), timeZone: 'UTC', lastWorkingDay: at.dayIn(3) });

  return { caseId, story: leaver.story, done: false };
};

const tellJoiner = async (at: SkippedTime, joiner: RandomJoiner, index: number): Promise<Running> => {
  const number = { none: null, reserved: { from: 'reserved' }, area: { areaCode: '415' } }[joiner.number];
  const fact = {
    employeeId: `N-${index}`,
    email: `new.${index}@example.com`,
    givenName: 'New',
    familyName: `Comer${index}`,
    office: joiner.office,
    timeZone: 'UTC',
    startDate: at.dayIn(joiner.startsIn),
    number,
    groups: [{ type: 'department', name: `${joiner.office} Sales` }],
  };
  const caseId = await at.tell('employee.hired', fact);
  if (joiner.story === 'told-twice') await at.tell('employee.hired', fact);

  return { caseId, story: joiner.story, done: false };
};

const MENDED_BY_RETRY = /^(dialpad|connector|step\.contradicted|invite\.|number\.)/;

/** What people do about a case at a moment, as its story has it. */
const attend = async (at: SkippedTime, running: Running): Promise<void> => {
  const view = await at.view(running.caseId);
  if (view.closed) return;
  const quietly = async (doing: Promise<unknown>): Promise<void> => void (await doing.catch(() => undefined)); // who comes second is told no

  if (view.attention) {
    const { step, code } = view.attention;
    const free = { step, actor: 'operator', reasonCode: 'checked', reason: 'looked at', evidence: null };
    if (MENDED_BY_RETRY.test(code)) await quietly(at.execute(running.caseId, { type: 'retryStep', free }));
    else if (code.startsWith('task.')) await quietly(at.execute(running.caseId, { type: 'waiveStep', free }));
  }
  if (running.story === 'nobody-decides') return;
  for (const stage of await openStages(at, running.caseId)) {
    if (running.story === 'stale-vote') await quietly(at.vote(running.caseId, stage, 'approve', 'approver', 'another plan'));
    await quietly(at.vote(running.caseId, stage, running.story === 'refused' ? 'refuse' : 'approve', 'approver'));
  }
  if (running.story === 'rescinded-in-hold' && view.phase === 'holding' && !running.done) {
    running.done = true;
    await quietly(at.execute(running.caseId, { type: 'rescind', rescind: { actor: 'operator', reasonCode: 'checked', reason: null, factId: null } }));
  }
  if (running.story === 'withdrawn' && view.phase === 'awaiting-acceptance' && !running.done) {
    running.done = true;
    await quietly(at.execute(running.caseId, { type: 'rescind', rescind: { actor: 'operator', reasonCode: 'checked', reason: null, factId: null } }));
  }
  if ((running.story === 'accepts' || running.story === 'told-twice') && view.phase === 'awaiting-acceptance' && !running.done) {
    running.done = true;
    const userId = (await at.cases.load(running.caseId))?.state.userId;
    await at.control(`/sandbox/users/${userId}/accept`, {});
  }
};

const openStages = async (at: SkippedTime, caseId: string): Promise<readonly string[]> =>
  ((await at.cases.load(caseId))?.state.stages ?? []).filter((stage) => stage.status === 'open').map((stage) => stage.stage);

const states = async (at: SkippedTime): Promise<OpenCase[]> => {
  const opened: { stream: string }[] = await at.dataSource.query(`SELECT stream_id AS stream FROM ev.event WHERE type = 'CaseOpened'`);
  return (await Promise.all(opened.map(({ stream }) => at.cases.load(stream.slice('case/'.length))))).flatMap((loaded) => (loaded ? [loaded.state] : []));
};

/** Invariant 4 at the moment of a write: the stream says of a step that has begun and is about this user. */
const isAccountedFor = (userId: string | null, cases: readonly OpenCase[]): boolean =>
  cases.some((state) =>
    state.steps.some(
      (step) =>
        stepOf(state, step.id).begun &&
        (userId === null || state.userId === userId || step.kind === 'inviteUser' || JSON.stringify(step.target).includes(userId)),
    ),
  );

const live = async (drawn: Scenario): Promise<void> => {
  let watch: Watch | null = null;
  let seen = 0;
  const unaccounted: string[] = [];
  const at = await startSkippedTime(`${POLICY}reservePool: ${drawn.switches['reservePool']}\n`, {
    users: drawn.users,
    seed: drawn.seed,
    switches: drawn.switches,
    timeoutMs: 1_500,
    afterCall: async (method) => {
      const here = world;
      if (method === 'GET' || !watch || !here) return;
      const writes = await here.writes();
      const cases = await states(here); // after the writes: a step that began since accounts for none of them
      for (const write of writes.slice(seen)) if (!isAccountedFor(write.userId, cases)) unaccounted.push(`${write.operation} of ${write.userId}`);
      seen = writes.length;
      await watch.look(() => states(here));
    },
  });
  world = at;
  const users = await activeUsers(at.dialpad);
  watch = await watchCompany(await at.sandboxUrl());
  for (const { operation, nth, fault } of drawn.faults) await at.control('/sandbox/faults', { operation, nth, fault });

  const running: Running[] = [];
  for (const leaver of drawn.leavers) running.push(await tellLeaver(at, leaver, users));
  for (const [index, joiner] of drawn.joiners.entries()) running.push(await tellJoiner(at, joiner, index));
  for (let half = 0; half < HALF_DAYS; half += 1) {
    await at.settled();
    for (const each of running) await attend(at, each);
    await at.settled();
    await at.pass('12h');
  }
  await at.settled();
  await watch.look(() => states(at));

  expect(watch.lines).toBeGreaterThan(10);
  expect(watch.complaints).toEqual([]);
  expect(unaccounted).toEqual([]);
  await expectStreams(at, running);
  await expectJoiners(at, drawn);
};

const expectStreams = async (at: SkippedTime, running: readonly Running[]): Promise<void> => {
  const told: Told[] = await Promise.all(
    [...new Set(running.map((each) => each.caseId))].map(async (caseId) => ({
      caseId,
      requester: (await at.cases.load(caseId))?.state.requester ?? '',
      events: await at.cases.events(caseId),
    })),
  );
  expect(told.flatMap(unapproved)).toEqual([]);
  expect(told.flatMap(withoutOutcome)).toEqual([]);
  const deleted = (await at.writes()).filter((write) => write.operation === 'DELETE /users/{id}');
  expect(new Set(deleted.map((write) => write.userId)).size).toBe(deleted.length);
};

/** Invariant 1: one user, one number, one seat for one joiner, whatever was told twice, lost or refused in between. */
const expectJoiners = async (at: SkippedTime, drawn: Scenario): Promise<void> => {
  const created = (await at.writes()).filter((write) => write.operation === 'POST /users');
  expect(new Set(created.map((write) => write.userId)).size).toBe(created.length);
  for (const [index, joiner] of drawn.joiners.entries()) {
    const found = (await at.dialpad.findUsersByEmail(`new.${index}@example.com`)).filter((user) => user.state !== 'deleted');
    expect(found.length).toBeLessThanOrEqual(1);
    for (const user of found) expect(user.phoneNumbers.length).toBeLessThanOrEqual(joiner.number === 'none' ? 0 : 1);
  }
};

const summary = (view: CaseView): string => `${view.kind} ${view.phase} ${view.attention?.code ?? ''}`;

describe('random companies, random leavers and joiners, random faults of Dialpad', () => {
  it(`never break what must always be true (${RUNS} companies, seed ${SEED})`, async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        try {
          await live(drawn);
          for (const state of await states(world as SkippedTime)) {
            const end = summary(viewOf(state, 0));
            ends.set(end, (ends.get(end) ?? 0) + 1);
          }
        } finally {
          await world?.stop();
          world = null;
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    console.log([...ends].map(([end, count]) => `${count} × ${end}`).join('; '));
    expect([...ends.keys()].some((end) => end.startsWith('leaver done'))).toBe(true);
  }, 600_000);
});
