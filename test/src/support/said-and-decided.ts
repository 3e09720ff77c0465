import { randomUUID } from 'node:crypto';
import type { CaseCommand, CaseView, Gate } from '@handover/case';
import type { By, Cases, Intake } from '@handover/case-service';
import type { DialpadUser } from '@handover/connector-dialpad';
import { employeeOf } from './company.ts';

export interface Hearing {
  readonly cases: Cases;
  readonly intake: Intake;
  readonly now: () => string;
  readonly until: (caseId: string, what: string, holds: (view: CaseView) => boolean) => Promise<CaseView>;
}

/** The gates whose stages have another name. */
const OTHERWISE: Readonly<Record<string, Gate>> = { delete: 'leaver-delete', release: 'number-release' };

/** What HR says, and what approvers and operators decide, each as of the world's time. */
export const saidAndDecided = ({ cases, intake, now, until }: Hearing) => {
  const take = async (type: string, data: object) => {
    const id = randomUUID();
    const by: By = { actor: 'source:generic', channel: 'webhook', commandId: id };
    return intake.take({ id, source: 'generic', body: { type, timestamp: now(), data }, by, inbox: false });
  };
  /** What HR says; answers the case it opened or touched. */
  const tell = async (type: string, data: object): Promise<string> => {
    const taken = await take(type, data);
    const caseId = taken.caseIds[taken.caseIds.length - 1];
    if (caseId === undefined) throw new Error(`no case: ${taken.status} ${taken.reason}`);
    return caseId;
  };
  /** A calendar day some days from now. */
  const dayIn = (days: number): string => new Date(Date.parse(now()) + days * 86_400_000).toISOString().slice(0, 10);

  const execute = (caseId: string, command: CaseCommand, actor = 'operator') =>
    cases.execute(caseId, command, { actor, channel: 'api', commandId: randomUUID() });
  const vote = async (caseId: string, stage: string, decision: 'approve' | 'refuse', actor = 'approver', hash?: string): Promise<void> => {
    const planHash = hash ?? (await cases.load(caseId))?.state.plan?.hash ?? '';
    const by = { actor, roles: ['approver'], personRef: null };
    const decide = { stage, decision, planHash, by, reasonCode: null, reason: null, channelCounts: true };
    const { refusal } = await execute(caseId, { type: 'decide', now: now(), decide }, actor);
    if (refusal) throw new Error(refusal.code);
  };
  const approve = (caseId: string, stage: string, actor?: string): Promise<void> => vote(caseId, stage, 'approve', actor);

  return {
    tell,
    /** What HR says of somebody who may need no case. */
    say: async (type: string, data: object): Promise<void> => void (await take(type, data)),
    dayIn,
    /** Somebody new, in Berlin and from tomorrow unless it is said otherwise. */
    hire: (person: object): Promise<string> => tell('employee.hired', { office: 'Berlin', timeZone: 'UTC', startDate: dayIn(1), ...person }),
    changes: (user: DialpadUser, data: object): Promise<string> => tell('employee.changed', { ...employeeOf(user), timeZone: 'UTC', ...data }),
    /** A leaver whose last day is over unless it is said otherwise. */
    leaves: (user: DialpadUser, more: object = {}): Promise<string> =>
      tell('employee.terminated', { ...employeeOf(user), timeZone: 'UTC', lastWorkingDay: dayIn(-1), ...more }),
    comesBack: (user: DialpadUser): Promise<string> => tell('employee.termination_rescinded', employeeOf(user)),

    vote,
    approve,
    /** As soon as somebody is asked. */
    approveWhenAsked: async (caseId: string, stage: string, actor?: string): Promise<void> => {
      await until(caseId, `the question for ${stage}`, (view) => view.gates[OTHERWISE[stage] ?? (stage as Gate)] === 'open');
      await approve(caseId, stage, actor);
    },
    execute,
    retry: (caseId: string, step: string) => execute(caseId, { type: 'retryStep', free: { step, actor: 'operator', reasonCode: 'fixed', reason: null } }),
    waive: (caseId: string, step: string, reasonCode = 'accepted-risk') =>
      execute(caseId, { type: 'waiveStep', free: { step, actor: 'operator', reasonCode, reason: 'we know' } }),
    claimByHand: (caseId: string, step: string, evidence: string) =>
      execute(caseId, { type: 'claimByHand', free: { step, actor: 'operator', reasonCode: null, reason: null, evidence } }),
    rescind: (caseId: string, reasonCode = 'wrong-person') =>
      execute(caseId, { type: 'rescind', rescind: { actor: 'operator', reasonCode, reason: null, factId: null } }),
  };
};
