import { ApiError } from './http.ts';

/** What Dialpad does not document, as choices. The first value of each is the default. */
export const choices = {
  /** State of a user that `POST /users` makes. */
  createState: ['pending', 'active'],
  suspendFreesSeat: ['true', 'false'],
  deleteFreesSeat: ['true', 'false'],
  /** Whether the company keeps un-assigned numbers; without a pool they are lost. */
  reservePool: ['true', 'false'],
  /** Assigning a number that somebody else holds. */
  reassign: ['moves', 'refuses'],
  /** Creating or activating a user when no seat is free; `buys` is the bill nobody asked for. */
  noSeat: ['refuses', 'buys'],
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
