import type { By } from '@handover/case-service';
import type { EventMeta } from '@handover/event-store';
import type { Caller } from './auth.ts';

/** A caller as the record names them. */
export const metaOf = ({ actor, onBehalfOf }: Caller): Pick<EventMeta, 'actor' | 'onBehalfOf' | 'channel'> => ({
  actor,
  ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  channel: 'api',
});

/** The same, as who gives a command. */
export const byOf = (caller: Caller, commandId: string): By => ({ ...metaOf(caller), commandId });
