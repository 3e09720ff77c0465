import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startJoiners } from '../support/joiner-faults.ts';

let joiners: Awaited<ReturnType<typeof startJoiners>>;

beforeAll(async () => {
  joiners = await startJoiners();
}, 60_000);
afterAll(() => joiners.stop(), 30_000);

const READS = [
  'GET /users',
  'GET /users/{id}',
  'GET /numbers',
  'GET /numbers/{number}',
  'GET /offices/{office_id}/available_licenses',
  'GET /departments/{id}/operators',
];
const WRITES = ['POST /users', 'POST /numbers/{number}/assign', 'POST /users/{id}/assign_number', 'POST /departments/{id}/operators', 'PATCH /users/{id}'];
const WISHES = [{ from: 'reserved' }, { areaCode: '30' }, { areaCode: '415' }] as const;

const fault = fc.oneof(
  fc.record({
    operation: fc.constantFrom(...READS),
    fault: fc.constantFrom('429', '500', 'lost-reply', 'stale-read'),
    rate: fc.constantFrom(0.05, 0.15),
    seed: fc.nat(999),
  }),
  fc.record({
    operation: fc.constantFrom(...WRITES),
    fault: fc.constantFrom('429', '500', 'timeout-before', 'timeout-after', 'lost-reply', 'no-op'),
    rate: fc.constantFrom(0.1, 0.3, 0.6),
    seed: fc.nat(999),
  }),
);
const fates = fc.record({
  faults: fc.array(fault, { minLength: 1, maxLength: 5 }),
  wishes: fc.array(fc.constantFrom(...WISHES), { minLength: 2, maxLength: 4 }),
  deadly: fc.constantFrom(0, 0.05, 0.15),
  dice: fc.nat(1_000_000),
  twice: fc.boolean(),
  active: fc.boolean(),
});

/** Even dice: those of fast-check come up small on purpose, and then everybody dies. */
const rolling = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

describe('a joiner, whatever is lost, refused, repeated, stale or killed', () => {
  it('never has two users, two numbers or two seats', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async ({ faults, wishes, deadly, dice, twice, active }) => {
        await joiners.control('/sandbox/reset', { users: 30, seed: 11 });
        await joiners.control('/sandbox/switches', { createState: active ? 'active' : 'pending' });
        const office = (await joiners.dialpad.offices()).find((each) => each.name === 'Berlin');
        if (!office) throw new Error('no office');
        const before = await joiners.dialpad.freeSeats(office.id);
        const world = joiners.newWorld();
        for (const each of faults) await joiners.control('/sandbox/faults', each);
        joiners.fate(rolling(dice), deadly);

        const hired = await Promise.all(
          wishes.map(async (number, n) => {
            const id = `00000000-0000-4000-8000-0000000000${10 + n}`;
            const data = {
              employeeId: `F-${n}`,
              email: `fault-${n}@example.com`,
              givenName: 'Fay',
              familyName: `Fault${n}`,
              office: 'Berlin',
              startDate: '2026-01-05',
              timeZone: 'UTC',
              number,
              groups: [{ type: 'department', name: 'Berlin Sales' }],
            };
            const told = { id, source: 'generic', body: { type: 'employee.hired', timestamp: '2026-01-02T10:00:00Z', data }, inbox: false } as const;
            const tell = (factId: string) => world.intake.take({ ...told, id: factId, by: { actor: 'source:generic', channel: 'webhook', commandId: factId } });
            const [caseId = ''] = (await tell(id)).caseIds;
            if (twice) await tell(id); // the same delivery
            if (twice) await tell(`00000000-0000-4000-8000-0000000000${50 + n}`); // told anew
            return { caseId, email: data.email };
          }),
        );
        await Promise.all(hired.map(({ caseId }) => world.drive(caseId, ['inviting'])));

        joiners.fate(() => 1, 0);
        await joiners.control('/sandbox/faults', {}, 'DELETE');
        const numbers = new Set<string>();
        for (const { caseId, email } of hired) {
          const found = await joiners.dialpad.findUsersByEmail(email);
          expect(found).toHaveLength(1);
          const [user] = found;
          expect((await world.load(caseId)).userId).toBe(user?.id);
          expect(user?.phoneNumbers).toHaveLength(1);
          numbers.add(user?.phoneNumbers[0] ?? '');
          await joiners.control(`/sandbox/users/${user?.id}/accept`, {});
          await world.attempt('awaitAcceptance', { caseId });
          await world.drive(caseId, ['completing']);
          await world.close(caseId);
          expect((await world.load(caseId)).phase).toBe('done');
        }
        expect(numbers.size).toBe(hired.length);
        expect((await joiners.dialpad.freeSeats(office.id)).talk).toBe(before.talk - hired.length);
        const writes = await joiners.control<{ operation: string; userId: string; count: number }[]>('/sandbox/writes');
        const counts = Object.fromEntries(writes.map(({ operation, count, userId }) => [`${operation} ${userId}`, count]));
        expect(Object.values(counts).every((count) => count === 1)).toBe(true);
        expect(writes.filter((each) => each.operation === 'POST /users')).toHaveLength(hired.length);
        expect(await world.company.state()).toMatchObject({ claims: [], queue: [], numbers: [] });
      }),
      { numRuns: Number(process.env['HANDOVER_FAULT_RUNS'] ?? 40), ...(process.env['HANDOVER_SEED'] ? { seed: Number(process.env['HANDOVER_SEED']) } : {}) },
    );
  }, 300_000);
});

describe('a joiner whose address HR corrects between a lost reply and its repetition', () => {
  it('is invited once: the repetition asks for the address that was asked for before', async () => {
    await joiners.control('/sandbox/reset', { users: 30, seed: 11 });
    const world = joiners.newWorld();
    const hired = async (id: string, email: string): Promise<string> => {
      const data = { employeeId: 'C-1', email, givenName: 'Cory', familyName: 'Rected', office: 'Berlin', startDate: '2026-01-05', timeZone: 'UTC' };
      const by = { actor: 'source:generic', channel: 'webhook', commandId: id } as const;
      const body = { type: 'employee.hired', timestamp: '2026-01-02T10:00:00Z', data };
      return (await world.intake.take({ id, source: 'generic', body, inbox: false, by })).caseIds[0] ?? '';
    };
    const caseId = await hired('00000000-0000-4000-8000-000000000001', 'cory.rcted@example.com');
    await world.drive(caseId, ['planned']);
    await joiners.control('/sandbox/faults', { operation: 'POST /users', nth: 1, fault: 'lost-reply' });
    for (const nth of [2, 3, 4, 5]) await joiners.control('/sandbox/faults', { operation: 'GET /users', nth, fault: '500' });
    expect(await world.attempt('inviteUser', { caseId, step: 'invite', round: 1 })).toBe(false);
    expect((await world.load(caseId)).stepStates['invite']?.status).toBe('running');

    expect(await hired('00000000-0000-4000-8000-000000000002', 'cory.rected@example.com')).toBe(caseId);
    await joiners.control('/sandbox/faults', {}, 'DELETE');
    await world.attempt('inviteUser', { caseId, step: 'invite', round: 1 });
    expect((await world.load(caseId)).stepStates['invite']).toMatchObject({ status: 'blocked', code: 'invite.mail_corrected' });
    const writes = await joiners.control<{ operation: string }[]>('/sandbox/writes');
    expect(writes.filter((each) => each.operation === 'POST /users')).toHaveLength(1);
  }, 60_000);
});
