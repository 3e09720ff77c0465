import type { Secrets } from '@handover/config';

/** Everything injected by value has a symbol; classes of ours are their own tokens. */
export const INBOX = Symbol('inbox');
export const HOOK_SOURCES = Symbol('hook sources');
export const DATA_SOURCE = Symbol('data source');
export const PACK_SIGNER = Symbol('pack signer');

export type HookSources = Secrets['hooks'];
