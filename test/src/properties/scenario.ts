import fc from 'fast-check';

export const leaverStories = ['through', 'nobody-decides', 'refused', 'rescinded-in-hold', 'stale-vote', 'told-twice', 'date-moved'] as const;
export const joinerStories = ['accepts', 'never-accepts', 'told-twice', 'withdrawn'] as const;

export interface RandomLeaver {
  /** Which of the active users, by index; wrapped around. */
  readonly who: number;
  readonly successor: 'pool' | 'colleague' | 'department' | 'office';
  /** Days from today. */
  readonly lastDay: number;
  readonly immediate: boolean;
  readonly story: (typeof leaverStories)[number];
}

export interface RandomJoiner {
  readonly office: 'San Francisco' | 'New York' | 'Berlin';
  readonly number: 'none' | 'reserved' | 'area';
  readonly startsIn: number;
  readonly story: (typeof joinerStories)[number];
}

export interface RandomFault {
  readonly operation: string;
  readonly nth: number;
  readonly fault: '429' | '500' | 'timeout-before' | 'timeout-after' | 'lost-reply' | 'no-op';
}

export interface Scenario {
  readonly users: number;
  readonly seed: number;
  readonly switches: Readonly<Record<string, string>>;
  readonly leavers: readonly RandomLeaver[];
  readonly joiners: readonly RandomJoiner[];
  readonly faults: readonly RandomFault[];
}

const WRITES = [
  'POST /users',
  'PATCH /users/{id}',
  'DELETE /users/{id}',
  'POST /numbers/{number}/assign',
  'DELETE /numbers/{number}',
  'PATCH /departments/{id}',
  'PATCH /callrouters/{id}',
  'DELETE /departments/{id}/operators',
  'DELETE /callcenters/{id}/operators',
  'DELETE /offices/{id}/operators',
];

/** What Dialpad does not document is drawn too: the invariants hold under every choice. */
const switches = fc.record({
  createState: fc.constantFrom('pending', 'active'),
  suspendFreesSeat: fc.constantFrom('true', 'false'),
  deleteFreesSeat: fc.constantFrom('true', 'false'),
  reservePool: fc.constantFrom('true', 'true', 'false'),
  reassign: fc.constantFrom('moves', 'refuses'),
  emptyAnswer: fc.constantFrom('object', 'nothing'),
  listDefault: fc.constantFrom('active', 'all'),
  callRouterLimit: fc.constant('as-others'),
});

/** The first users of a seeded company are its admins, operators and the targets of its routing: they are drawn more often. */
const who = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 11 }) }, { weight: 1, arbitrary: fc.nat({ max: 200 }) });

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  users: fc.integer({ min: 30, max: 90 }),
  seed: fc.integer({ min: 1, max: 10_000 }),
  switches,
  leavers: fc.uniqueArray(
    fc.record({
      who,
      successor: fc.constantFrom('pool', 'pool', 'colleague', 'department', 'office'),
      lastDay: fc.integer({ min: -2, max: 2 }),
      immediate: fc.boolean(),
      story: fc.constantFrom(...leaverStories),
    }),
    { minLength: 5, maxLength: 8, selector: (each) => each.who },
  ),
  joiners: fc.array(
    fc.record({
      office: fc.constantFrom('San Francisco', 'New York', 'Berlin'),
      number: fc.constantFrom('none', 'reserved', 'area'),
      startsIn: fc.integer({ min: -1, max: 3 }),
      story: fc.constantFrom(...joinerStories),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  faults: fc.array(
    fc.record({
      operation: fc.constantFrom(...WRITES),
      nth: fc.integer({ min: 1, max: 3 }),
      fault: fc.constantFrom('429', '500', 'timeout-before', 'timeout-after', 'lost-reply', 'no-op'),
    }),
    { maxLength: 8 },
  ),
});
