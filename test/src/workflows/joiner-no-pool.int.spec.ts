import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;

beforeAll(async () => {
  world = await startSkippedTime('reservePool: false\nacceptance: { deadline: 3d, remindEvery: 2d, pollEvery: 5m }', { switches: { reservePool: 'false' } });
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('a joiner who never accepts, where a number that is un-assigned is lost', () => {
  it('keeps number and invitation until somebody has seen to the number', async () => {
    const caseId = await world.hire({ employeeId: 'P-ivy', email: 'ivy.pool@example.com', givenName: 'Ivy', familyName: 'Pool', number: { areaCode: '30' } });
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    const userId = (await world.cases.load(caseId))?.state.userId ?? '';
    const numbers = (await world.user(userId))?.phoneNumbers ?? [];
    expect(numbers).toHaveLength(1);
    await world.pass('4d');
    const view = await world.until(caseId, 'the block', (each) => each.attention !== null);
    expect(view.attention).toEqual({ step: 'withdraw-number', code: 'number.would_be_lost' });
    expect(await world.user(userId)).toMatchObject({ state: 'pending', phoneNumbers: numbers });

    await world.retry(caseId, 'withdraw-number'); // nobody has done anything yet
    await world.until(
      caseId,
      'the second block',
      (each) => each.attention !== null && (each.steps.find((step) => step.id === 'withdraw-number')?.round ?? 0) > 1,
    );
    expect((await world.user(userId))?.phoneNumbers).toEqual(numbers);

    const [colleague] = await world.dialpad.companyAdmins();
    await world.dialpad.assignNumber({ number: numbers[0] ?? '', target: { type: 'user', id: colleague?.id ?? '' }, primary: false, from: userId });
    await world.retry(caseId, 'withdraw-number');
    await world.until(caseId, 'the end', (each) => each.closed);
    expect((await world.view(caseId)).phase).toBe('expired');
    expect((await world.user(userId))?.state).toBe('deleted');
    expect((await world.user(colleague?.id ?? ''))?.phoneNumbers).toContain(numbers[0]);
  }, 60_000);
});
