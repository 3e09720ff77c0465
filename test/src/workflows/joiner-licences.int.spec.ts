import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillSeats } from '../support/company.ts';
import { startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

let world: SkippedTime;

const hire = (name: string, more: object = {}): Promise<string> =>
  world.hire({ employeeId: `L-${name}`, email: `${name}.licence@example.com`, givenName: name, familyName: 'Licence', ...more });
const joins = async (caseId: string): Promise<void> => {
  await world.invited(caseId);
  await world.accept(caseId);
  await world.look('acceptancePoll');
  await world.ended(caseId);
};
const free = async (office: string) => world.dialpad.freeSeats(world.office(office).id);
const bought = async (office: string) => world.dialpad.seatsBought(world.office(office).id);
const fillNumbers = async (office: string): Promise<string> => {
  const [user] = (await world.dialpad.users('active')).filter(
    (each) => each.officeId === world.office(office).id && each.license === 'talk' && each.phoneNumbers.length === 1,
  );
  if (!user) throw new Error('nobody to give numbers to');
  while ((await free(office)).additionalNumber > 0) {
    const before = (await world.dialpad.numbersOf(user.id)).map((each) => each.number);
    await world.dialpad.assignNewNumber({ target: { type: 'user', id: user.id }, before, primary: false });
  }
  return user.id;
};

beforeAll(async () => {
  world = await startSkippedTime();
}, 60_000);
afterAll(() => world.stop(), 30_000);

describe('the licences of a joiner', () => {
  it('are claimed of every kind before anything is sent: Support with a number takes two', async () => {
    const before = await free('New York');
    const caseId = await hire('ada', { office: 'New York', license: 'lite_support_agents', number: { from: 'reserved' } });
    await world.invited(caseId);
    expect(await world.userOf(caseId)).toMatchObject({ license: 'lite_support_agents', phoneNumbers: [expect.any(String)] });
    const after = await free('New York');
    expect(after).toMatchObject({ contactCenter: before.contactCenter - 1, additionalNumber: before.additionalNumber - 1, talk: before.talk });
    expect((await world.cases.load(caseId))?.state.steps.map((step) => step.id).slice(0, 3)).toEqual(['preflight', 'seat', 'seat-number']);
  }, 60_000);

  it('for a number are waited for before the invitation, never bought', async () => {
    await world.control('/sandbox/switches', { additionalNumber: 'needs-seat' });
    const holder = await fillNumbers('Berlin');
    const [before, writes] = [await bought('Berlin'), (await world.writes()).length];
    const caseId = await hire('ben', { license: 'lite_support_agents', number: { from: 'reserved' } });
    await world.until(caseId, 'the wait', (view) => view.phase === 'awaiting-seat');
    expect((await world.cases.load(caseId))?.state.seatAwaited).toMatchObject({ seat: 'additionalNumber' });
    await world.pass('2h');
    expect((await world.writes()).length).toBe(writes);

    const [, extra = ''] = (await world.dialpad.numbersOf(holder)).map((each) => each.number);
    await world.dialpad.poolNumber(extra);
    await world.pass('1h');
    await world.invited(caseId);
    expect((await world.view(caseId)).attention).toBeNull();
    expect((await world.userOf(caseId))?.phoneNumbers).toHaveLength(1);
    expect(await bought('Berlin')).toEqual(before);
    await world.history('joiner', caseId, 'joiner-waits-for-two-licences');
  }, 60_000);

  it('of a call center are claimed for whoever has none of their own, and its supervisor is one only after acceptance', async () => {
    const before = await free('New York');
    const caseId = await hire('cleo', {
      office: 'New York',
      groups: [
        { type: 'callcenter', name: 'New York Service', role: 'supervisor' },
        { type: 'channel', name: 'New York News' },
        { type: 'coachingteam', name: 'New York Coaching' },
      ],
    });
    await world.approveWhenAsked(caseId, 'joiner');
    await world.invited(caseId);
    expect((await world.userOf(caseId))?.groupDetails).toEqual([]);
    await joins(caseId);
    expect(await world.view(caseId)).toMatchObject({ phase: 'done', attention: null });
    const user = await world.userOf(caseId);
    expect(user?.groupDetails).toMatchObject([{ type: 'callcenter', role: 'supervisor' }]);
    expect(await free('New York')).toMatchObject({ talk: before.talk - 1, sell: before.sell - 1 });
    const [channels, teams] = [await world.dialpad.channels(), await world.dialpad.coachingTeams()];
    const channel = channels.find((each) => each.name === 'New York News');
    const team = teams.find((each) => each.name === 'New York Coaching');
    expect((await world.dialpad.channelMembers(channel?.id ?? '')).map((each) => each.id)).toContain(user?.id);
    expect((await world.dialpad.coachingTeamMembers(team?.id ?? '')).find((each) => each.id === user?.id)?.role).toBe('trainee');
  }, 60_000);

  it('that Dialpad buys by itself are noticed by its own counter, and somebody has to look', async () => {
    const caseId = await hire('dara', { office: 'San Francisco', startDate: world.dayIn(20) });
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    await fillSeats(world.dialpad, world.office('San Francisco').id); // others take the seat that was free when it was claimed
    await world.control('/sandbox/switches', { noSeat: 'buys' });
    await world.pass('450h');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    expect((await world.view(caseId)).attention).toEqual({ step: 'invite', code: 'seat.bought' });
    const verified = (await world.cases.events(caseId)).find((event) => event.type === 'StepVerified' && event.data.step === 'invite');
    expect(verified?.data).toMatchObject({ finding: 'seat.bought', evidence: { bought: { talk: { before: expect.any(Number), after: expect.any(Number) } } } });
    await world.control('/sandbox/switches', { noSeat: 'refuses' });
  }, 60_000);

  it('that others took meanwhile are refused by Dialpad, and the invitation waits for one', async () => {
    const caseId = await hire('eli', { office: 'New York', license: 'agents', startDate: world.dayIn(20) });
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    const leave = await fillSeats(world.dialpad, world.office('New York').id, { seat: 'sell', license: 'agents' });
    await world.pass('450h');
    const blocked = await world.until(caseId, 'the block', (view) => view.attention !== null);
    expect(blocked.attention).toEqual({ step: 'invite', code: 'dialpad.no-seat' });
    await leave();
    await world.retry(caseId, 'invite');
    await world.until(caseId, 'the invitation', (view) => view.phase === 'awaiting-acceptance');
    expect((await world.dialpad.findUsersByEmail('eli.licence@example.com')).length).toBe(1);
  }, 60_000);
});

describe('where help is sent to', () => {
  const home = { address: '9 Elm Street', city: 'New York', state: 'NY', zip: '10001', country: 'US' };

  it("is HR's address where HR gave one, and stays out of Temporal", async () => {
    const caseId = await hire('femi', { office: 'New York', e911: home });
    await world.invited(caseId);
    expect(await world.dialpad.readE911((await world.userOf(caseId))?.id ?? '')).toMatchObject({ address: '9 Elm Street', zip: '10001', country: 'us' });
    const history = await world.history('joiner', caseId, 'joiner-invited');
    const said = JSON.stringify((await world.composed.store.read(`case/${caseId}`)).map((event) => event.data));
    for (const value of ['Elm Street', '10001']) expect(history + said).not.toContain(value);
  }, 60_000);

  it("is the office's address else, and none in a country without such a service", async () => {
    const there = await hire('gita', { office: 'New York' });
    await world.invited(there);
    expect((await world.dialpad.readE911((await world.userOf(there))?.id ?? ''))?.address).toBe('200 Broadway');
    const here = await hire('hugo');
    await world.invited(here);
    expect(await world.dialpad.readE911((await world.userOf(here))?.id ?? '')).toBeNull();
  }, 60_000);
});

describe('a joiner whom HR means otherwise before the invitation', () => {
  it('is planned anew, and what was approved has to be approved again', async () => {
    const caseId = await hire('ines', { office: 'New York', startDate: world.dayIn(30), adminRole: 'office' });
    await world.approveWhenAsked(caseId, 'joiner');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    const first = (await world.cases.load(caseId))?.state.plan?.hash;

    await hire('ines', {
      office: 'Berlin',
      startDate: world.dayIn(30),
      adminRole: 'regional',
      adminOffices: ['Berlin', 'New York'],
      license: 'lite_support_agents',
    });
    await world.until(caseId, 'the new approval', (view) => view.gates.joiner === 'open');
    expect((await world.cases.load(caseId))?.state.plan?.hash).not.toBe(first);
    expect(await world.eventTypes(caseId)).toEqual(expect.arrayContaining(['TermsChanged', 'ReplanAsked']));
    await world.approve(caseId, 'joiner');
    await world.until(caseId, 'the schedule', (view) => view.phase === 'scheduled' && view.waitsFor[0]?.on === 'clock');
    await world.pass('700h');
    await joins(caseId);
    const user = await world.userOf(caseId);
    expect(user).toMatchObject({ officeId: world.office('Berlin').id, license: 'lite_support_agents' });
    expect([...(user?.adminOfficeIds ?? [])].sort()).toEqual([world.office('Berlin').id, world.office('New York').id].sort());
    await world.history('joiner', caseId, 'joiner-planned-anew');
  }, 60_000);
});
