import { ConfigError, apiEnv, loadPolicy, loadSecretFile, loadSecrets, readEnv } from '@handover/config';
import { DIALPAD_CALLS_PER_SECOND, createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { ReadModels, SchemaError, TooMuchRight, announcePackKey, openDatabase, serviceUrl, tellOfKeys } from '@handover/event-store-postgres';
import { MasterKeyError, masterKeysOf } from '@handover/privacy';
import { sharedPlaces } from '@handover/rate-budget-postgres';
import { packSignerOf } from '@handover/evidence';
import { createLogger, type Logger } from '@handover/observability';
import { projections } from '@handover/read-models-postgres';
import 'reflect-metadata';
import { compose } from './compose.ts';
import { untilErased } from './system/erased-first.ts';
import { createApi } from './server.ts';

/** The URL to work with, once PostgreSQL answers. */
const reach = async (url: string, ownerUrl: string | undefined, log: Logger): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await serviceUrl({ service: 'api', url, ownerUrl });
    } catch (error) {
      if (error instanceof SchemaError || error instanceof TooMuchRight) throw error;
      if (tries % 10 === 1) log.warn({ err: error }, 'PostgreSQL is not reachable yet, trying again');
      await new Promise((resolve) => setTimeout(resolve, Math.min(3_000, 250 * tries)));
    }
  }
};

const main = async (): Promise<void> => {
  const log = createLogger('api');
  const env = readEnv(apiEnv, process.env);
  const secrets = loadSecrets(env.HANDOVER_SECRETS_FILE);
  const apiKey = loadSecretFile(env.DIALPAD_API_KEY_FILE);
  const parts = {
    secrets,
    policy: loadPolicy(env.HANDOVER_POLICY),
    masterKey: masterKeysOf(env),
    temporalUi: `${env.HANDOVER_TEMPORAL_UI_URL}/namespaces/${env.TEMPORAL_NAMESPACE}`,
  };
  const databaseUrl = await reach(env.DATABASE_URL, env.DATABASE_OWNER_URL, log);
  const dataSource = await openDatabase(databaseUrl, { name: 'handover-api', poolSize: 20 });
  await new ReadModels(dataSource, projections).prepare();
  await untilErased(dataSource, env.HANDOVER_ERASURES_FILE, log);
  // Of its own, so that a busy pool never holds up a call that has its turn.
  const budgetSource = await openDatabase(databaseUrl, { name: 'handover-budget', poolSize: 2 });
  const budget = rateBudget(sharedPlaces(budgetSource, { name: 'dialpad', perSecond: DIALPAD_CALLS_PER_SECOND }));
  const dialpad = createDialpad({ baseUrl: env.DIALPAD_BASE_URL, apiKey, budget });
  const packSigner = env.HANDOVER_PACK_KEY_FILE === undefined ? null : packSignerOf(loadSecretFile(env.HANDOVER_PACK_KEY_FILE).reveal(), env.HANDOVER_ORIGIN);
  if (packSigner) await announcePackKey(dataSource, packSigner);
  else log.warn('evidence packs are not signed: set HANDOVER_PACK_KEY_FILE to an Ed25519 private key');
  const composed = compose({ ...parts, dataSource, dialpad, packSigner });
  const keyNews = tellOfKeys(databaseUrl, composed.keyring, (error) => log.warn({ err: error }, 'no news of destroyed keys for now; looking each time'));
  const app = await createApi(composed, log);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info('stopping');
    await app.close(); // answers what has begun, takes nothing new
    await keyNews.stop();
    await Promise.all([dataSource.destroy(), budgetSource.destroy()]);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop());

  await app.listen(env.HANDOVER_PORT, env.HANDOVER_HOST);
  log.info({ port: env.HANDOVER_PORT }, 'ready');
};

main().catch((error: unknown) => {
  if ([ConfigError, MasterKeyError, SchemaError, TooMuchRight].some((each) => error instanceof each)) console.error((error as Error).message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    console.error('The port of the API is taken: choose another with HANDOVER_PORT.');
  else console.error(error);
  process.exit(1);
});
