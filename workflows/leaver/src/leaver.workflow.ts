import type { CaseInput } from '@handover/workflow-contracts';
import { Desk, Turned, attemptAll, cases, dialpad, passGate, perform, performAll, performStep, plan, planning } from '@handover/workflow-kit';
import { CancellationScope, allHandlersFinished, condition, patched } from '@temporalio/workflow';

/** Access first, numbers before any delete, and nothing that cannot be undone before somebody approved it. */
export async function leaver(input: CaseInput): Promise<string> {
  // A cancelled run would leave its case open and nobody at work on it: cases end by a rescind, which the stream judges.
  return CancellationScope.nonCancellable(() => runbook(input));
}

async function runbook(input: CaseInput): Promise<string> {
  const desk = await Desk.attend(input);

  try {
    desk.turnIfTurned();
    await planning(() => remove(desk));
  } catch (error) {
    if (!(error instanceof Turned)) throw error;
    await undo(desk);
  }

  if (!desk.view.closed) desk.see(await cases('Close the case').closeCase(desk.ref));
  desk.show();
  await condition(allHandlersFinished);

  return desk.view.phase;
}

async function remove(desk: Desk): Promise<void> {
  await plan(desk, 'link', () =>
    dialpad('Read the user, its numbers, groups and routing; freeze the plan', { urgent: desk.view.immediate }).planLeaver(desk.ref),
  );
  if (!desk.view.planned) return; // nobody to remove: somebody waived the search

  if ((await passGate(desk, 'leaver')) === 'refused') return;
  await cutOff(desk);

  await secureCalls(desk);
  await perform(desk, ['cutting-access']);
  const handedOver = await handOver(desk);
  if (handedOver === 'stopped') return;
  // A delete would lose the numbers that are to be kept: the person can come back for the time of the hold, and stays suspended.
  if (handedOver === 'numbers-kept') return hold(desk);

  // Under `releaseSeat: delete` Dialpad's own restore window is the hold: deleted first, held afterwards.
  if (desk.view.timings?.releaseSeat === 'delete') {
    if (!(await mayDelete(desk))) return;
    await perform(desk, ['deleting']);
    await hold(desk);
    await perform(desk, ['holding']);
  } else {
    await hold(desk);
    if (!(await mayDelete(desk))) return;
    await perform(desk, ['holding']);
    await perform(desk, ['deleting']);
  }

  await purged(desk);
  await perform(desk, ['anonymizing']);
}

/**
 * What rings at the leaver is pointed elsewhere while the leaver can still answer, so that no call rings nowhere even for a
 * moment. What is checked first, and main lines that a person has to change, come before it; what gets stuck comes later.
 */
async function secureCalls(desk: Desk): Promise<void> {
  if (!desk.view.steps.some((step) => step.early)) return;
  const before = desk.view.steps.filter((step) => step.phase === 'cutting-access');
  for (const step of before.slice(
    0,
    before.findIndex((each) => each.id === 'suspend'),
  ))
    await performStep(desk, step.id);

  await attemptAll(desk, (step) => step.early === true);
}

/** What nobody has to be asked for comes first: an approval that is waited for holds nothing else up. */
async function handOver(desk: Desk): Promise<'done' | 'numbers-kept' | 'stopped'> {
  if (desk.gate('number-loss') === 'none') {
    await perform(desk, ['handing-over']);
    return 'done';
  }
  // Cases of earlier releases asked first, and went no further when the answer was no.
  if (!patched('number-loss-last')) {
    if ((await passGate(desk, 'number-loss')) === 'refused') return 'stopped';
    await perform(desk, ['handing-over']);
    return 'done';
  }

  // Calls are followed when every number is where it goes.
  await performAll(desk, (step) => step.phase === 'handing-over' && step.gate === undefined && step.kind !== 'verifyCalls');
  const isKept = (await passGate(desk, 'number-loss')) === 'refused';
  await performAll(desk, (step) => step.phase === 'handing-over' && !(isKept && step.gate === 'number-loss'));

  return isKept ? 'numbers-kept' : 'done';
}

/** The stream judges by another clock than the timer's; where that says "not yet", we ask again after so long. */
const A_LITTLE_MS = 1_000;

const notBefore = (soonest: number, instant: string | null): string | null =>
  instant === null || Date.parse(instant) >= soonest ? instant : new Date(soonest).toISOString();

/** Sleeps to the cut-off; a moved last day moves the timer. An immediate leaver does not wait. */
async function cutOff(desk: Desk): Promise<void> {
  let soonest = 0;
  while (!desk.view.immediate && !desk.view.cutOffReached) {
    await desk.until(
      () => desk.view.immediate,
      () => notBefore(soonest, desk.view.cutOff),
      'Cut-off: the last working day ends',
    );
    await desk.take(cases('The cut-off has come').reachCutOff(desk.ref));
    soonest = Date.now() + A_LITTLE_MS;
  }
}

async function hold(desk: Desk): Promise<void> {
  await desk.take(cases('Begin the hold').beginHold(desk.ref));
  if (desk.view.holdEnded) return;

  await attemptAll(desk, (step) => step.phase === 'holding'); // tasks become visible; there are three days for them
  let soonest = 0;
  while (!desk.view.holdEnded) {
    await desk.until(
      () => false,
      () => notBefore(soonest, desk.view.holdUntil),
      'Hold: the person can still come back',
    );
    await desk.take(cases('End the hold').endHold(desk.ref));
    soonest = Date.now() + A_LITTLE_MS;
  }
}

async function mayDelete(desk: Desk): Promise<boolean> {
  if (desk.gate('leaver-delete') === 'waiting') await desk.take(cases('Ask for the delete').askFor({ ...desk.ref, gate: 'leaver-delete' }));
  return (await passGate(desk, 'leaver-delete')) === 'approved';
}

/** Dialpad purges by its own clock; ours only says when it is worth looking. */
async function purged(desk: Desk): Promise<void> {
  const { purgeAfter = 0, purgeCheckEvery = 0 } = desk.view.timings ?? {};
  const pause = async (ms: number, summary: string): Promise<void> => {
    const until = new Date(Date.now() + ms).toISOString();
    await desk.until(
      () => false,
      () => until,
      summary,
    );
  };
  const isDone = desk.view.steps.some((step) => step.id === 'purge' && step.status !== 'pending');

  if (!isDone && desk.view.timings?.releaseSeat !== 'delete') await pause(purgeAfter, 'Dialpad keeps a deleted user for 72 hours');
  await performStep(desk, 'purge', async () => {
    await desk.beginAnewIfLong('purge-wait-anew');
    await pause(purgeCheckEvery, 'Look again whether Dialpad has purged the user');
  });
}

/** Takes back what was done, in the order the stream planned; each step is as durable as those it undoes. */
async function undo(desk: Desk): Promise<void> {
  desk.undoing = true;
  if (desk.view.rescinding) await perform(desk, ['rescinding']);
}
