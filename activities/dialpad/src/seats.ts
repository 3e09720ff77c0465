import { stepOf } from '@handover/case';
import type { By } from '@handover/case-service';
import type { DialpadActivityDeps } from './step.ts';

/** A seat may be free: the first in line looks. A leaver who comes back is in that line too, and goes first. */
export const wakeNextInLine = async (
  { cases, company }: Pick<DialpadActivityDeps, 'cases' | 'company'>,
  officeId: string,
  seat: string,
  by: By,
): Promise<void> => {
  const next = await company.nextInLine(officeId, seat);
  const loaded = next === null ? null : await cases.load(next);
  if (!loaded || loaded.state.status !== 'open') return;
  const system: By = { ...by, actor: 'system', channel: 'system', fromWorkflow: false, cause: by.commandId, commandId: `wake/${loaded.version}` };

  if (loaded.state.kind === 'joiner') await cases.execute(loaded.caseId, { type: 'offerSeat' }, system);
  else if (stepOf(loaded.state, 'undo-suspend').status === 'blocked') {
    await cases.execute(loaded.caseId, { type: 'retryStep', free: { step: 'undo-suspend', actor: 'system', reasonCode: null, reason: null } }, system);
  }
};
