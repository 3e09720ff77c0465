import { groups } from './verbs/groups.ts';
import { lines } from './verbs/lines.ts';
import { numbers } from './verbs/numbers.ts';
import { users } from './verbs/users.ts';
import type { Verb } from './verbs/verb.ts';

export type { Company } from './verbs/verb.ts';

/** Every verb that writes: a new one of the connector belongs to one of these. */
export const verbs: readonly Verb[] = [...users, ...numbers, ...groups, ...lines];
