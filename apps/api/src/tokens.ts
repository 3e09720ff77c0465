import type { Secrets } from '@handover/config';

/** Everything injected by value has a symbol; classes of ours are their own tokens. */
export const INBOX = Symbol('inbox');
export const HOOK_SOURCES = Symbol('hook sources');
export const DATA_SOURCE = Symbol('data source');
export const PACK_SIGNER = Symbol('pack signer');
export const ACCESS_READS = Symbol('access reads');
export const SUBSCRIPTIONS = Symbol('audit subscriptions');
export const RETENTION = Symbol('retention');
export const POLICY = Symbol('policy');

export type HookSources = Secrets['hooks'];
