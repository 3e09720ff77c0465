import { stepOf } from '@handover/case';
import { systemBy } from '@handover/case-service';
import type { DialpadActivityDeps } from './step.ts';

/**
 * Joiners who wait for a deleted user to be restored in the console, before there is a plan. Restored or purged, both are an
 * answer: the preflight looks again, and nobody has to say so.
 */
export const closeRestores = async (deps: Pick<DialpadActivityDeps, 'dialpad' | 'cases' | 'unplannedJoiners'>): Promise<number> => {
  let closed = 0;
  for (const caseId of (await deps.unplannedJoiners?.()) ?? []) {
    const loaded = await deps.cases.load(caseId);
    if (!loaded || loaded.state.status !== 'open') continue;
    const at = stepOf(loaded.state, 'preflight');
    const userId = at.status === 'blocked' && at.code === 'task.restore-user' ? (/user (\d+)/.exec(at.detail ?? '')?.[1] ?? null) : null;
    if (userId === null || (await deps.dialpad.readUser(userId))?.state === 'deleted') continue;
    const free = { step: 'preflight', actor: 'system', reasonCode: null, reason: null };
    await deps.cases.execute(caseId, { type: 'retryStep', free }, systemBy(`restored/${userId}/${at.round}`));
    closed += 1;
  }

  return closed;
};
