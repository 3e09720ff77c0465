import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Cases } from '@handover/case-service';
import { parsePolicy } from '@handover/config';
import { createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { startSandbox } from '@handover/dialpad-sandbox';
import { migrate, openDatabase } from '@handover/event-store-postgres';
import { createLogger } from '@handover/observability';
import { addSearchAttributes, bundleWorkflows, compose, createWorkers, startFollowing, startRelays, startSequencing } from '@handover/worker';
import { workflowIdOf } from '@handover/workflow-contracts';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { plainUsers } from './people.ts';
import { inParallel, rowOf, type Row } from './row.ts';
import type { BenchServers } from './servers.ts';

const LEAVERS = 60;
const HOLD_MS = 1_000;
/** Whoever approves looks so often: sixty that looked ten times a second took more of the process than the leavers did. */
const LOOK_EVERY_MS = 500;
const POLICY = `hold: ${HOLD_MS / 1000}s\npurge: { after: 1s, checkEvery: 1s }\n`;

interface Counted {
  readonly activities: number;
  readonly timers: number;
  readonly actions: number;
}

/**
 * Whole leavers per second, beside bare workflows with as many empty activities and timers on the same server; and the
 * Temporal Actions of one leaver, beside the steps, decisions and waits that it cannot do without.
 */
export const leavers = async ({ postgresUrl, temporalAddress }: BenchServers): Promise<readonly Row[]> => {
  const connection = await Connection.connect({ address: temporalAddress });
  const native = await NativeConnection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  await addSearchAttributes(client, 'default').catch(() => undefined); // known already when run twice

  const { perSecond, counted, needed } = await runOurs(postgresUrl, { connection, native, client });
  const bare = await runBare({ native, client }, counted);
  await native.close();
  await connection.close();

  return [
    rowOf({
      name: 'leavers',
      unit: 'finished per second',
      params: { leavers: LEAVERS, activitiesEach: counted.activities, timersEach: counted.timers },
      ours: perSecond,
      baseline: bare,
      baselineName: 'bare workflow, as many empty activities and timers',
      goal: '>= 0.5',
    }),
    rowOf({
      name: 'actions',
      unit: 'Temporal Actions per leaver',
      params: { steps: needed.steps, decisions: needed.decisions, waits: needed.waits },
      ours: counted.actions,
      baseline: needed.steps + needed.decisions + needed.waits + 1,
      baselineName: 'start + steps + decisions + waits',
      goal: '<= 2',
    }),
  ];
};

interface TemporalParts {
  readonly connection: Connection;
  readonly native: NativeConnection;
  readonly client: Client;
}

const runOurs = async (url: string, { connection, native, client }: TemporalParts) => {
  const sandbox = await startSandbox({ users: LEAVERS * 3, seed: 11, switches: { rateLimit: 'off' } });
  const dataSource = await openDatabase(url, { poolSize: 20 });
  await migrate(dataSource);
  const dialpad = createDialpad({ baseUrl: sandbox.url, apiKey: { reveal: () => 'bench' }, budget: rateBudget(10_000) });
  const policy = parsePolicy(POLICY, 'of the bench');
  const composed = compose({ dataSource, masterKey: randomBytes(32), dialpad, policy, secrets: { apiKeys: [], hooks: {} } });
  await composed.readModels.prepare();
  const temporal = { connection, native, namespace: 'default' };
  const workers = await createWorkers(temporal, composed, await bundleWorkflows());
  const running = workers.run();
  const log = createLogger('bench', 'silent');
  const parts = [
    startRelays(composed, temporal, 'http://127.0.0.1:3900', log),
    startSequencing({ dataSource, signer: null, log }),
    startFollowing({ dataSource, readModels: composed.readModels, registry: new Registry(), log }),
  ];
  const cases = new Cases(composed.store);
  const users = await plainUsers(sandbox.url);
  const clock = setInterval(() => void fetch(`${sandbox.url}/sandbox/clock`, { method: 'POST', body: '{"advance":"PT72H"}' }), 1_000); // Dialpad's own window passes every second

  const approve = async (caseId: string, stage: string): Promise<void> => {
    const hash = (await cases.load(caseId))?.state.plan?.hash ?? '';
    await cases.execute(
      caseId,
      {
        type: 'decide',
        now: new Date().toISOString(),
        decide: {
          stage,
          decision: 'approve',
          planHash: hash,
          by: { actor: 'approver', roles: ['approver'], personRef: null },
          reasonCode: null,
          reason: null,
          channelCounts: true,
        },
      },
      { actor: 'approver', channel: 'api', commandId: randomUUID() },
    );
  };
  const whole = async (index: number): Promise<void> => {
    const user = users[index];
    if (!user) throw new Error('the seeded company is too small');
    const id = randomUUID();
    const data = {
      employeeId: `B-${index}`,
      email: user.emails[0],
      givenName: user.first_name,
      familyName: user.last_name,
      timeZone: 'UTC',
      lastWorkingDay: '2026-01-01',
    };
    const taken = await composed.intake.take({
      id,
      source: 'generic',
      body: { type: 'employee.terminated', timestamp: new Date().toISOString(), data },
      by: { actor: 'source:generic', channel: 'webhook', commandId: id },
      inbox: false,
    });
    const caseId = taken.caseIds[0] ?? '';
    for (const approved = new Set<string>(); ; await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))) {
      const view = await cases.view(caseId);
      if (view?.attention) throw new Error(`leaver ${caseId} is stuck at ${view.attention.step}: ${view.attention.code}`);
      if (view?.closed) return void ended.push(caseId);
      if (view?.stage && !approved.has(view.stage.name)) {
        approved.add(view.stage.name);
        await approve(caseId, view.stage.name);
      }
    }
  };
  const ended: string[] = [];
  const seconds = await inParallel(LEAVERS, LEAVERS, whole);
  clearInterval(clock);

  const [first = ''] = ended;
  const counted = await count(client, first);
  const state = (await cases.load(first))?.state;
  const needed = { steps: state?.steps.length ?? 0, decisions: state?.stages.length ?? 0, waits: counted.timers };
  for (const part of parts) await part.stop();
  workers.stop();
  await running;
  await dataSource.destroy();
  await sandbox.stop();

  return { perSecond: LEAVERS / seconds, counted, needed };
};

