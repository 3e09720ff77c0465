import type { CaseInput } from '@handover/workflow-contracts';
import { Desk, Turned, cases, dialpad, passGate, perform, plan, planning } from '@handover/workflow-kit';
import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';

/** What is asked for first, what is lost only when somebody agreed, and power last. */
export async function mover(input: CaseInput): Promise<string> {
  // A cancelled run would leave its case open and nobody at work on it: cases end by a rescind, which the stream judges.
  return CancellationScope.nonCancellable(() => runbook(input));
}

async function runbook(input: CaseInput): Promise<string> {
  const desk = await Desk.attend(input);

  try {
    desk.turnIfTurned();
    await planning(() => change(desk));
  } catch (error) {
    if (!(error instanceof Turned)) throw error;
  }

  if (!desk.view.closed) desk.see(await cases('Close the case').closeCase(desk.ref));
  desk.show();
  await condition(allHandlersFinished);

  return desk.view.phase;
}

async function change(desk: Desk): Promise<void> {
  await plan(desk, 'link', () => dialpad('Read the user; freeze the plan').planMover(desk.ref), turnComes(desk));
  if (!desk.view.planned) return; // nobody to change: somebody waived the search

  const asked = await passGate(desk, 'mover');
  if (asked === 'refused' || asked === 'expired') return;
  if ((await passGate(desk, 'number-loss')) === 'refused') return;

  await desk.until(
    () => false,
    () => desk.view.changeAt,
    'Day of the change',
  );
  await perform(desk, ['changing']);
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 6 * 60 * MINUTE_MS;

/** An earlier case of the same person goes first; looking again costs history, so the looks grow apart. */
const turnComes = (desk: Desk): (() => Promise<unknown>) => {
  let wait = MINUTE_MS;

  return async () => {
    await desk.beginAnewIfLong('turn-wait-anew');
    const at = new Date(Date.now() + wait).toISOString();
    wait = Math.min(wait * 2, LONGEST_MS);
    await desk.until(
      () => false,
      () => at,
      'An earlier case of the person is not done yet',
    );
  };
};
