import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { durationMs, type CaseView } from '@handover/case';
import { Cases } from '@handover/case-service';
import { parsePolicy, type Secrets } from '@handover/config';
import { createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { startSandbox } from '@handover/dialpad-sandbox';
import { caughtUp, openServiceDatabase } from '@handover/event-store-postgres';
import { createLogger } from '@handover/observability';
import { testPostgres, timeSkippingServer } from '@handover/servers';
import { addSearchAttributes, bundleWorkflows, compose, createWorkers, startFollowing, startRelays, startSequencing } from '@handover/worker';
import { caseViewQuery, taskQueues, workflowIdOf } from '@handover/workflow-contracts';
import { Registry } from 'prom-client';
import { Context } from '@temporalio/activity';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { inDialpad } from './in-dialpad.ts';
import { saidAndDecided } from './said-and-decided.ts';
import { eventually } from './wait.ts';

export { employeeOf } from './company.ts';

Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } } });

const HISTORIES = new URL('../replay/histories/', import.meta.url).pathname.replace('/dist/', '/src/');

/** On a busy machine a server may take longer than the five seconds the SDK waits: begun again, a few times. */
const startServer = async (path: string, tries = 5): Promise<TestWorkflowEnvironment> => {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  } catch (error) {
    if (tries <= 1 || !String(error).includes('did not start')) throw error;
    return startServer(path, tries - 1);
  }
};

export interface SkippedTimeOptions {
  readonly users?: number;
  readonly seed?: number;
  readonly switches?: Readonly<Record<string, string>>;
  /** Told of every call to Dialpad once it is over, whether or not an answer came; the call returns when this has. */
  readonly afterCall?: (method: string) => Promise<void>;
  /** ms; how long an answer of Dialpad is waited for. */
  readonly timeoutMs?: number;
}

/**
 * The real worker on a real PostgreSQL, against the real sandbox, under a Temporal server whose clock jumps: three days
 * pass in a second, in Temporal and in Dialpad alike.
 */
