import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts, root, tellHook, type Local } from '@handover/local';
import { eventually } from '../support/wait.ts';

let dataDir: string;
let env: Record<string, string>;
let main: ChildProcess | null = null;

const local = (): Local | null => (existsSync(join(dataDir, 'local.json')) ? (JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8')) as Local) : null);
const isAlive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** `npm start` without npm: the script that it runs. */
const start = (more: Readonly<Record<string, string>> = {}): { child: ChildProcess; output: () => string; ended: Promise<number | null> } => {
  const child = spawn(process.execPath, [join(root, 'infra/local/dist/main.js'), 'start'], {
    cwd: root,
    env: { ...process.env, ...env, ...more, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, output: () => said, ended: new Promise((resolve) => child.once('exit', resolve)) };
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(process.env['HANDOVER_TEST_FOLDER'] ?? tmpdir(), 'start-'));
  chmodSync(dataDir, 0o711);
  const ports = await freePorts();
  env = {
    HANDOVER_DATA_DIR: dataDir,
    HANDOVER_PORT: String(ports.api),
    HANDOVER_SANDBOX_PORT: String(ports.sandbox),
    HANDOVER_POSTGRES_PORT: String(ports.postgres),
    HANDOVER_TEMPORAL_PORT: String(ports.temporal),
    HANDOVER_TEMPORAL_UI_PORT: String(ports.temporalUi),
    HANDOVER_WORKER_PORT: String(ports.worker),
  };
});
afterAll(async () => {
  main?.kill('SIGTERM');
  await eventually('the stop', async () => main === null || main.exitCode !== null || main.signalCode !== null, 25_000);
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

describe('npm start', () => {
  let caseId: string;

  it('starts everything and tells where', async () => {
    const started = start();
    main = started.child;
    const where = await eventually('local.json', async () => local(), 60_000);
    expect((await fetch(`${where.api}/health/ready`)).status).toBe(200);
    expect((await fetch(where.temporalUi)).status).toBe(200);
    expect((await fetch(`${where.sandbox}/sandbox/state`)).status).toBe(200);
    expect(Object.keys(where.pids).sort()).toEqual(['api', 'postgres', 'sandbox', 'temporal', 'worker']);
    expect(started.output()).toContain('Handover runs.');
    const inboxId = await tellHook(where, 'employee.terminated', {
      employeeId: '1',
      email: 'nobody@example.com',
      lastWorkingDay: '2026-01-01',
      timeZone: 'UTC',
    });
    caseId = await eventually('the case', async () => {
      const entry = (await (await fetch(`${where.api}/v1/hooks/inbox/${inboxId}`)).json()) as { caseIds: string[] };
      return entry.caseIds[0] ?? null;
    });
  }, 90_000);

  it('says in one sentence that it runs on this folder already', async () => {
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output().trim()).toMatch(/^Handover runs on this data folder already \(pid \d+\); stop that one first/);
  }, 30_000);

  it('that is killed leaves orphans, which the next start ends by their recorded ids and goes on from there', async () => {
    const before = local();
    if (!before) throw new Error('it does not run');
    main?.kill('SIGKILL');
    await eventually('the death', async () => !isAlive(before.pid));
    expect(isAlive(before.pids['temporal'] ?? 0)).toBe(true);

    const again = start();
    main = again.child;
    const after = await eventually(
      'local.json',
      async () => {
        const now = local();
        return now && now.pid !== before.pid ? now : null;
      },
      60_000,
    );
    for (const pid of Object.values(before.pids)) expect(isAlive(pid)).toBe(false);
    expect(again.output()).toContain('left behind by a start that was killed');
    const answer = await fetch(`${after.api}/v1/cases/${caseId}`, { headers: { authorization: `Bearer ${after.apiKeys.operator}` } });
    expect(await answer.json()).toMatchObject({ id: caseId, attention: { step: 'link' } });
  }, 90_000);

  it('is stopped by SIGTERM within 20 seconds, and nothing of it is left', async () => {
    const running = local();
    if (!running || !main) throw new Error('it does not run');
    const begun = Date.now();
    const ended = new Promise((resolve) => main?.once('exit', resolve));
    main.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(Date.now() - begun).toBeLessThan(20_000);
    for (const pid of Object.values(running.pids)) expect(isAlive(pid)).toBe(false);
    expect(local()).toBeNull();
  }, 30_000);

  it('names the taken port and how to choose another', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(Number(env['HANDOVER_PORT']), '127.0.0.1', resolve));
    const refused = start();
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(
      `port ${env['HANDOVER_PORT']} for the API is taken by another program; stop it, or choose another port with HANDOVER_PORT=`,
    );
    await new Promise((resolve) => blocker.close(resolve));
  }, 30_000);

  it('stops at a policy that is not valid, with the path of the field', async () => {
    const policy = join(dataDir, 'bad.yaml');
    writeFileSync(policy, 'hold: three days\nacceptance: { deadline: 14 }\n');
    const refused = start({ HANDOVER_POLICY: policy });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/hold: expected a duration like 90s/);
    expect(refused.output()).toMatch(/acceptance\.deadline/);
  }, 30_000);
});
