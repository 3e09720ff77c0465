import { agreedTo, dialpad, passGate, perform, plan, runbook, type Desk } from '@handover/workflow-kit';

/** What is asked for first, what is lost only when somebody agreed, and power last. */
export const mover = runbook({
  carryOut: async (desk) => {
    await plan(desk, 'link', () => dialpad('Read the user; freeze the plan').planMover(desk.ref), turnComes(desk));
    if (!desk.view.planned) return; // nobody to change: somebody waived the search

    if (!(await agreedTo(desk, 'mover'))) return;
    if ((await passGate(desk, 'number-loss')) === 'refused') return;

    await desk.untilTime(() => desk.view.changeAt, 'Day of the change');
    await perform(desk, ['changing']);
  },
});

const MINUTE_MS = 60_000;
const LONGEST_MS = 6 * 60 * MINUTE_MS;

/** An earlier case of the same person goes first; looking again costs history, so the looks grow apart. */
const turnComes = (desk: Desk): (() => Promise<void>) => {
  let wait = MINUTE_MS;

  return async () => {
    await desk.beginAnewIfLong('turn-wait-anew');
    await desk.pause(wait, 'An earlier case of the person is not done yet');
    wait = Math.min(wait * 2, LONGEST_MS);
  };
};