export const startSkippedTime = async (policyText = '', { users = 60, seed = 7, switches = {}, afterCall, timeoutMs }: SkippedTimeOptions = {}) => {
  const { command } = await timeSkippingServer(() => undefined);
  const bundle = await bundleWorkflows(); // before the server, which gives itself five seconds to start and needs them
  const [database, sandbox, env] = await Promise.all([
    testPostgres(),
    startSandbox({ users, seed, switches: { rateLimit: 'off', ...switches } }),
    startServer(command),
  ]);
  let skippedMs = 0;
  // An activity lives in Temporal's time; everything else in ours, moved by what was skipped.
  const now = (): string => {
    try {
      return new Date(Context.current().info.currentAttemptScheduledTimestampMs).toISOString();
    } catch {
      return new Date(Date.now() + skippedMs).toISOString();
    }
  };
  const dataSource = await openServiceDatabase({ service: 'worker', url: database.url });
  const watched: typeof globalThis.fetch = async (input, init) => {
    try {
      return await globalThis.fetch(input, init);
    } finally {
      await afterCall?.(init?.method ?? 'GET');
    }
  };
  const dialpad = createDialpad({
    baseUrl: sandbox.url,
    apiKey: { reveal: () => 'test' },
    budget: rateBudget(1_000),
    fetch: watched,
    ...(timeoutMs ? { timeoutMs } : {}),
  });
  const policy = parsePolicy(policyText, 'of the test');
  const secrets: Secrets = {
    apiKeys: ['approver', 'approver2', 'operator'].map((actor) => ({ actor, roles: [actor.replace(/\d$/, '')], sha256: '' })),
    hooks: {},
  };
  const parts = { dataSource, masterKey: randomBytes(32), dialpad, policy, secrets };
  const composed = compose({ ...parts, now });
  await composed.readModels.prepare();
  const temporal = { native: env.nativeConnection, connection: env.connection, namespace: env.namespace ?? 'default' };
  await addSearchAttributes(env.client, temporal.namespace);
  const workers = await createWorkers(temporal, composed, bundle);
  const running = workers.run();
  const log = createLogger('test', 'silent');
  const relays = startRelays(composed, temporal, 'http://127.0.0.1:3900', log);
  const sequencing = startSequencing({ dataSource, signer: null, log });
  const following = startFollowing({ dataSource, readModels: composed.readModels, registry: new Registry(), log });
  const cases = new Cases(composed.store);
  const control = async <T>(path: string, body?: object): Promise<T> =>
    (await (await fetch(`${sandbox.url}${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {})).json()) as T;

  const view = async (caseId: string): Promise<CaseView> => {
    const found = await cases.view(caseId);
    if (!found) throw new Error('there is no such case');
    return found;
  };
  const until = (caseId: string, what: string, holds: (view: CaseView) => boolean): Promise<CaseView> =>
    eventually(what, async () => {
      const seen = await view(caseId);
      return holds(seen) ? seen : null;
    });

  /** Every open case's workflow knows the newest version of its stream. */
  const heard = async (): Promise<void> => {
    await caughtUp(dataSource, 'cases', 30_000);
    for (const row of (await composed.rows.list({}, { limit: 200 })).items.filter((each) => !each.closed)) {
      await eventually(`the news of ${row.id}`, async () => {
        const known = await env.client.workflow
          .getHandle(workflowIdOf(row.kind, row.id))
          .query(caseViewQuery)
          .catch(() => null);
        return known !== null && known.version >= ((await cases.load(row.id))?.version ?? 0);
      });
    }
  };

  return {
    parts,
    databaseUrl: database.url,
    env,
    dialpad,
    cases,
    composed,
    dataSource,
    control,
    view,
    now,
    ...(await inDialpad({ sandboxUrl: sandbox.url, dialpad, control, userIdOf: async (caseId) => (await cases.load(caseId))?.state.userId ?? null })),
    ...saidAndDecided({ cases, intake: composed.intake, now, until }),
    /** In Temporal's time and, unless it is left behind, in Dialpad's; once every workflow has heard what the stream said. */
    pass: async (duration: string, { dialpadToo = true } = {}): Promise<void> => {
      const ms = durationMs(duration) ?? 0;
      await eventually('the delivery of every message', async () => {
        const rows: { count: string }[] = await dataSource.query('SELECT count(*) FROM app.outbox');
        return rows[0]?.count === '0';
      });
      await heard();
      if (dialpadToo) await control('/sandbox/clock', { advance: `PT${ms / 1000}S` });
      skippedMs += ms;
      await env.sleep(ms);
    },
    /** Every message is delivered, every workflow has heard of it, and no activity has written anything for a while. */
    settled: async (): Promise<void> => {
      let before = -1;
      await eventually(
        'quiet',
        async () => {
          await heard();
          const [row]: { count: string }[] = await dataSource.query(
            'SELECT (SELECT count(*) FROM ev.event) + (SELECT count(*) FROM app.outbox) * 1000000 AS count',
          );
          const now = Number(row?.count ?? 0);
          const quiet = now === before && now < 1_000_000;
          before = now;
          await new Promise((resolve) => setTimeout(resolve, 120));
          return quiet;
        },
        120_000,
      );
    },
    until,
    /** Or where it needs somebody. */
    ended: (caseId: string): Promise<CaseView> => until(caseId, 'the end', (seen) => seen.closed || seen.attention !== null),
    invited: (caseId: string): Promise<CaseView> => until(caseId, 'the invitation', (seen) => seen.phase === 'awaiting-acceptance' || seen.attention !== null),
    /** The schedules that look at all cases do not exist on the test server: a look is started by hand. */
    look: (at: 'acceptancePoll' | 'taskPoll') =>
      env.client.workflow.execute(at, { workflowId: `${at}-${randomUUID()}`, taskQueue: taskQueues.cases, args: [] }),
    sandboxUrl: async (): Promise<string> => sandbox.url,
    eventTypes: async (caseId: string): Promise<readonly string[]> => (await cases.events(caseId)).map((event) => event.type),
    /** What was read last for a step, whatever it said. */
    evidenceOf: async (caseId: string, step: string): Promise<Record<string, unknown>> => {
      const read = (await cases.events(caseId)).filter(
        (event) => ['StepVerified', 'StepDoneByHand', 'StepContradicted'].includes(event.type) && (event.data as { step: string }).step === step,
      );
      return ((read[read.length - 1]?.data ?? {}) as { evidence?: Record<string, unknown> }).evidence ?? {};
    },
    /** Never by `result()`: waiting for one makes the test server's clock jump ahead, by years when nothing is left to do. */
    runStatus: async (kind: string, caseId: string): Promise<string> =>
      (await env.client.workflow.getHandle(workflowIdOf(kind, caseId)).describe()).status.name,
    /** The history as the UI shows it; kept for the replay test when HANDOVER_SAVE_HISTORIES is set. */
    history: async (kind: string, caseId: string, saveAs: string): Promise<string> => {
      const json = historyToJSON(await env.client.workflow.getHandle(workflowIdOf(kind, caseId)).fetchHistory());
      if (process.env['HANDOVER_SAVE_HISTORIES']) {
        mkdirSync(HISTORIES, { recursive: true });
        writeFileSync(join(HISTORIES, `${saveAs}.json`), `${json}\n`);
      }
      return json;
    },
    stop: async (): Promise<void> => {
      await relays.stop();
      await following.stop();
      await sequencing.stop();
      workers.stop();
      await running;
      await env.teardown();
      await dataSource.destroy();
      await sandbox.stop();
      await database.drop();
    },
  };
};

export type SkippedTime = Awaited<ReturnType<typeof startSkippedTime>>;
