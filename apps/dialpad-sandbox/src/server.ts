import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlRoutes, type Controlled } from './control.ts';
import { drift, recreateLater } from './drift.ts';
import { Faults, type Struck } from './faults.ts';
import { check } from './fields.ts';
import { ApiError } from './api-error.ts';
import { router, type Request } from './http.ts';
import { Limits } from './limits.ts';
import type { User } from './model.ts';
import { apiRoutes } from './routes/index.ts';
import { seedCompany } from './seed.ts';
import { settle } from './settle.ts';
import { Store } from './store.ts';
import { withSwitches } from './switches.ts';
import { Traffic } from './traffic.ts';
import { World } from './world.ts';

export interface SandboxOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** In every state. */
  readonly users?: number;
  readonly seed?: number;
  /** Where the state is kept over a restart; none keeps it in memory. */
  readonly dataDir?: string;
  readonly switches?: Readonly<Record<string, string>>;
  /** Where to write down what is asked and answered; by default what `HANDOVER_SANDBOX_TRAFFIC` says, or nowhere. */
  readonly trafficDir?: string | undefined;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const HELD_MS = 60_000;

/** Dialpad as far as Handover uses it, with a memory, a clock that can be moved, and faults on demand. */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const store = new Store(options.dataDir ?? null);
  const world = new World(store);
  const seeded = { users: options.users ?? 50, seed: options.seed ?? 1 };
  if (store.isEmpty) seedCompany(world, seeded);
  if (options.switches) world.setSwitches(withSwitches(world.switches, options.switches));
  store.commit();

  const trafficDir = options.trafficDir ?? process.env['HANDOVER_SANDBOX_TRAFFIC'];
  const traffic = trafficDir ? new Traffic(trafficDir) : null;
  const faults = new Faults();
  const limits = new Limits();
  const controlled: Controlled = { world, faults, limits, seeded };
  const api = router(apiRoutes);
  const control = router(controlRoutes);

  const answerApi = (message: IncomingMessage, url: URL, body: Request['body'], reply: Reply): void => {
    if (!bearerOf(message, url)) throw new ApiError(401, 'no valid API key: send Authorization: Bearer …');
    limits.spendCompany(world);
    const path = url.pathname.slice('/api/v2'.length);
    const found = api(message.method ?? '', path);
    // What a test does wrong on purpose says nothing about how Dialpad is asked.
    const recorded = message.headers['x-wrong-on-purpose'] === undefined ? traffic : null;
    const operation = found === null || found === 'other-method' ? `${message.method} ${path}` : `${found.route.method} ${found.route.template}`;
    recorded?.pass({ side: 'request', operation, query: Object.fromEntries(url.searchParams), body });
    if (found === null) throw new ApiError(404, 'not found');
    if (found === 'other-method') throw new ApiError(405, 'method not allowed');

    limits.spendOperation(operation, world);
    const ids = [...Object.values(found.params), ...Object.values(body).map(String), ...askedFor(url.searchParams, world)];
    const struck = faults.strike(operation, ids);
    const fault = struck?.fault;
    if (fault === '429') throw new ApiError(429, 'rate limit exceeded');
    if (fault === '500') throw new ApiError(500, 'internal error');
    if (fault === 'timeout-before') return reply.hold();
    settle(world);
    store.commit();
    const request = { params: found.params, query: url.searchParams, body };
    const handle = (): unknown => (check(found.route.body ?? {}, body), found.route.handle(request, world));
    const answer = fault === 'stale-read' ? store.stale(handle) : handle();
    if (fault !== 'timeout-after' && fault !== 'lost-reply') recorded?.pass({ side: 'answer', operation, body: answer ?? {} });
    finish(struck, ids, answer, reply);
  };

  const finish = (struck: Struck | null, ids: readonly string[], answer: unknown, reply: Reply): void => {
    const fault = struck?.fault;
    if (fault === 'no-op') store.rollback();
    else store.commit();
    const user = [struck?.userId ?? '', ...ids].flatMap((id) => world.findUser(id) ?? [])[0];
    if (user && struck?.fault === 'drift') drift(user, struck.change, world);
    if (user && fault === 'scim-recreate') recreateLater(user, world);
    store.commit();
    if (fault === 'timeout-after') reply.hold();
    else if (fault === 'lost-reply') reply.drop();
    else reply.send(200, answer ?? (world.switches.emptyAnswer === 'object' ? {} : undefined));
  };

  const answerControl = (message: IncomingMessage, url: URL, body: Request['body'], reply: Reply): void => {
    if (!isLoopback(message.socket.remoteAddress)) throw new ApiError(403, 'the control routes answer on this machine only');
    const found = control(message.method ?? '', url.pathname);
    if (found === null || found === 'other-method') throw new ApiError(404, 'no such control route');
    settle(world);
    const answer = found.route.handle({ params: found.params, query: url.searchParams, body }, controlled);
    store.commit();
    reply.send(200, answer);
  };

  const server = createServer((message, response) => {
    const reply = replyTo(response);
    bodyOf(message)
      .then((body) => {
        const url = new URL(message.url ?? '/', 'http://sandbox');
        if (url.pathname.startsWith('/sandbox')) return answerControl(message, url, body, reply);
        if (url.pathname.startsWith('/api/v2/')) return answerApi(message, url, body, reply);
        throw new ApiError(404, 'not found');
      })
      .catch((error: unknown) => {
        store.rollback();
        if (!(error instanceof ApiError)) console.error(error);
        const status = error instanceof ApiError ? error.status : 500;
        const text = error instanceof ApiError ? error.message : 'internal error';
        reply.send(status, { error: { code: status, message: text } }, status === 429 && world.switches.retryAfter === 'on' ? { 'retry-after': '1' } : {});
      });
  });
  server.keepAliveTimeout = 30_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface Reply {
  readonly send: (status: number, body: unknown, headers?: Readonly<Record<string, string>>) => void;
  readonly hold: () => void;
  readonly drop: () => void;
}

const replyTo = (response: ServerResponse): Reply => ({
  send: (status, body, headers = {}) => {
    if (response.destroyed || response.headersSent) return;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body)); // some operations answer 200 with nothing at all
  },
  hold: () => {
    const timer = setTimeout(() => response.destroy(), HELD_MS);
    response.on('close', () => clearTimeout(timer));
  },
  drop: () => void response.destroy(),
});

/** The users that a list is asked for, so that a fault meant for one person strikes their lists as well. */
const askedFor = (query: URLSearchParams, world: World): string[] => [
  ...world.store.lookup<User>('users', 'email', query.get('email')?.toLowerCase() ?? '').map((each) => each.id),
  ...[query.get('user_id'), query.get('target_id')].flatMap((each) => each ?? []),
];

const bearerOf = (message: IncomingMessage, url: URL): boolean =>
  /^Bearer\s+\S+/i.test(message.headers.authorization ?? '') || (url.searchParams.get('apikey') ?? '') !== '';

const isLoopback = (address: string | undefined): boolean => address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';

const bodyOf = async (message: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'the body is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new ApiError(400, 'the body must be an object');

  return parsed as Record<string, unknown>;
};
