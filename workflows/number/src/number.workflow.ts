import type { CaseInput } from '@handover/workflow-contracts';
import { Desk, Turned, cases, passGate, perform } from '@handover/workflow-kit';
import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';

/** Asked for first, looked at once more, and only then changed: a released number is gone. */
export async function number(input: CaseInput): Promise<string> {
  // A cancelled run would leave its case open and nobody at work on it: cases end by a rescind, which the stream judges.
  return CancellationScope.nonCancellable(() => runbook(input));
}

async function runbook(input: CaseInput): Promise<string> {
  const desk = await Desk.attend(input);

  try {
    desk.turnIfTurned();
    await change(desk);
  } catch (error) {
    if (!(error instanceof Turned)) throw error;
  }

  if (!desk.view.closed) desk.see(await cases('Close the case').closeCase(desk.ref));
  desk.show();
  await condition(allHandlersFinished);

  return desk.view.phase;
}

/** A case has one of the two gates; the other is open as if nobody had to be asked. */
async function change(desk: Desk): Promise<void> {
  for (const gate of ['number', 'number-release'] as const) {
    const asked = await passGate(desk, gate);
    if (asked === 'refused' || asked === 'expired') return;
  }

  await perform(desk, ['changing']);
}
