import { activityBy } from '@handover/activities-cases';
import { Numbers } from '@handover/case-service';
import { withPriority } from '@handover/connector-kit';
import type { DialpadActivities } from '@handover/workflow-contracts';
import { asFailure } from './run-step.ts';
import type { DialpadActivityDeps } from './step.ts';

/** Reads the list of all numbers, a hundred a call, and records what differs from the last reading. */
export const readNumbersActivity = (deps: DialpadActivityDeps): DialpadActivities['readNumbers'] => {
  const numbers = new Numbers(deps.store);

  return async () => {
    try {
      const readAt = deps.now();
      const found = await withPriority('background', () => deps.dialpad.numbers());
      const { changed } = await numbers.record(readAt, found, activityBy());

      return { numbers: found.length, changed };
    } catch (error) {
      throw asFailure(error);
    }
  };
};
