import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseChangedSignal, retryStepUpdate, taskQueues, workflowIdOf, type CaseInput, type CommandReply } from '@handover/workflow-contracts';
import { fillSeats } from '../support/company.ts';
import { eventually } from '../support/wait.ts';
import { followed } from '../support/numbers.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;

const person = (name: string) => ({
  employeeId: `W-${name}`,
  email: `${name}.waits@example.com`,
  givenName: name,
  familyName: 'Waits',
  office: 'Berlin',
  timeZone: 'UTC',
});
const hire = (name: string): Promise<string> => world.hire({ ...person(name), number: null });
const handle = (kind: string, caseId: string) => world.env.client.workflow.getHandle(workflowIdOf(kind, caseId));
const runOf = async (kind: string, caseId: string): Promise<string> => (await handle(kind, caseId).describe()).runId;
const usersOf = (name: string) => world.dialpad.findUsersByEmail(`${name}.waits@example.com`);

/**
 * Asked all the while time passes, by three who each wait for their answer before they ask again, so that some messages come
 * just as the run ends; on a slow machine more would come than can be answered.
 */
const asking = (kind: string, caseId: string, step: string) => {
  const replies: CommandReply[] = [];
  let over = false;
  const one = async (): Promise<void> => {
    while (!over) {
      replies.push(
        await handle(kind, caseId).executeUpdate<CommandReply, [{ step: string; actor: string }]>(retryStepUpdate, { args: [{ step, actor: 'operator' }] }),
      );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const all = Promise.all([one(), one(), one()]);
  return async (): Promise<readonly CommandReply[]> => ((over = true), await all, replies);
};

beforeAll(async () => {
  world = await startSkippedTime('acceptance: { deadline: 400d, remindEvery: 200d, pollEvery: 1m }\ntemporalStages: ["*"]');
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a case that waits for long begins a new run in time, and loses no message on the way', () => {
  it('as a mover whose person has an earlier case that goes on for months', async () => {
    const joiner = await hire('maya');
    await world.until(joiner, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    await world.say('employee.changed', { ...person('maya'), familyName: 'Renamed' });
    const personRef = (await world.cases.load(joiner))?.state.personRef ?? '';
    await followed(world);
    const mover = (await world.composed.rows.ofPerson(personRef)).find((row) => row.kind === 'mover')?.id ?? '';
    await world.settled();
    const first = await runOf('mover', mover);
    await world.pass('100d');
    await world.settled();
    expect(await runOf('mover', mover)).not.toBe(first);

    const [user] = await usersOf('maya');
    await world.control(`/sandbox/users/${user?.id}/accept`, {});
    await world.look('acceptancePoll');
    await world.until(joiner, 'the end of the joiner', (view) => view.closed);
    await world.pass('7h');
    await world.until(mover, 'the end of the mover', (view) => view.closed);
    expect((await world.user(user?.id ?? ''))?.lastName).toBe('Renamed');
  }, 240_000);

  it('as a joiner for whom no seat comes free', async () => {
    const leave = await fillSeats(world.dialpad, world.office('Berlin').id);
    const caseId = await hire('noor');
    await world.until(caseId, 'the wait for a seat', (view) => view.phase === 'awaiting-seat');
    const first = await runOf('joiner', caseId);
    const answered = asking('joiner', caseId, 'seat');
    await world.pass('7h');
    await world.settled();
    const replies = await answered();
    expect(await runOf('joiner', caseId)).not.toBe(first);
    expect(new Set(replies.map((reply) => reply.code))).toEqual(new Set(['step.not_blocked']));

    await leave();
    await world.pass('5m');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    expect(await usersOf('noor')).toHaveLength(1);
  }, 240_000);

  it('as a joiner whose plan HR makes void while the new run reads its case is planned anew', async () => {
    const caseId = await world.hire({ ...person('vera'), office: 'San Francisco', startDate: world.dayIn(30) });
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled');
    await world.settled();
    const scheduled = await world.view(caseId);
    await handle('joiner', caseId).terminate();
    const { state } = (await world.cases.load(caseId)) ?? {};
    const input: CaseInput = { caseId, kind: 'joiner', personRef: state?.personRef ?? null, office: null, link: 'http://127.0.0.1' };
    // The run reads the case as it was, and hears of the change before it has gone on.
    await world.env.client.workflow.signalWithStart('joiner', {
      workflowId: workflowIdOf('joiner', caseId),
      taskQueue: taskQueues.cases,
      args: [input],
      signal: caseChangedSignal,
      signalArgs: [{ ...scheduled, version: scheduled.version + 1, planned: false }],
    });
    await eventually('the reading', async () => {
      const { events = [] } = await handle('joiner', caseId).fetchHistory();
      return events?.some((event) => event.activityTaskCompletedEventAttributes) === true;
    });
    await world.hire({ ...person('vera'), office: 'New York', startDate: world.dayIn(30) });
    await world.until(caseId, 'the new plan', (view) => view.planned && view.version > scheduled.version + 1);
    await world.settled();
    expect(await world.view(caseId)).toMatchObject({ phase: 'scheduled', attention: null });
  }, 90_000);
});
