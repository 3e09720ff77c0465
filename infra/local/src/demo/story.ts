import type { Say } from '@handover/servers';
import { decideUpdate } from '@handover/workflow-contracts';
import { Client, Connection } from '@temporalio/client';
import type { Local } from '../instance.ts';
import { companyOf, someoneWhoLeaves, type Company } from './company.ts';
import { tellHook } from './hr.ts';
import { Trail } from './trail.ts';

export interface Told {
  readonly cases: readonly { readonly id: string; readonly kind: string; readonly phase: string; readonly events: number; readonly temporal: string }[];
  readonly seconds: Readonly<Record<string, number>>;
}

const OFFICE = 'Berlin';
const ZONE = 'Europe/Berlin';

/** A plain date of today in a zone, moved by whole days. */
const day = (offset: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date(Date.now() + offset * 86_400_000));

/** One joiner and one leaver, from the HR hook to the certificate. */
export const tellStory = async (local: Local, say: Say): Promise<Told> => {
  const company = companyOf(local);
  const seconds: Record<string, number> = {};
  const timed = async <T>(stage: string, doing: () => Promise<T>): Promise<T> => {
    const begun = Date.now();
    const result = await doing();
    seconds[stage] = Math.round((Date.now() - begun) / 100) / 10;
    return result;
  };

  const joiner = await timed('joiner', () => join(local, company, say));
  const leaver = await timed('leaver', () => leave(local, company, say));
  const ended = await Promise.all(
    [joiner, leaver].map(async (trail) => {
      const detail = await trail.look();
      return { id: detail.id, kind: detail.kind, phase: detail.phase, events: trail.entries, temporal: detail.temporal.url };
    }),
  );

  return { cases: ended, seconds };
};

const join = async (local: Local, company: Company, say: Say): Promise<Trail> => {
  say('');
  say('── A joiner: HR says that Nora Quist begins today in Berlin ──────────────────────────────');
  const inboxId = await tellHook(local, 'employee.hired', {
    employeeId: 'E-1201',
    email: 'nora.quist@example.com',
    givenName: 'Nora',
    familyName: 'Quist',
    office: OFFICE,
    timeZone: ZONE,
    sequence: 1,
    startDate: day(0),
    license: 'talk',
    number: { from: 'reserved' },
    groups: [{ type: 'department', name: `${OFFICE} Sales`, role: 'operator' }],
    adminRole: 'office',
  });
  const trail = new Trail(company, await caseOf(company, inboxId), say);

  const planned = await trail.until('the approval', (detail) => detail.approvals.some((stage) => stage.state === 'open'));
  say('  → she is to be an office admin, so somebody is asked; the approver approves over HTTP');
  await company.api('approver', `/v1/cases/${trail.caseId}/approvals/joiner/decisions`, {
    decision: 'approve',
    reason: 'agreed with the office lead',
    planHash: planned.plan?.hash,
  });
  await trail.until('the invitation', (detail) => detail.phase === 'awaiting-acceptance');
  say('  → Nora accepts the invitation in the Dialpad app (the sandbox does it for her)');
  const { items = [] } = await company.sandbox<{ items?: { id: string }[] }>('/api/v2/users?state=pending&email=nora.quist%40example.com');
  await company.sandbox(`/sandbox/users/${items[0]?.id}/accept`, 'POST', {});
  await trail.until('the end', (detail) => detail.phase === 'done');

  return trail;
};

const leave = async (local: Local, company: Company, say: Say): Promise<Trail> => {
  const user = await someoneWhoLeaves(company, OFFICE);
  say('');
  say(`── A leaver: HR says that ${user.first_name} ${user.last_name} worked until yesterday; Nora takes over ──`);
  const inboxId = await tellHook(local, 'employee.terminated', {
    employeeId: 'E-0077',
    email: user.emails[0],
    givenName: user.first_name,
    familyName: user.last_name,
    office: OFFICE,
    timeZone: ZONE,
    sequence: 1,
    lastWorkingDay: day(-1),
    effective: 'end-of-last-working-day',
    reasonCode: 'voluntary',
    successor: { employeeId: 'E-1201' },
  });
  const trail = new Trail(company, await caseOf(company, inboxId), say);

  const planned = await trail.until('the approval', (detail) => detail.approvals.some((stage) => stage.state === 'open'));
  say('  → the approver approves the plan by a Temporal update, as from the Temporal UI');
  await decideInTemporal(local, planned.temporal.workflowId, planned.plan?.hash ?? '');
  await trail.until('the hold', (detail) => detail.phase === 'holding');
  say("  → the hold: here 10 seconds instead of 72 hours, by the demo's policy; a rescind would bring everything back");
  const held = await trail.until('the approval of the delete', (detail) =>
    detail.approvals.some((stage) => stage.stage === 'delete' && stage.state === 'open'),
  );
  say('  → the delete cannot be undone; another approver approves it over HTTP');
  await company.api('approver2', `/v1/cases/${trail.caseId}/approvals/delete/decisions`, {
    decision: 'approve',
    reason: 'the hold has passed',
    planHash: held.plan?.hash,
  });
  await trail.until('the delete', (detail) => detail.phase === 'awaiting-purge');
  say("  → Dialpad keeps a deleted user for 72 hours; the sandbox's clock is moved forward by as much");
  await company.sandbox('/sandbox/clock', 'POST', { advance: 'PT72H' });
  await trail.until('the end', (detail) => detail.phase === 'done');

  return trail;
};

const decideInTemporal = async (local: Local, workflowId: string, planHash: string): Promise<void> => {
  const connection = await Connection.connect({ address: local.temporalAddress });
  try {
    const client = new Client({ connection, namespace: local.temporalNamespace });
    const reply = await client.workflow
      .getHandle(workflowId)
      .executeUpdate(decideUpdate, { args: [{ stage: 'leaver', decision: 'approve', reasonCode: 'agreed', actor: 'approver', planHash }] });
    if (!reply.accepted) throw new Error(`the decision sent through Temporal was refused: ${reply.code}`);
  } finally {
    await connection.close();
  }
};

const caseOf = async (company: Company, inboxId: string): Promise<string> => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const entry = await company.api<{ status: string; caseIds: string[]; reason: string | null }>('operator', `/v1/hooks/inbox/${inboxId}`);
    const [caseId] = entry.caseIds;
    if (caseId !== undefined) return caseId;
    if (entry.status !== 'received') throw new Error(`the fact is ${entry.status}: ${entry.reason ?? 'no case'}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the fact was not processed within 20 seconds');
};
