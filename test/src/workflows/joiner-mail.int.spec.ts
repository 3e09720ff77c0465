import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;
/** What happens as soon as Dialpad has taken the next invitation, or refused it. */
let afterInvitation: (() => Promise<void>) | null = null;

const hire = (name: string, mail: string, more: object = {}): Promise<string> =>
  world.hire({ employeeId: `M-${name}`, email: mail, givenName: name, familyName: 'Mail', number: { from: 'reserved' }, ...more });
const usersOf = async (mail: string) => (await world.dialpad.findUsersByEmail(mail)).filter((each) => each.state !== 'deleted');
const invitations = (): Promise<number> => world.countOf('POST /users');
const retry = (caseId: string) => world.retry(caseId, 'invite');
const blocked = async (caseId: string): Promise<string | undefined> => {
  for (let n = 0; n < 20 && (await world.view(caseId)).attention === null; n += 1) await world.pass('30s');
  return (await world.until(caseId, 'the block', (view) => view.attention !== null)).attention?.code;
};

/** The invitation reaches Dialpad, its reply does not reach us, and Dialpad then cannot say whether it has the user. */
const replyLost = async (): Promise<void> => {
  await world.control('/sandbox/faults', { operation: 'POST /users', nth: 1, fault: 'lost-reply' });
  afterInvitation = async () => void (await world.control('/sandbox/faults', { operation: 'GET /users', rate: 1, seed: 1, fault: '500' }));
};

beforeAll(async () => {
  world = await startSkippedTime('', {
    afterCall: async (method) => {
      if (method !== 'POST' || afterInvitation === null) return;
      const act = afterInvitation;
      afterInvitation = null;
      await act();
    },
  });
}, 60_000);
afterAll(() => world.stop(), 30_000);

/** HR corrects the address after Dialpad made the user, and before anybody heard so. */
const correctedWhileLost = async (name: string, former: string, corrected: string): Promise<string> => {
  const caseId = await hire(name, former, { startDate: world.dayIn(20) });
  await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
  await replyLost();
  await world.pass('456h');
  expect(await blocked(caseId)).toBe('dialpad.unavailable');
  expect(await hire(name, corrected, { startDate: world.dayIn(1) })).toBe(caseId);
  await world.withoutFaults();
  await retry(caseId);
  await world.until(caseId, 'the retry', (view) => view.attention?.code !== 'dialpad.unavailable');
  return caseId;
};
describe('a joiner whose mail address HR corrects', () => {
  it('after the invitation was sent and its reply lost is invited once, and somebody is told that the invitation went astray', async () => {
    const before = await invitations();
    const caseId = await correctedWhileLost('ada', 'ada.tpyo@example.com', 'ada.typo@example.com');
    expect(await blocked(caseId)).toBe('invite.mail_corrected');
    expect([await invitations(), (await usersOf('ada.tpyo@example.com')).length, (await usersOf('ada.typo@example.com')).length]).toEqual([before + 1, 1, 0]);

    await retry(caseId);
    expect(await blocked(caseId)).toBe('invite.mail_corrected'); // asked again it is the same user, not a second one
    const [user] = await usersOf('ada.tpyo@example.com');
    await world.dialpad.setProfile(user?.id ?? '', { emails: ['ada.typo@example.com'] }); // as somebody does in the console
    await retry(caseId);
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    expect((await world.cases.load(caseId))?.state.userId).toBe(user?.id);
    expect(await invitations()).toBe(before + 1);
  }, 90_000);

  it('and who is taken back then leaves no invited user behind', async () => {
    const caseId = await correctedWhileLost('ben', 'ben.tpyo@example.com', 'ben.typo@example.com');
    expect(await blocked(caseId)).toBe('invite.mail_corrected');
    await world.rescind(caseId);
    await world.until(caseId, 'the end', (view) => view.closed);
    expect((await world.view(caseId)).phase).toBe('cancelled');
    expect(await usersOf('ben.tpyo@example.com')).toEqual([]);
  }, 90_000);

  it('because Dialpad refuses it is invited at the new one by a retry, and whoever has the old one is left alone', async () => {
    const caseId = await hire('cleo', 'cleo@example.com', { startDate: world.dayIn(20) });
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    const [admin] = await world.dialpad.companyAdmins();
    const other = await world.user(admin?.id ?? '');
    await hire('cleo', other?.emails[0] ?? '', { startDate: world.dayIn(20) }); // a wrong correction, after Dialpad was read for namesakes
    const before = await invitations();
    await world.pass('456h');
    expect(await blocked(caseId)).toBe('dialpad.user-exists');

    await hire('cleo', 'cleo.corrected@example.com');
    await retry(caseId);
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    const [user] = await usersOf('cleo.corrected@example.com');
    expect((await world.cases.load(caseId))?.state.userId).toBe(user?.id);
    expect(await invitations()).toBe(before + 1);
    expect(await world.user(other?.id ?? '')).toEqual(other);
  }, 90_000);
});
