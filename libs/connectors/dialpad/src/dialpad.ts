import { type ConnectorError, createHttp, rateBudget, type RateBudget } from '@handover/connector-kit';
import { createApi } from './api.ts';
import { companyApi } from './company.ts';
import { deviceApi } from './devices.ts';
import { DEFAULT_SETTLE, type Settle } from './ensure.ts';
import { groupApi } from './groups.ts';
import { ivrApi } from './ivrs.ts';
import { lineApi } from './lines.ts';
import { numberApi } from './numbers.ts';
import { routingApi } from './routing.ts';
import { statsApi } from './stats.ts';
import { taskApi } from './tasks.ts';
import { userSettingsApi } from './user-settings.ts';
import { userApi } from './users.ts';

export interface DialpadOptions {
  /** `https://dialpad.com`, or a sandbox; `/api/v2` is ours to add. */
  readonly baseUrl: string;
  readonly apiKey: { reveal(): string };
  readonly fetch?: typeof globalThis.fetch;
  readonly budget?: RateBudget;
  /** Milliseconds until a call without an answer is given up; default 15 000. */
  readonly timeoutMs?: number;
  /** Pauses between looks for what a lost reply may have made. */
  readonly settle?: Settle;
}

/** For the whole company (developers.dialpad.com, "Rate limits"). */
export const DIALPAD_CALLS_PER_SECOND = 20;

/**
 * Dialpad as Handover needs it. Every write is an "ensure": it looks first, writes only what differs and says whether it
 * had to; repeating one is safe. Nothing here repeats a call by itself.
 */
export const createDialpad = ({ baseUrl, apiKey, fetch, budget, timeoutMs, settle = DEFAULT_SETTLE }: DialpadOptions) => {
  const http = createHttp({
    baseUrl: `${baseUrl.replace(/\/+$/, '').replace(/\/api\/v2$/, '')}/api/v2`,
    token: apiKey,
    budget: budget ?? rateBudget(DIALPAD_CALLS_PER_SECOND),
    timeoutMs: timeoutMs ?? 15_000,
    codeOf: reasonOf,
    ...(fetch ? { fetch } : {}),
  });
  const api = createApi(http);
  const users = userApi(api, settle);

  return {
    ...users,
    ...userSettingsApi(api),
    ...deviceApi(api),
    ...numberApi(api, users.readUser, settle),
    ...groupApi(api, users.readUser),
    ...routingApi(api),
    ...lineApi(api),
    ...ivrApi(api, settle),
    ...companyApi(api),
    ...statsApi(api),
    ...taskApi(api),
  };
};

export type Dialpad = ReturnType<typeof createDialpad>;

/** Dialpad documents no error codes, so the words of its message decide; anything unknown keeps its status. */
const reasonOf = (status: number, text: string): string | null => {
  if (status < 400 || status >= 500 || status === 429) return null;
  const message = text.toLowerCase();
  if (/licen[cs]e|seat/.test(message)) return 'no-seat';
  if (/last (company|super) admin/.test(message)) return 'last-admin';
  if (/already exists/.test(message)) return 'user-exists';

  return null;
};

export interface Failure {
  readonly type: string;
  readonly message: string;
  readonly nonRetryable: boolean;
  readonly nextRetryDelayMs?: number;
}

/** What Temporal is told: only what may pass by itself is tried again. The message names the operation, never a value. */
export const toFailure = (error: ConnectorError): Failure => ({
  type: `connector.${error.kind}`,
  message: `Dialpad, ${error.message}`,
  nonRetryable: error.kind !== 'throttled' && error.kind !== 'unavailable',
  ...(error.retryAfterMs === undefined ? {} : { nextRetryDelayMs: error.retryAfterMs }),
});
