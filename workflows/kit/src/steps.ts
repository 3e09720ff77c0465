import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { CaseView } from '@handover/case';
import { summaryOf, type StepResult } from '@handover/workflow-contracts';
import type { Desk } from './desk.ts';
import { HASTE, cases, dialpad } from './proxies.ts';

type ViewStep = CaseView['steps'][number];
type Pause = () => Promise<unknown>;

const SETTLED = ['verified', 'waived', 'by-hand', 'compensated'];
const STUCK = ['blocked', 'contradicted'];

const find = (desk: Desk, id: string): ViewStep | undefined => desk.view.steps.find((step) => step.id === id);
const isDone = (step: ViewStep): boolean => SETTLED.includes(step.status);
const isStuck = (step: ViewStep | undefined): boolean => step !== undefined && STUCK.includes(step.status);

/** A person says how to go on, however long that takes. */
const somebodyHelps = (desk: Desk, id: string): Promise<boolean> => desk.until(() => !isStuck(find(desk, id)));

/** Every step of the phases, in the order of the plan. */
export const perform = (desk: Desk, phases: readonly string[]): Promise<void> => performAll(desk, (step) => phases.includes(step.phase));

/** Every such step, in the order of the plan. */
export async function performAll(desk: Desk, which: (step: ViewStep) => boolean, pause?: Pause): Promise<void> {
  for (const step of desk.view.steps.filter(which)) await performStep(desk, step.id, pause);
}

/**
 * Ends only with the step's promise kept, waived or kept by hand: a refusal is in the stream and waits for a person.
 * `pause` waits between two looks at something that takes Dialpad its time.
 */
export async function performStep(desk: Desk, id: string, pause?: Pause): Promise<void> {
  for (;;) {
    const step = find(desk, id);
    if (step === undefined || isDone(step)) return;
    if (isStuck(step)) {
      await somebodyHelps(desk, id);
      continue;
    }

    const result = await attempt(desk, step);
    if (result.again && pause) await pause();
    else if (result.withheld === 'step.too_early') await inTime(desk, result.view.version);
    // A change that came in the meantime is not missed.
    else if (result.withheld !== undefined && !isStuck(find(desk, id))) await desk.until(() => desk.view.version > result.view.version);
  }
}

/** Our clock and the judge's differ a little, or the day was moved: the day itself brings the step, and no event does. */
async function inTime(desk: Desk, version: number): Promise<void> {
  const soon = Date.now() + 1_000;
  const day = (): number => Date.parse(desk.view.cutOff ?? desk.view.changeAt ?? '');
  await desk.until(
    () => desk.view.version > version,
    () => new Date(Math.max(soon, day() || 0)).toISOString(),
    'Until the step may begin',
  );
}

/** Each is tried, and what is stuck is left for later: nothing here may hold up what comes next. */
export async function attemptAll(desk: Desk, which: (step: ViewStep) => boolean): Promise<void> {
  for (const { id } of desk.view.steps.filter(which)) {
    const step = find(desk, id);
    if (step !== undefined && !isDone(step) && !isStuck(step)) await attempt(desk, step, step.early === true);
  }
}

/** What is early is given little time and left as it is when that is over: its own phase has the patience. */
function attempt(desk: Desk, step: ViewStep, isEarly = false): Promise<StepResult> {
  // Access must not stay open because others wait for Dialpad's budget.
  const activity = dialpad(summaryOf(step), {
    urgent: isEarly || desk.view.immediate || step.phase === 'cutting-access',
    ...(isEarly ? { patience: HASTE } : {}),
  });
  const doing = activity[step.kind]({ ...desk.ref, step: step.id, round: step.round });

  return desk.take(
    outOfPatience(doing, () => (isEarly ? cases('Leave it for later: access is cut on time').look(desk.ref) : givenUp(desk, step.id, step.round))),
  );
}

/** The reading before a plan, and the step that goes with it: blocked until somebody says how to go on. */
export async function plan(desk: Desk, step: 'link' | 'preflight', reading: () => Promise<StepResult>, pause?: Pause): Promise<void> {
  while (!desk.view.planned && find(desk, step)?.status !== 'waived') {
    const at = find(desk, step);
    if (isStuck(at)) {
      await somebodyHelps(desk, step);
      continue;
    }
    const result = await desk.take(outOfPatience(reading(), () => givenUp(desk, step, at?.round ?? 1)));
    if (result.again && pause) await pause();
  }
}

/** A failure that retries could not mend becomes "blocked" and waits for a person; the workflow itself never fails. */
async function outOfPatience(doing: Promise<StepResult>, giveUp: () => Promise<CaseView>): Promise<StepResult> {
  try {
    return await doing;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { view: await giveUp() };
  }
}

const givenUp = (desk: Desk, step: string, round: number): Promise<CaseView> =>
  cases('Give up for now: Dialpad did not answer').giveUpStep({ ...desk.ref, step, round, code: 'dialpad.unavailable' });
