import { attemptAll, cases, dialpad, passGate, perform, performAll, performStep, plan, runbook, whenDue, type Desk } from '@handover/workflow-kit';
import { patched } from '@temporalio/workflow';

/** Access first, numbers before any delete, and nothing that cannot be undone before somebody approved it. */
export const leaver = runbook({
  carryOut: async (desk) => {
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
    if (handedOver === 'numbers-kept') {
      await hold(desk);
      return stays(desk);
    }

    if (!(await held(desk))) return stays(desk);
    await purged(desk);
    await perform(desk, ['anonymizing']);
  },
  takeBack: async (desk) => {
    if (desk.view.rescinding) await perform(desk, ['rescinding']);
  },
});

/** Sleeps to the cut-off; a moved last day moves the timer. An immediate leaver does not wait. */
const cutOff = (desk: Desk): Promise<void> =>
  whenDue(desk, {
    hasCome: () => desk.view.immediate || desk.view.cutOffReached,
    at: () => desk.view.cutOff,
    atOnce: () => desk.view.immediate,
    summary: 'Cut-off: the last working day ends',
    judge: () => cases('The cut-off has come').reachCutOff(desk.ref),
  });

/**
 * What rings at the leaver is pointed elsewhere while the leaver can still answer, so that no call rings nowhere even for a
 * moment. What is checked first, and main lines that a person has to change, come before it; what gets stuck comes later.
 */
async function secureCalls(desk: Desk): Promise<void> {
  if (!desk.view.steps.some((step) => step.early)) return;
  const cutting = desk.view.steps.filter((step) => step.phase === 'cutting-access');
  const before = cutting.slice(
    0,
    cutting.findIndex((step) => step.id === 'suspend'),
  );

  await performAll(desk, (step) => before.includes(step));
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

/** Held and deleted; false when nobody agreed to the delete. */
async function held(desk: Desk): Promise<boolean> {
  // Under `releaseSeat: delete` Dialpad's own restore window is the hold: deleted first, held afterwards.
  if (isDeletedFirst(desk)) {
    if (!(await mayDelete(desk))) return false;
    await perform(desk, ['holding']);
    await perform(desk, ['deleting']);
    await hold(desk);
  } else {
    await hold(desk);
    if (!(await mayDelete(desk))) return false;
    await perform(desk, ['holding']);
    await perform(desk, ['deleting']);
  }

  return true;
}

const isDeletedFirst = (desk: Desk): boolean => desk.view.timings?.releaseSeat === 'delete';

async function hold(desk: Desk): Promise<void> {
  await desk.take(cases('Begin the hold').beginHold(desk.ref));
  if (desk.view.holdEnded) return;

  await attemptAll(desk, (step) => step.phase === 'holding'); // tasks become visible; there are three days for them
  await whenDue(desk, {
    hasCome: () => desk.view.holdEnded,
    at: () => desk.view.holdUntil,
    summary: 'Hold: the person can still come back',
    judge: () => cases('End the hold').endHold(desk.ref),
  });
}

async function mayDelete(desk: Desk): Promise<boolean> {
  if (desk.gate('leaver-delete') === 'waiting') await desk.take(cases('Ask for the delete').askFor({ ...desk.ref, gate: 'leaver-delete' }));
  return (await passGate(desk, 'leaver-delete')) === 'approved';
}

/** Nothing is deleted, and the user stays suspended: what a person was asked to do is done all the same before the case ends. */
async function stays(desk: Desk): Promise<void> {
  if (patched('tasks-before-the-end')) await perform(desk, ['holding']);
}

/** Dialpad purges by its own clock; ours only says when it is worth looking. */
async function purged(desk: Desk): Promise<void> {
  const { purgeAfter = 0, purgeCheckEvery = 0 } = desk.view.timings ?? {};
  const isLookedAt = desk.view.steps.some((step) => step.id === 'purge' && step.status !== 'pending');

  if (!isLookedAt && !isDeletedFirst(desk)) await desk.pause(purgeAfter, 'Dialpad keeps a deleted user for 72 hours');
  await performStep(desk, 'purge', async () => {
    await desk.beginAnewIfLong('purge-wait-anew');
    await desk.pause(purgeCheckEvery, 'Look again whether Dialpad has purged the user');
  });
}
