import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asEmployee, dayFromToday, startWhole, type SandboxUser, type Whole } from '../support/instance.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { eventually } from '../support/wait.ts';

const POLICY =
  'hold: 2s\npurge: { after: 1s, checkEvery: 1s }\nacceptance: { deadline: 10m, remindEvery: 5m, pollEvery: 1s }\npush: { networks: [loopback] }\n';

let whole: Whole;
let receiver: Receiver;
let secret = '';
let killing = false;
let kills = 0;

beforeAll(async () => {
  whole = await startWhole(POLICY, [50]);
  receiver = await startReceiver(() => [secret]);
  const { body } = await whole.call<{ secret: string }>('admin', '/v1/audit/subscriptions', { url: receiver.url, from: 'beginning' });
  secret = body.secret;
}, 120_000);

afterAll(async () => {
  await receiver?.stop();
  await whole?.stop();
}, 60_000);

/** Kills the worker whenever a step has begun or ended that it did not kill at before; waits until the next one is up. */
const killAtEveryStep = async (caseIds: readonly string[]): Promise<void> => {
  const seen = new Set<string>();
  while (killing) {
    const entries = (await Promise.all(caseIds.map((caseId) => whole.timeline(caseId)))).flat();
    const fresh = entries
      .filter((entry) => entry.type === 'StepStarted' || entry.type === 'StepVerified')
      .map((entry) => `${entry.type} ${entry.stepId} ${entry.at}`)
      .filter((key) => !seen.has(key));
    if (fresh.length > 0) {
      for (const key of fresh) seen.add(key);
      const pid = whole.now().pids['worker'] ?? 0;
      process.kill(pid, 'SIGKILL');
      kills += 1;
      await eventually('the next worker', async () => whole.now().pids['worker'] !== pid, 30_000);
      await Promise.all(caseIds.map(goesOn));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const countsOf = async (): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { operation } of await whole.writes()) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};

const cuts = new Map<string, number>();

/** Cut off twice, a step is left to come to its end: one that looks twelve seconds for a lost reply never would, else. */
const goesOn = async (caseId: string): Promise<void> => {
  const steps = async (): Promise<readonly string[]> =>
    (await whole.timeline(caseId)).filter((entry) => entry.type.startsWith('Step')).map((entry) => `${entry.type} ${entry.stepId}`);
  const before = await steps();
  const cutOff = before.at(-1) ?? '';
  if (!killing || !cutOff.startsWith('StepStarted')) return;
  const key = `${caseId} ${cutOff}`;
  cuts.set(key, (cuts.get(key) ?? 0) + 1);
  if ((cuts.get(key) ?? 0) < 2) return;
  await eventually('the step that was cut off', async () => !killing || (await steps()).length > before.length, 120_000);
};

/** The same joiner and the same leaver on the same seeded company; what they wrote to Dialpad, by operation. */
const bothSequences = async (round: string, disturb: boolean): Promise<Record<string, number>> => {
  await whole.control('/sandbox/reset', { users: 60, seed: 1 });
  const leaving = (await whole.plainUsers())[0] as SandboxUser;
  const newcomer = { employeeId: `NEW-${round}`, email: `newcomer.${round}@example.com`, givenName: 'New', familyName: 'Comer' };
  // Another employee of the same Dialpad user each round: the record of the round before is closed and erased.
  const joiner = await whole.tell('employee.hired', {
    ...newcomer,
    office: 'Berlin',
    timeZone: 'UTC',
    startDate: dayFromToday(0),
    number: { from: 'reserved' },
    groups: [{ type: 'department', name: 'Berlin Sales' }],
  });
  const leaver = await whole.tell('employee.terminated', {
    ...asEmployee(leaving),
    employeeId: `OLD-${round}`,
    timeZone: 'UTC',
    lastWorkingDay: dayFromToday(-2),
  });
  killing = disturb;
  const killer = disturb ? killAtEveryStep([joiner, leaver]) : Promise.resolve();
  const PATIENCE = 700_000;

  try {
    await Promise.all([
      (async () => {
        await whole.until(joiner, 'the invitation', (each) => each.phase === 'awaiting-acceptance', PATIENCE);
        const { items } = await whole.control<{ items: { id: string }[] }>(`/api/v2/users?state=pending&email=${encodeURIComponent(newcomer.email)}`);
        await whole.control(`/sandbox/users/${items[0]?.id}/accept`, {});
        await whole.until(joiner, "the joiner's end", (each) => each.phase === 'done', PATIENCE);
      })(),
      (async () => {
        await whole.until(leaver, 'the approval', (each) => each.approvals.some((stage) => stage.state === 'open'), PATIENCE);
        await whole.approve(leaver, 'leaver');
        await whole.until(leaver, 'the second approval', (each) => each.phase === 'awaiting-delete-approval', PATIENCE);
        await whole.approve(leaver, 'delete');
        await whole.until(leaver, 'the delete', (each) => each.phase === 'awaiting-purge', PATIENCE);
        await whole.control('/sandbox/clock', { advance: 'PT72H' });
        await whole.until(leaver, "the leaver's end", (each) => each.phase === 'done', PATIENCE);
      })(),
    ]);
  } finally {
    killing = false;
    await killer;
  }
  for (const caseId of [joiner, leaver]) {
    const entries = await whole.timeline(caseId);
    const started = entries.filter((entry) => entry.type === 'StepStarted').map((entry) => entry.stepId);
    expect(new Set(started).size).toBe(started.length); // a repeated activity says nothing twice
  }
  return countsOf();
};

describe('a worker that is killed between any two steps of a joiner and a leaver', () => {
  it('leaves the number of writes to Dialpad unchanged', async () => {
    const calm = await bothSequences('calm', false);
    const disturbed = await bothSequences('disturbed', true);
    expect(kills).toBeGreaterThanOrEqual(12);
    expect(disturbed).toEqual(calm);
  }, 1_500_000);

  it('has pushed every event of the record in order, and what it sent twice under the same id with the same body', async () => {
    const { body } = await whole.call<{ items: { size: number }[] }>('auditor', '/v1/audit/checkpoints');
    const size = body.items[0]?.size ?? 0;
    const lastOf = (text: string): number => (JSON.parse(text.trimEnd().split('\n').at(-1) ?? '{}') as { position: number }).position;
    await eventually('the newest event', () => Promise.resolve(receiver.taken.some((each) => lastOf(each.body) >= size - 1)), 60_000);

    const bodies = new Map<string, string>();
    for (const { id, body: sent, signedBy } of receiver.deliveries) {
      expect([signedBy, bodies.get(id) ?? sent]).toEqual([secret, sent]);
      bodies.set(id, sent);
    }
    const positions = [...bodies.values()].flatMap((sent) =>
      sent
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { position: number }).position),
    );
    expect(positions).toEqual(positions.map((_, n) => n));
    expect(positions.length).toBeGreaterThanOrEqual(size);
  }, 90_000);
});
