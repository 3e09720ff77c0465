import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseDetail, TimelineEntry } from '@handover/contracts';
import { freePorts, outsideOf, startInstance, tellHook, type Local } from '@handover/local';
import { testPostgres } from '@handover/servers';
import { eventually } from './wait.ts';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Everything as `npm start` starts it, every part a process of its own, on free ports and a fresh database. */
export const startWhole = async (policyText = '', restartPauses?: readonly number[], { ownPostgres = false }: { readonly ownPostgres?: boolean } = {}) => {
  const dataDir = mkdtempSync(join(process.env['HANDOVER_TEST_FOLDER'] ?? tmpdir(), 'instance-'));
  chmodSync(dataDir, 0o711);
  // With a PostgreSQL of its own its files are below the data folder, to be looked into.
  const database = ownPostgres ? null : await testPostgres();
  const settings = {
    dataDir,
    ports: await freePorts(),
    outside: outsideOf(database === null ? {} : { DATABASE_URL: database.url }),
    namespace: 'default',
    policy: null,
    users: 60,
    seed: 1,
  };
  const said: string[] = [];
  const instance = await startInstance(settings, (line) => void said.push(line), { policyText, ...(restartPauses ? { restartPauses } : {}) });
  const { local } = instance;

  const call = async <T>(
    key: keyof Local['apiKeys'] | null,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> => {
    const answer = await fetch(`${local.api}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${local.apiKeys[key]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? null : JSON.parse(text)) as T };
  };
  /** What the worker leaves of Dialpad's budget is little: whoever is throttled asks again. */
  const control = async <T>(path: string, body?: object): Promise<T> =>
    eventually(`an answer of ${path}`, async () => {
      const answer = await fetch(`${local.sandbox}${path}`, {
        headers: { authorization: 'Bearer test' },
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      });
      return answer.status === 429 ? null : { body: (await answer.json()) as T };
    }).then((answer) => answer.body);
  const detail = async (caseId: string): Promise<CaseDetail> => (await call<CaseDetail>('operator', `/v1/cases/${caseId}`)).body;

  return {
    local,
    masterKeyFile: instance.masterKeyFile,
    dataDir,
    said,
    call,
    control,
    detail,
    /** The newest local.json: pids change when a part is started again. */
    now: (): Local => JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8')) as Local,
    log: (): string => readFileSync(local.log, 'utf8'),
    tell: async (type: string, data: object): Promise<string> => {
      const inboxId = await tellHook(local, type, data);
      const entry = await eventually(`the fact ${type}`, async () => {
        const { body } = await call<{ status: string; caseIds: string[]; reason: string | null }>(null, `/v1/hooks/inbox/${inboxId}`);
        return body.status === 'received' ? null : body;
      });
      const caseId = entry.caseIds[entry.caseIds.length - 1];
      if (caseId === undefined) throw new Error(`no case: ${entry.status} ${entry.reason}`);
      return caseId;
    },
    until: (caseId: string, what: string, holds: (each: CaseDetail) => boolean, withinMs = 60_000): Promise<CaseDetail> =>
      eventually(
        what,
        async () => {
          const seen = await detail(caseId);
          return holds(seen) ? seen : null;
        },
        withinMs,
      ),
    timeline: async (caseId: string): Promise<readonly TimelineEntry[]> =>
      (await call<{ items: TimelineEntry[] }>('operator', `/v1/cases/${caseId}/timeline`)).body.items,
    approve: async (caseId: string, stage: string, key: keyof Local['apiKeys'] = 'approver'): Promise<number> => {
      const { plan } = await detail(caseId);
      return (await call(key, `/v1/cases/${caseId}/approvals/${stage}/decisions`, { decision: 'approve', reason: 'looked at it', planHash: plan?.hash }))
        .status;
    },
    writes: (): Promise<readonly { operation: string; userId: string | null }[]> => control('/sandbox/writes?log=1'),
    /** An active user with a number, in no coaching team, no admin; those whose leaving does most first. */
    plainUsers: async (): Promise<readonly SandboxUser[]> => {
      await control('/sandbox/switches', { rateLimit: 'off' }); // our own reading must not use up the worker's share
      const { items } = await control<{ items: { id: string }[] }>('/api/v2/users?state=active');
      const teams = await control<{ items: { id: string }[] }>('/api/v2/coachingteams');
      const coached = (await Promise.all(teams.items.map((team) => control<{ items?: { id: string }[] }>(`/api/v2/coachingteams/${team.id}/members`))))
        .flatMap((team) => team.items ?? [])
        .map((each) => each.id);
      const users: SandboxUser[] = [];
      for (const { id } of items.filter((each) => !coached.includes(each.id))) users.push(await control<SandboxUser>(`/api/v2/users/${id}`));
      await control('/sandbox/switches', { rateLimit: 'on' });
      return users
        .filter((user) => (user.phone_numbers ?? []).length > 0 && !user.is_super_admin && !user.is_admin)
        .sort((left, right) => (right.group_details ?? []).length - (left.group_details ?? []).length);
    },
    stop: async (): Promise<void> => {
      await instance.stop();
      await database?.drop();
      if (!process.env['HANDOVER_KEEP']) rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

export type Whole = Awaited<ReturnType<typeof startWhole>>;

export interface SandboxUser {
  readonly id: string;
  readonly office_id: string;
  readonly emails: readonly string[];
  readonly first_name: string;
  readonly last_name: string;
  readonly state: string;
  readonly is_admin: boolean;
  readonly is_super_admin: boolean;
  readonly phone_numbers?: readonly string[];
  readonly forwarding_numbers?: readonly string[];
  readonly group_details?: readonly { readonly group_id: string }[];
}

export const asEmployee = (user: SandboxUser) => ({
  employeeId: `EMP-${user.id}`,
  email: user.emails[0] ?? '',
  givenName: user.first_name,
  familyName: user.last_name,
});

export const dayFromToday = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
