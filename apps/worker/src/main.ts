import { ConfigError, loadPolicy, loadSecretFile, loadSecrets, readEnv, workerEnv } from '@handover/config';
import { DIALPAD_CALLS_PER_SECOND, createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { SchemaError, TooMuchRight, openDatabase, serviceUrl, tellOfKeys } from '@handover/event-store-postgres';
import { MasterKeyError, masterKeysOf } from '@handover/privacy';
import { sharedPlaces } from '@handover/rate-budget-postgres';
import { createLogger, type Logger } from '@handover/observability';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startAuditing } from './auditing.ts';
import { bundleWorkflows } from './bundle.ts';
import { compose } from './compose.ts';
import { keepUpErasures } from './erasure-upkeep.ts';
import { erasedStayErased } from './reshred.ts';
import { startFollowing } from './following.ts';
import { startHealth } from './health.ts';
import { anchorsOf, startAnchoring } from './anchors/index.ts';
import { sequenceApart, signerIn } from './sequencing/index.ts';
import { setUpNamespace } from './temporal-setup.ts';
import { createWorkers, startRelays, type Temporal } from './worker.ts';

/** Waits for a neighbour that is not up yet, and says so; a service that starts first is no error. */
const patiently = async <T>(what: string, log: Logger, isStopped: () => boolean, attempt: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (isStopped() || error instanceof SchemaError || error instanceof TooMuchRight) throw error;
      if (tries % 10 === 1) log.warn({ err: error, waitsFor: what }, 'not reachable yet, trying again');
      await new Promise((resolve) => setTimeout(resolve, Math.min(3_000, 250 * tries)));
    }
  }
};

const main = async (): Promise<void> => {
  const log = createLogger('worker');
  const env = readEnv(workerEnv, process.env);
  const policy = loadPolicy(env.HANDOVER_POLICY);
  const secrets = loadSecrets(env.HANDOVER_SECRETS_FILE);
  const masterKey = masterKeysOf(env);
  const apiKey = loadSecretFile(env.DIALPAD_API_KEY_FILE);
  // The SDK's own handlers would end the relays and the health answer out of order.
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => log.warn({ sdkLevel: level, meta: safeMeta(meta) }, message)),
  });

  let stopping = false;
  let ready = false;
  let stopWorkers: () => void = () => undefined;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    ready = false;
    log.info('stopping');
    stopWorkers();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);

  const health = await startHealth({ host: env.HANDOVER_HOST, port: env.HANDOVER_WORKER_PORT, isReady: () => ready });
  const isStopped = (): boolean => stopping;
  const bundling = bundleWorkflows((error) => log.info({ err: error }, 'the bundle of the workflows cannot be kept; each start makes it anew'));
  const databaseUrl = await patiently('PostgreSQL', log, isStopped, () =>
    serviceUrl({ service: 'worker', url: env.DATABASE_URL, ownerUrl: env.DATABASE_OWNER_URL }),
  );
  const dataSource = await openDatabase(databaseUrl, { name: 'handover-worker', poolSize: 20 });
  // Of its own, so that a busy pool never holds up a call that has its turn.
  const budgetSource = await openDatabase(databaseUrl, { name: 'handover-budget', poolSize: 2 });
  const budget = rateBudget(sharedPlaces(budgetSource, { name: 'dialpad', perSecond: DIALPAD_CALLS_PER_SECOND }));
  const dialpad = createDialpad({ baseUrl: env.DIALPAD_BASE_URL, apiKey, budget });
  const composed = compose({ dataSource, masterKey, dialpad, policy, secrets });
  await composed.readModels.prepare();
  const again = await erasedStayErased(composed, dataSource, env.HANDOVER_ERASURES_FILE === undefined ? [] : [env.HANDOVER_ERASURES_FILE]);
  if (again.length > 0) log.warn({ persons: again.length }, 'a restored backup had brought erased persons back; their keys are destroyed again');
  const keyNews = tellOfKeys(databaseUrl, composed.keyring, (error) => log.warn({ err: error }, 'no news of destroyed keys for now; looking each time'));

  const settings = loadClientConnectConfig();
  const connectionOptions = { ...settings.connectionOptions, address: env.TEMPORAL_ADDRESS };
  const temporal = await patiently('Temporal', log, isStopped, async (): Promise<Temporal> => {
    const connection = await Connection.connect(connectionOptions);
    await setUpNamespace(new Client({ connection, namespace: env.TEMPORAL_NAMESPACE }), env.TEMPORAL_NAMESPACE, {
      acceptancePoll: policy.acceptance.pollEvery,
      taskPoll: policy.tasks.pollEvery,
      numberReading: policy.numbers.readEvery,
    });
    return { connection, native: await NativeConnection.connect(connectionOptions), namespace: env.TEMPORAL_NAMESPACE };
  });

  const workers = await createWorkers(temporal, composed, await bundling);
  stopWorkers = workers.stop;
  const key = env.HANDOVER_CHECKPOINT_KEY_FILE === undefined ? null : { file: env.HANDOVER_CHECKPOINT_KEY_FILE, origin: env.HANDOVER_ORIGIN };
  if (key === null) log.warn('no checkpoints are signed: set HANDOVER_CHECKPOINT_KEY_FILE to an Ed25519 private key');
  else signerIn(key.file, key.origin); // a file that is no key stops the start
  const relays = startRelays(composed, temporal, env.HANDOVER_PUBLIC_URL, log);
  const following = startFollowing({ dataSource, readModels: composed.readModels, registry: health.registry, log });
  const sequencing = sequenceApart({ databaseUrl, key, checkpointEveryMs: policy.checkpoints.every, log });
  const upkeep = keepUpErasures({ dataSource, file: env.HANDOVER_ERASURES_FILE ?? null, log });
  const anchoring = startAnchoring({ dataSource, anchors: anchorsOf(dataSource, env, policy.push.networks), registry: health.registry, log });
  const auditing = startAuditing({
    dataSource,
    store: composed.store,
    subscriptions: composed.auditSubscriptions,
    access: composed.access,
    retention: composed.retention,
    policy,
    registry: health.registry,
    log,
  });
  if (!isStopped()) {
    const running = workers.run();
    ready = true;
    log.info({ port: health.port, policy: policy.version }, 'ready');
    await running;
  }

  await relays.stop();
  await auditing.stop();
  await sequencing.stop();
  await upkeep.stop();
  await anchoring.stop();
  await following.stop();
  await health.stop();
  await temporal.native.close();
  await temporal.connection.close();
  await keyNews.stop();
  await Promise.all([dataSource.destroy(), budgetSource.destroy()]);
  log.info('stopped');
};

/** What the SDK adds to a line may quote a payload; ids and types are enough to find the case. */
const safeMeta = (meta: Record<string | symbol, unknown> | undefined): object =>
  Object.fromEntries(
    ['workflowId', 'workflowType', 'activityType', 'attempt', 'taskQueue'].flatMap((key) => (meta?.[key] === undefined ? [] : [[key, meta[key]]])),
  );

main().catch((error: unknown) => {
  if ([ConfigError, MasterKeyError, SchemaError, TooMuchRight].some((each) => error instanceof each)) console.error((error as Error).message);
  else console.error(error);
  process.exit(1);
});
