import { randomUUID } from 'node:crypto';
import { planLeaver, type LeaverSnapshot } from '@handover/case';
import { Cases } from '@handover/case-service';
import { parsePolicy } from '@handover/config';
import type { RunningApi } from './api.ts';

const nothingToHandOver: LeaverSnapshot = {
  userId: '5',
  officeId: '6',
  isCompanyAdmin: false,
  adminOfficeIds: [],
  forwards: false,
  deskPhoneIds: [],
  numbers: [],
  groups: [],
  routing: [],
  heir: { kind: 'pool' },
};

/** Plans a leaver's case as the worker's plan activity does; answers the hash of the plan that is to be approved. */
export const planLeaverOf = async (api: RunningApi, caseId: string): Promise<string> => {
  const cases = new Cases(api.worker.store);
  const terms = (await cases.load(caseId))?.state.terms;
  if (terms?.kind !== 'leaver') throw new Error('not a leaver');
  const plan = { ...planLeaver(terms, nothingToHandOver, parsePolicy('', 'of the test')), hash: 'hash-1' };
  await cases.execute(caseId, { type: 'recordPlan', plan, userId: '5', now: new Date().toISOString() }, api.systemBy(randomUUID()));

  return plan.hash;
};
