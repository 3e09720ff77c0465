import type { CaseCommand, Policy } from '@handover/case';
import { RuleViolation } from '@handover/case';
import { Cases, type Company, closeCase, type By, type Executed } from '@handover/case-service';
import type { EventStore } from '@handover/event-store';
import type { Answer, CaseActivities } from '@handover/workflow-contracts';
import { activityBy } from './by.ts';
import { failing } from './failures.ts';

export interface CaseActivityDeps {
  readonly store: EventStore;
  /** The process's one, so that its fold of the claims is kept. */
  readonly company: Company;
  /** ISO instant. */
  readonly now: () => string;
  readonly policy: Policy;
  /** Roles of an actor id; empty for nobody we know. */
  readonly rolesOf: (actor: string) => readonly string[];
  /** The person an actor is, where policy ties them; nobody decides about themselves. */
  readonly personOf: (actor: string) => Promise<string | null>;
}

/** The worker's door to the case stream. The stream judges; nothing here does. */
export const createCaseActivities = (deps: CaseActivityDeps): CaseActivities => {
  const cases = new Cases(deps.store);
  const execute = async (caseId: string, command: CaseCommand, by: By = activityBy()): Promise<Executed> => failing(() => cases.execute(caseId, command, by));
  const view = async (caseId: string, command: CaseCommand): Promise<Executed['view']> => (await execute(caseId, command)).view;

  /** Sent through Temporal, where nobody proves who they are: the actor is recorded as claimed, and must be one we know. */
  const claimed = (caseId: string, actor: string, updateId: string | null, command: (roles: readonly string[]) => Promise<CaseCommand>): Promise<Answer> =>
    answering(cases, caseId, async () => {
      const roles = deps.rolesOf(actor);
      if (roles.length === 0) throw new RuleViolation('actor.unknown', 'this actor is not known; use the id of an API key');

      return execute(caseId, await command(roles), { ...activityBy(), actor, channel: 'temporal', ...(updateId ? { cause: updateId } : {}) });
    });
  const operatorsOnly = (roles: readonly string[]): void => {
    if (!roles.includes('operator') && !roles.includes('admin')) throw new RuleViolation('actor.not_operator', 'only an operator or an admin may do this');
  };
  const codeIsKnown = (reasonCode: string): void => {
    if (!deps.policy.reasonCodes.includes(reasonCode)) throw new RuleViolation('reason.unknown', `reasonCode is one of ${deps.policy.reasonCodes.join(', ')}`);
  };

  return {
    look: async ({ caseId }) => lookAt(cases, caseId),
    decideStage: async ({ caseId, message, updateId }) =>
      claimed(caseId, message.actor, updateId, async (roles) => {
        codeIsKnown(message.reasonCode);
        const counts = deps.policy.temporalStages.includes('*') || deps.policy.temporalStages.includes(message.stage);
        const by = { actor: message.actor, roles, personRef: await deps.personOf(message.actor) };

        return { type: 'decide', now: deps.now(), decide: { ...message, by, reason: null, channelCounts: counts } };
      }),
    retryStep: async ({ caseId, message, updateId }) =>
      claimed(caseId, message.actor, updateId, async (roles) => {
        operatorsOnly(roles);
        return { type: 'retryStep', free: { step: message.step, actor: message.actor, reasonCode: null, reason: null } };
      }),
    waiveStep: async ({ caseId, message, updateId }) =>
      claimed(caseId, message.actor, updateId, async (roles) => {
        operatorsOnly(roles);
        codeIsKnown(message.reasonCode);
        return { type: 'waiveStep', free: { step: message.step, actor: message.actor, reasonCode: message.reasonCode, reason: null } };
      }),
    rescindCase: async ({ caseId, message, updateId }) =>
      claimed(caseId, message.actor, updateId, async (roles) => {
        operatorsOnly(roles);
        codeIsKnown(message.reasonCode);
        return { type: 'rescind', rescind: { actor: message.actor, reasonCode: message.reasonCode, reason: null, factId: null } };
      }),
    passDeadline: async ({ caseId, stage }) => view(caseId, { type: 'passDeadline', stage, now: deps.now() }),
    askFor: async ({ caseId, gate }) => view(caseId, { type: 'openGate', gate, now: deps.now() }),
    reachCutOff: async ({ caseId }) => view(caseId, { type: 'reachCutOff', now: deps.now() }),
    beginHold: async ({ caseId }) => view(caseId, { type: 'beginHold', now: deps.now() }),
    endHold: async ({ caseId }) => view(caseId, { type: 'endHold', now: deps.now() }),
    giveUpStep: async ({ caseId, step, round, code }) =>
      view(caseId, {
        type: 'recordOutcome',
        step,
        round,
        outcome: { kind: 'blocked', code, detail: 'Dialpad could not be reached for hours; look at its status, then retry' },
      }),
    remind: async ({ caseId, number }) => view(caseId, { type: 'remind', number }),
    closeCase: async ({ caseId }) => (await failing(() => closeCase(deps.store, deps.company, caseId, activityBy()))).view,
  };
};

const lookAt = async (cases: Cases, caseId: string): Promise<Executed['view']> => {
  const row = await cases.view(caseId);
  if (row === null) throw new RuleViolation('case.unknown', 'there is no such case');

  return row;
};

/** A refusal is an answer, not a failure: an activity that fails would be tried again for ever. */
const answering = async (cases: Cases, caseId: string, asking: () => Promise<Executed>): Promise<Answer> => {
  try {
    const { view, refusal } = await asking();
    return { view, accepted: refusal === null, code: refusal?.code ?? 'ok' };
  } catch (error) {
    const code = error instanceof RuleViolation ? error.code : codeOfFailure(error);
    if (code === null) throw error;
    return { view: await lookAt(cases, caseId), accepted: false, code };
  }
};

const codeOfFailure = (error: unknown): string | null =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' && error.type.startsWith('rule.') ? error.type.slice('rule.'.length) : null;
