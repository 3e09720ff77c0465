import { ConnectorError, type ConnectorErrorKind } from './connector-error.ts';
import { currentPriority } from './priority.ts';
import type { Ended, RateBudget } from './rate-budget.ts';

export interface HttpOptions {
  /** Where paths are appended to, like `https://dialpad.com/api/v2`. */
  readonly baseUrl: string;
  readonly token: { reveal(): string };
  readonly budget: RateBudget;
  /** Milliseconds until a call without an answer is given up. */
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
  /** A word of ours for a refusal, from the vendor's status and text; the text itself goes no further. */
  readonly codeOf?: (status: number, text: string) => string | null;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` for each parameter; it names the operation in errors and logs. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

export interface Http {
  /** The parsed body; `undefined` for an empty one. @throws ConnectorError. Never repeats a call: whoever calls decides that. */
  readonly call: (call: Call) => Promise<unknown>;
}

export const createHttp = (options: HttpOptions): Http => {
  const fetch = options.fetch ?? globalThis.fetch;
  const base = options.baseUrl.replace(/\/+$/, '');

  return {
    call: async (call) => {
      const operation = `${call.method} ${call.path}`;
      const isWrite = call.method !== 'GET';
      const release = await options.budget.take(currentPriority());
      let ended: Ended = { answered: false };
      let status: number;
      let headers: Headers;
      let text: string;
      try {
        const response = await fetch(`${base}${pathOf(call)}`, {
          method: call.method,
          headers: {
            authorization: `Bearer ${options.token.reveal()}`,
            accept: 'application/json',
            ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
          redirect: 'error',
          signal: AbortSignal.timeout(options.timeoutMs),
        });
        ({ status, headers } = response);
        ended = { answered: true, ...(status === 429 ? { throttledForMs: retryAfter(headers.get('retry-after')).retryAfterMs ?? 0 } : {}) };
        text = await response.text();
      } catch (error) {
        const timedOut = (error as { name?: unknown } | null)?.name === 'TimeoutError';
        throw new ConnectorError({ kind: 'unavailable', operation, code: timedOut ? 'timeout' : 'no-connection', ambiguous: isWrite });
      } finally {
        release(ended);
      }
      if (status >= 200 && status < 300) return bodyOf(text, operation, status, isWrite);

      throw new ConnectorError({
        kind: kindOf(status),
        operation,
        status,
        code: options.codeOf?.(status, text) ?? codeOf(status),
        ambiguous: isWrite && kindOf(status) === 'unavailable',
        ...retryAfter(headers.get('retry-after')),
      });
    },
  };
};

const pathOf = ({ path, params = {}, query = {} }: Call): string => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new Error(`the path ${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined));

  return search.size === 0 ? filled : `${filled}?${search}`;
};

/** Some operations answer 200 with nothing; that is a success. Something unreadable is not. */
const bodyOf = (text: string, operation: string, status: number, isWrite: boolean): unknown => {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConnectorError({ kind: 'unavailable', operation, status, code: 'not-json', ambiguous: isWrite });
  }
};

const kindOf = (status: number): ConnectorErrorKind => {
  if (status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'unavailable';
  if (status === 401) return 'unauthorized';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';

  return status === 403 ? 'refused' : 'invalid';
};

const codeOf = (status: number): string =>
  ({ 401: 'unauthorized', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 429: 'throttled' })[status] ?? `http-${status}`;

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
const retryAfter = (header: string | null): { retryAfterMs?: number } => {
  if (header === null) return {};
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();

  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {};
};
