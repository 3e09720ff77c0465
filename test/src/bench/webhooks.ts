import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, createApi } from '@handover/api';
import { Secret, parsePolicy } from '@handover/config';
import { createDialpad } from '@handover/connector-dialpad';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { createLogger } from '@handover/observability';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { inParallel, rowOf, type Row } from './row.ts';
import type { BenchServers } from './servers.ts';

const TOTAL = 4_000;
const WIDTH = 32;

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signed webhooks accepted per second, beside the least a durable endpoint can do: take the body, INSERT it, answer 202. */
export const webhooks = async ({ postgresUrl }: BenchServers): Promise<readonly Row[]> => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const hook = new Webhook(secret);
  const requests = Array.from({ length: TOTAL * 2 }, (_, index): Sent => {
    const [id, at] = [`msg_${randomUUID()}`, new Date()];
    const body = JSON.stringify({
      type: 'employee.terminated',
      timestamp: at.toISOString(),
      data: {
        employeeId: String(index),
        email: `person.${index}@example.com`,
        givenName: 'Person',
        familyName: String(index),
        office: 'Berlin',
        timeZone: 'Europe/Berlin',
        lastWorkingDay: '2030-01-31',
      },
    });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': hook.sign(id, at, body),
      },
    };
  });

  const ours = await measureOurs(postgresUrl, secret, requests);
  const baseline = await measurePlain(postgresUrl, requests);

  return [
    rowOf({
      name: 'webhooks',
      unit: 'accepted per second',
      params: { requests: TOTAL, parallel: WIDTH },
      ours,
      baseline,
      baselineName: 'node:http + one INSERT',
      goal: '>= 0.25',
    }),
  ];
};

const post = (agent: Agent, port: number, path: string, { body, headers }: Sent): Promise<void> =>
  new Promise((resolve, reject) => {
    const sending = request(
      { agent, port, host: '127.0.0.1', path, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        answer.resume();
        answer.once('end', () => (answer.statusCode === 202 ? resolve() : reject(new Error(`answered ${answer.statusCode}`))));
      },
    );
    sending.once('error', reject);
    sending.end(body);
  });

/** The second half is measured: the first warms up the compiler and the pool. */
const perSecond = async (port: number, path: string, requests: readonly Sent[]): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH });
  const send = (offset: number) => (index: number) => post(agent, port, path, requests[offset + index] as Sent);
  await inParallel(TOTAL, WIDTH, send(0));
  const seconds = await inParallel(TOTAL, WIDTH, send(TOTAL));
  agent.destroy();
  return TOTAL / seconds;
};

const measureOurs = async (url: string, secret: string, requests: readonly Sent[]): Promise<number> => {
  const dataSource = await openDatabase(url, { poolSize: 20 });
  await migrate(dataSource);
  const app = await createApi(
    compose({
      dataSource,
      masterKey: randomBytes(32),
      policy: parsePolicy('', 'of the bench'),
      dialpad: createDialpad({ baseUrl: 'http://127.0.0.1:9', apiKey: { reveal: () => 'none' } }),
      secrets: { apiKeys: [], hooks: { generic: { scheme: 'standard-webhooks', secrets: [new Secret(secret)] } } },
      temporalUi: 'http://127.0.0.1:8233/namespaces/default',
    }),
    createLogger('bench', 'silent'),
  );
  await app.listen(0, '127.0.0.1');
  const result = await perSecond((app.getHttpServer().address() as AddressInfo).port, '/v1/hooks/generic', requests);
  await dataSource.query('DELETE FROM app.inbox');
  await app.close();
  await dataSource.destroy();
  return result;
};

const measurePlain = async (url: string, requests: readonly Sent[]): Promise<number> => {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  await pool.query('CREATE TABLE IF NOT EXISTS plain_inbox (id uuid PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now())');
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      pool.query('INSERT INTO plain_inbox (id, body) VALUES ($1, $2)', [randomUUID(), Buffer.concat(chunks)]).then(
        () => answer.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"accepted"}'),
        () => answer.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result = await perSecond((server.address() as AddressInfo).port, '/', requests);
  server.closeAllConnections();
  server.close();
  await pool.query('DROP TABLE plain_inbox');
  await pool.end();
  return result;
};
