import { ApiError } from './api-error.ts';

/** What Dialpad does not document, as choices. The first value of each is the default. */
export const choices = {
  /** State of a user that `POST /users` makes. */
  createState: ['pending', 'active'],
  suspendFreesSeat: ['true', 'false'],
  deleteFreesSeat: ['true', 'false'],
  /** `is_super_admin` and `admin_office_ids` of a user who has not accepted yet. */
  pendingAdmin: ['allowed', 'refused'],
  /** Whether the company keeps un-assigned numbers; without a pool they are lost. */
  reservePool: ['true', 'false'],
  /** Assigning a number that somebody else holds. */
  reassign: ['moves', 'refuses'],
  /** Creating or activating a user when no seat is free; `buys` is the bill nobody asked for. */
  noSeat: ['refuses', 'buys'],
  /** Whether a Sell licence (`agents`) comes with a number of its own. */
  sellIncludesNumber: ['true', 'false'],
  /** A change to a Support licence that keeps numbers when too few additional number licences are free. */
  keepNumbers: ['refuses', 'drops'],
  /** Assigning a number beyond what the licence comes with when no additional-number licence is free; `needs-seat` goes by `noSeat`. */
  additionalNumber: ['allowed', 'needs-seat'],
  /** What becomes of the numbers of a user who is moved to an office abroad: un-assigned like others, or lost. */
  numbersAbroad: ['un-assigned', 'lost'],
  /** Body of an operation that is documented to answer with nothing. */
  emptyAnswer: ['object', 'nothing'],
  /** `PATCH /callrouters/{id}`: Dialpad's pages contradict each other. */
  callRouterLimit: ['1-per-5-minutes', 'as-others'],
  retryAfter: ['off', 'on'],
  /** State that `GET /users` lists when none is asked for. */
  listDefault: ['active', 'all'],
  rateLimit: ['on', 'off'],
} as const;

export type Switch = keyof typeof choices | 'companyDomain';
export type Switches = Readonly<Record<Switch, string>>;

export const defaultSwitches: Switches = {
  ...(Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, values[0]])) as Record<keyof typeof choices, string>),
  companyDomain: '', // any domain name; empty leaves the field out, as Dialpad leaves out what is not set
};

/** @throws ApiError 400 that names the switch and its values. */
export const withSwitches = (now: Switches, changes: Readonly<Record<string, unknown>>): Switches => {
  for (const [name, value] of Object.entries(changes)) {
    if (name === 'companyDomain') continue;
    const values: readonly string[] | undefined = choices[name as keyof typeof choices];
    if (!values) throw new ApiError(400, `there is no switch ${name}; there are ${Object.keys(defaultSwitches).join(', ')}`);
    if (!values.includes(String(value))) throw new ApiError(400, `${name} is one of ${values.join(', ')}`);
  }

  return { ...now, ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, String(value)])) };
};
