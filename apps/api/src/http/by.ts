import type { By } from '@handover/case-service';
import type { Caller } from './auth.ts';

/** A caller as the record names them. */
export const byOf = (caller: Caller, commandId: string): By => ({
  actor: caller.actor,
  ...(caller.onBehalfOf === undefined ? {} : { onBehalfOf: caller.onBehalfOf }),
  channel: 'api',
  commandId,
});