/** What Temporal Cloud would bill for the run (docs.temporal.io/cloud/actions): each of these events is one Action. */
const BILLED = [
  'WorkflowExecutionStarted',
  'ActivityTaskScheduled',
  'TimerStarted',
  'WorkflowExecutionSignaled',
  'WorkflowExecutionUpdateAccepted',
  'UpsertWorkflowSearchAttributes',
] as const;

const count = async (client: Client, caseId: string): Promise<Counted> => {
  const { events } = await client.workflow.getHandle(workflowIdOf('leaver', caseId)).fetchHistory();
  const of = (name: (typeof BILLED)[number]): number =>
    (events ?? []).filter((event) => Boolean((event as unknown as Record<string, unknown>)[`${name[0]?.toLowerCase()}${name.slice(1)}EventAttributes`])).length;

  return { activities: of('ActivityTaskScheduled'), timers: of('TimerStarted'), actions: BILLED.reduce((sum, name) => sum + of(name), 0) };
};

const runBare = async ({ native, client }: Pick<TemporalParts, 'native' | 'client'>, { activities, timers }: Counted): Promise<number> => {
  const isSource = import.meta.url.endsWith('.ts');
  const worker = await Worker.create({
    connection: native,
    namespace: 'default',
    taskQueue: 'bench-bare',
    workflowsPath: fileURLToPath(new URL(isSource ? './bare-workflows.ts' : './bare-workflows.js', import.meta.url)),
    activities: { nothing: async () => undefined },
  });
  const running = worker.run();
  const seconds = await inParallel(
    LEAVERS,
    LEAVERS,
    async (index) =>
      void (await client.workflow.execute('bare', {
        workflowId: `bare-${randomUUID()}-${index}`,
        taskQueue: 'bench-bare',
        args: [activities, timers, HOLD_MS],
      })),
  );
  worker.shutdown();
  await running;
  return LEAVERS / seconds;
};
