import 'reflect-metadata';
import { createHash, randomBytes } from 'node:crypto';
import { compose as composeApi, createApi } from '@handover/api';
import { systemBy } from '@handover/case-service';
import { Secret, parsePolicy, type Secrets } from '@handover/config';
import { createDialpad } from '@handover/connector-dialpad';
import { startSandbox } from '@handover/dialpad-sandbox';
import { announcePackKey, openServiceDatabase, Sequencer } from '@handover/event-store-postgres';
import { packSignerOf } from '@handover/evidence';
import { createLogger } from '@handover/observability';
import type { MasterKeys } from '@handover/privacy';
import { testPostgres } from '@handover/servers';
import { compose as composeWorker } from '@handover/worker';
import type { AddressInfo } from 'node:net';
import { newKey, newSigner, sealAll } from './record.ts';

export const hookSecrets = [`whsec_${randomBytes(32).toString('base64')}`, `whsec_${randomBytes(32).toString('base64')}`] as const;
const ACTORS = {
  admin: ['admin', 'operator'],
  operator: ['operator'],
  approver: ['approver'],
  approver2: ['approver'],
  requester: ['requester'],
  auditor: ['auditor'],
} as const;
export type Key = keyof typeof ACTORS;

/** The API as it is, on a real PostgreSQL and the sandbox; facts are worked by the worker's own intake, on demand. */
export const startApi = async (policyText = '', { masterKey = randomBytes(32) }: { readonly masterKey?: Uint8Array | MasterKeys } = {}) => {
  const [database, sandbox] = await Promise.all([testPostgres(), startSandbox({ users: 30, seed: 3, switches: { rateLimit: 'off' } })]);
  // Each with the rights it has in production, and no more.
  const apiData = await openServiceDatabase({ service: 'api', url: database.url });
  const dataSource = await openServiceDatabase({ service: 'worker', url: database.url });
  const secrets: Secrets = {
    apiKeys: Object.entries(ACTORS).map(([actor, roles]) => ({ actor, roles: [...roles], sha256: createHash('sha256').update(`key-${actor}`).digest('hex') })),
    hooks: { generic: { scheme: 'standard-webhooks', secrets: hookSecrets.map((each) => new Secret(each)) } },
  };
  const parts = {
    dataSource,
    secrets,
    masterKey,
    policy: parsePolicy(policyText, 'of the test'),
    dialpad: createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'test' } }),
  };
  const packSigner = packSignerOf(newKey(), 'test.example');
  await announcePackKey(apiData, packSigner);
  const worker = composeWorker(parts);
  await worker.readModels.prepare();
  const signer = newSigner();
  const sequencer = new Sequencer(dataSource, { signer });
  const app = await createApi(
    composeApi({ ...parts, dataSource: apiData, packSigner, temporalUi: 'http://127.0.0.1:8233/namespaces/default' }),
    createLogger('test', 'silent'),
  );
  await app.listen(0, '127.0.0.1');
  const base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;

  const request = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${base}${path}`, init);
    const text = await answer.text();
    const isJson = /(application\/|\+)json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      headers: answer.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Record<string, unknown>,
    };
  };

  return {
    databaseUrl: database.url,
    base,
    worker,
    dataSource,
    request,
    sandbox,
    call: (key: Key, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
      request(path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer key-${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    /** What the worker's inbox relay does, once. */
    workInbox: async (): Promise<void> => {
      for (const entry of await worker.inbox.take(50)) {
        await worker.intake.take({
          id: entry.id,
          source: entry.source,
          body: JSON.parse((await entry.body()).toString('utf8')) as unknown,
          by: { actor: `source:${entry.source}`, channel: 'webhook', commandId: entry.id },
          receivedAt: entry.receivedAt,
          inbox: true,
        });
      }
    },
    packSigner,
    signer,
    apiData,
    /** Everything that was said so far has its place in the log, is under a checkpoint, and is in the read models. */
    sealed: async (): Promise<void> => {
      await sealAll(sequencer, { checkpoint: true });
      await worker.readModels.catchUp();
    },
    systemBy,
    stop: async (): Promise<void> => {
      await app.close();
      await dataSource.destroy();
      await apiData.destroy();
      await sandbox.stop();
      await database.drop();
    },
  };
};

export type RunningApi = Awaited<ReturnType<typeof startApi>>;
