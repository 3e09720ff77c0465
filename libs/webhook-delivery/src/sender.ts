import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { retryAfterMs } from './back-off.ts';
import { AddressRefused, checkedUrl, defaultNetworks, isLoopbackHost, mayCall, type Network } from './networks.ts';
import { signedHeaders, type SigningSecret } from './signing.ts';

export interface Target {
  readonly url: string;
  /** The newest first; two while one replaces the other. */
  readonly secrets: readonly SigningSecret[];
}

export interface Message {
  /** The same for every attempt: by it the receiver knows a repetition. */
  readonly id: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Sent =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false;
      /** `http.503`, `timeout`, `connection.refused`, `url.network` …; stable and without anything personal. */
      readonly code: string;
      /** What the receiver asked for by Retry-After. */
      readonly retryAfterMs: number | null;
      /** 410: the receiver wants nothing more, ever. */
      readonly gone: boolean;
    };

export interface SenderOptions {
  readonly networks?: readonly Network[];
  /** From the first byte out to the last byte in. Keep a lease on the work for longer than this. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
}

export type Send = (target: Target, message: Message, signal?: AbortSignal) => Promise<Sent>;

export const DELIVERY_TIMEOUT_MS = 15_000;
/** An answer's body is of no interest; more than this is not even read. */
const ANSWER_LIMIT = 65_536;

/** Sends once. What the other side does is an answer, not an exception; 2xx is success, redirects are none. */
export const createSender = ({ networks = defaultNetworks, timeoutMs = DELIVERY_TIMEOUT_MS, userAgent = 'Handover/0.1' }: SenderOptions = {}): Send => {
  const lookup = guardedLookup(networks);

  return async ({ url: text, secrets }, { id, body, contentType, headers = {} }, signal) => {
    const aborted = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
    try {
      const url = checkedUrl(text, networks);
      const answer = await call(url, {
        lookup,
        body,
        signal: aborted,
        headers: {
          ...headers,
          ...signedHeaders(id, body, secrets, Date.now()),
          'content-type': contentType,
          'content-length': String(body.length),
          'user-agent': userAgent,
        },
      });
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return { ok: true, status };
      return { ok: false, code: `http.${status}`, retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()), gone: status === 410 };
    } catch (error) {
      return { ok: false, code: codeOf(error, aborted), retryAfterMs: null, gone: false };
    }
  };
};

interface Call {
  readonly lookup: LookupFunction;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

const call = (url: URL, { lookup, headers, body, signal }: Call): Promise<IncomingMessage> =>
  new Promise((answered, failed) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      { method: 'POST', agent: false, lookup, headers: { ...headers }, signal },
      (answer) => {
        let read = 0;
        answer.on('data', (chunk: Buffer) => {
          read += chunk.length;
          if (read > ANSWER_LIMIT) answer.destroy();
        });
        answer.once('error', failed);
        answer.once('close', () => answered(answer));
      },
    );
    request.once('error', failed);
    request.end(body);
  });

/** Every address that a name leads to has to be one that may be called, at the moment of the call: names can be pointed elsewhere. */
const guardedLookup =
  (networks: readonly Network[]): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, '', 4);
      const [first] = found;
      const isOurs = isLoopbackHost(hostname);
      if (!first || found.some(({ address }) => !mayCall(address, networks) || (!isOurs && isIP(address) !== 0 && isLoopbackHost(address))))
        return done(new AddressRefused('url.network', 'the name leads to a network that may not be called'), '', 4);
      return options.all ? done(null, found) : done(null, first.address, first.family);
    });
  };

const codeOf = (error: unknown, signal: AbortSignal): string => {
  if (error instanceof AddressRefused) return error.code;
  if (signal.aborted) return (signal.reason as { name?: string } | undefined)?.name === 'TimeoutError' ? 'timeout' : 'stopped';
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return NAMES[code] ?? (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code) ? 'tls' : 'connection.failed');
};

const NAMES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection.refused',
  ECONNRESET: 'connection.reset',
  EPIPE: 'connection.reset',
  ENOTFOUND: 'name.unknown',
  EAI_AGAIN: 'name.unknown',
  ETIMEDOUT: 'timeout',
};
