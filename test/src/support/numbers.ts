import { randomUUID } from 'node:crypto';
import { defaultPolicy, type NumberTerms, type Policy } from '@handover/case';
import { Company, Persons, openNumberCase } from '@handover/case-service';
import { caughtUp } from '@handover/event-store-postgres';
import { planTheNumber } from '@handover/planning';
import { findNumber, historyOf, lastPersonOf } from '@handover/read-models-postgres';
import type { SkippedTime } from './skipped-time.ts';

/** The record is sealed into the log, and every read model has caught up with it. */
export const followed = async (world: Pick<SkippedTime, 'dataSource' | 'composed'>): Promise<void> => {
  for (const { name } of world.composed.readModels.projections) await caughtUp(world.dataSource, name, 30_000);
};

/** What the API does when somebody asks to change a number; answers the case, or the code of the refusal. */
export const asksFor = (world: SkippedTime, policy: Policy = defaultPolicy) => {
  const company = new Company(world.composed.store);
  const deps = {
    company,
    policy,
    dialpad: world.dialpad,
    persons: new Persons(world.composed.store),
    lastPersonOf: (number: string) => lastPersonOf(world.dataSource, number),
  };

  return async (wanted: Omit<NumberTerms, 'kind' | 'to'> & { readonly to?: NumberTerms['to'] }): Promise<{ caseId: string } | { refused: string }> => {
    const terms: NumberTerms = { kind: 'number', to: null, ...wanted };
    const planned = await planTheNumber(deps, terms);
    if (planned.kind === 'blocked') return { refused: planned.code };
    const caseId = randomUUID();
    const request = { caseId, terms, plan: planned.plan, office: planned.office, requester: 'operator', reason: 'nobody needs it', now: world.now() };
    const { refusal } = await openNumberCase(world.composed.store, company, request, { actor: 'operator', channel: 'api', commandId: caseId });

    return refusal ? { refused: refusal.code } : { caseId };
  };
};

/** A number as the record knows it, and its history in one line each. */
export const provenanceOf = async (world: SkippedTime, number: string) => {
  await followed(world);
  const history = await historyOf(world.dataSource, number);
  return {
    known: await findNumber(world.dataSource, number),
    history,
    lines: history.map((each) => `${each.why}: ${each.from?.type ?? 'pool'} > ${each.to?.type ?? each.status}`),
  };
};
