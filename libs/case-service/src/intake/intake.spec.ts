import { describe, expect, it } from '@jest/globals';
import { viewOf } from '@handover/case';
import { InMemoryEventStore } from '@handover/event-store';
import fc from 'fast-check';
import { Cases } from '../cases.ts';
import { Persons } from '../people.ts';
import { Intake } from './intake.ts';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly data?: object;
}

const person = { employeeId: '1', email: 'a@example.com', givenName: 'A', familyName: 'B', timeZone: 'Europe/Berlin' };

/** Tells the facts in this order to an empty record, and says how the person stands at the end. */
const tell = async (facts: readonly Told[], now = '2026-02-01T00:00:00.000Z') => {
  const store = new InMemoryEventStore();
  const people = new Map<string, string>();
  const intake = new Intake({
    store,
    now: () => now,
    newPersonRef: () => 'person-1',
    indexOf: (source, id) => `${source}/${id}`,
    defaultZone: 'UTC',
    officeZone: async () => null,
    findPerson: async (index) => people.get(index) ?? null,
  });
  const taken = [];
  for (const { id, type, sequence, data } of facts) {
    const body = { type, timestamp: '2026-01-15T10:00:00Z', data: { ...person, sequence, ...data } };
    taken.push(await intake.take({ id, source: 'generic', body, by: { actor: 'source:generic', channel: 'webhook', commandId: id }, inbox: false }));
    people.set('generic/1', 'person-1');
  }
  const cases = new Cases(store);
  const known = await new Persons(store).load('person-1');
  const loaded = await Promise.all(known.state.cases.map(({ caseId }) => cases.load(caseId)));
  const live = loaded.flatMap((each) => (each && each.state.status === 'open' && !each.state.rescinding && !each.state.withdrawing ? [each.state] : []));

  return { taken, live: live.map((state) => ({ kind: state.kind, terms: state.terms })), loaded };
};

const terminated: Told = { id: '00000000-0000-4000-8000-000000000001', type: 'employee.terminated', sequence: 1, data: { lastWorkingDay: '2026-02-27' } };
const moved: Told = {
  id: '00000000-0000-4000-8000-000000000002',
  type: 'employee.termination_date_changed',
  sequence: 2,
  data: { lastWorkingDay: '2026-03-28' },
};
const rescinded: Told = { id: '00000000-0000-4000-8000-000000000003', type: 'employee.termination_rescinded', sequence: 3 };
const again: Told = { id: '00000000-0000-4000-8000-000000000004', type: 'employee.terminated', sequence: 4, data: { lastWorkingDay: '2026-04-30' } };
const corrected: Told = { id: '00000000-0000-4000-8000-000000000005', type: 'employee.changed', sequence: 5, data: { email: 'b@example.com' } };

describe('what HR says', () => {
  it('ends access with the last local day, across the change to summer time too', async () => {
    expect((await tell([terminated])).live).toMatchObject([{ kind: 'leaver', terms: { cutOff: '2026-02-27T23:00:00.000Z', zoneFrom: 'fact' } }]);
    expect((await tell([terminated, moved])).live).toMatchObject([{ terms: { cutOff: '2026-03-28T23:00:00.000Z' } }]);
    expect((await tell([{ ...terminated, data: { lastWorkingDay: '2026-03-29' } }])).live).toMatchObject([{ terms: { cutOff: '2026-03-29T22:00:00.000Z' } }]);
  });

  it('names who takes over which number and what else; a successor nobody knows is said to be unknown', async () => {
    const successors = [
      { number: '+4930555001', department: 'Sales' },
      { number: '+4930555002', callCenter: 'Service' },
      { for: 'routing', pool: true },
      { for: 'admin', employeeId: 'nobody' },
    ];
    const told = await tell([{ ...terminated, data: { lastWorkingDay: '2026-02-27', successor: { office: 'Berlin' }, successors } }]);
    expect(told.live).toMatchObject([
      {
        terms: {
          successor: { kind: 'office', name: 'Berlin' },
          successors: [
            { what: 'number', number: '+4930555001', to: { kind: 'department', name: 'Sales' } },
            { what: 'number', number: '+4930555002', to: { kind: 'callcenter', name: 'Service' } },
            { what: 'routing', to: { kind: 'pool' } },
            { what: 'admin', to: { kind: 'unknown-person' } },
          ],
        },
      },
    ]);
  });

  it.each([
    [{ number: '+4930555001' }, 'exactly one of'],
    [{ number: '+4930555001', for: 'admin', pool: true }, 'either a number or what it is for'],
    [{ for: 'admin', department: 'Sales' }, 'only a person'],
  ])('that makes no sense of a successor (%j) is sent back with the reason', async (successor, reason) => {
    const { taken, live } = await tell([{ ...terminated, data: { lastWorkingDay: '2026-02-27', successors: [successor] } }]);
    expect(live).toEqual([]);
    expect(taken[0]).toMatchObject({ status: 'needs-person', reason: expect.stringContaining(reason) });
  });

  it('told twice has one effect', async () => {
    const { loaded } = await tell([terminated, terminated, terminated]);
    expect(loaded).toHaveLength(1);
  });

  it('that is overtaken by something later is recorded, and changes nothing', async () => {
    const { taken, live } = await tell([moved, rescinded, terminated]);
    expect(taken.map((each) => each.status)).toEqual(['processed', 'processed', 'processed']);
    expect(live).toEqual([]);
  });

  it('leads to the same end in whatever order, with duplicates, it is told', async () => {
    const facts = [terminated, moved, rescinded, again, corrected];
    const expected = (await tell(facts)).live;
    expect(expected).toMatchObject([{ kind: 'leaver', terms: { lastWorkingDay: '2026-04-30' } }]);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(facts, { minLength: facts.length }),
        fc.array(fc.constantFrom(...facts), { maxLength: 4 }),
        async (order, repeats) => {
          expect((await tell([...order, ...repeats])).live).toEqual(expected);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('of two people is never mixed up with personal values in what stays readable', async () => {
    const { loaded } = await tell([terminated]);
    for (const each of loaded) expect(JSON.stringify(each && viewOf(each.state, each.version))).not.toContain('example.com');
  });

  it('about a rehire during the hold takes the leaver back instead of inviting anew', async () => {
    const rehired: Told = {
      id: '00000000-0000-4000-8000-000000000006',
      type: 'employee.rehired',
      sequence: 6,
      data: { startDate: '2026-03-01', office: 'Berlin' },
    };
    const { live, loaded } = await tell([terminated, rehired]);
    expect(live).toEqual([]);
    expect(loaded).toHaveLength(1);
    expect(loaded[0]?.state.rescinding).toBe(true);
  });

  it('about somebody who leaves before the first day withdraws the joiner and opens no leaver', async () => {
    const hired: Told = {
      id: '00000000-0000-4000-8000-000000000007',
      type: 'employee.hired',
      sequence: 0,
      data: { startDate: '2026-03-15', office: 'Berlin' },
    };
    const { loaded } = await tell([hired, terminated]);
    expect(loaded.map((each) => each?.state.kind)).toEqual(['joiner']);
    expect(loaded[0]?.state.withdrawing).toBe('cancelled');
  });
});
