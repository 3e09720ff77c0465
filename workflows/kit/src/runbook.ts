import type { CaseInput } from '@handover/workflow-contracts';
import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';
import { Desk, Replanned, Turned } from './desk.ts';
import { cases } from './proxies.ts';

/** What is a process's own. */
export interface Runbook {
  readonly carryOut: (desk: Desk) => Promise<void>;
  /** Once the case is rescinded or withdrawn, in the order the stream planned; each step is as durable as those it undoes. */
  readonly takeBack?: (desk: Desk) => Promise<void>;
}

/** A workflow that carries one case out, or takes it back, and then closes it; answers the phase the case ended in. */
export const runbook =
  (own: Runbook) =>
  (input: CaseInput): Promise<string> =>
    // A cancelled run would leave its case open and nobody at work on it: cases end by a rescind, which the stream judges.
    CancellationScope.nonCancellable(async () => {
      const desk = await Desk.attend(input);

      try {
        await planning(desk, own);
      } catch (error) {
        if (!(error instanceof Turned)) throw error;
        desk.undoing = true;
        await own.takeBack?.(desk);
      }

      if (!desk.view.closed) desk.see(await cases('Close the case').closeCase(desk.ref));
      desk.show();
      await condition(allHandlersFinished);

      return desk.view.phase;
    });

/** Begins again whenever the plan is made void: HR changed what was to be done before it was done. */
async function planning(desk: Desk, { carryOut }: Runbook): Promise<void> {
  for (;;) {
    try {
      desk.turnIfTurned(); // also at first: the case may have turned while the run read it
      return await carryOut(desk);
    } catch (error) {
      if (!(error instanceof Replanned)) throw error;
    }
  }
}
