import type { CaseInput } from '@handover/workflow-contracts';
import { Desk, Turned, cases, dialpad, passGate, perform, performStep, plan, planning } from '@handover/workflow-kit';
import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';

/** A seat first, the invitation in time, power last. */
export async function joiner(input: CaseInput): Promise<string> {
  // A cancelled run would leave its case open and nobody at work on it: cases end by a rescind, which the stream judges.
  return CancellationScope.nonCancellable(() => runbook(input));
}

async function runbook(input: CaseInput): Promise<string> {
  const desk = await Desk.attend(input);

  try {
    desk.turnIfTurned();
    await planning(() => welcome(desk));
  } catch (error) {
    if (!(error instanceof Turned)) throw error;
    await withdraw(desk);
  }

  if (!desk.view.closed) desk.see(await cases('Close the case').closeCase(desk.ref));
  desk.show();
  await condition(allHandlersFinished);

  return desk.view.phase;
}

async function welcome(desk: Desk): Promise<void> {
  await plan(desk, 'preflight', () => dialpad('Check domain, namesakes, office and licence; freeze the plan').planJoiner(desk.ref));

  const asked = await passGate(desk, 'joiner');
  if (asked === 'refused' || asked === 'expired') return;

  for (const step of desk.view.steps.filter((each) => each.kind === 'claimSeat' && each.phase === 'planned')) {
    await performStep(desk, step.id, () => seatMayBeFree(desk));
  }
  await desk.until(
    () => invited(desk),
    () => desk.view.inviteAt,
    'Day of the invitation',
  );
  await perform(desk, ['inviting']);
  await accepted(desk);
  await perform(desk, ['completing']);
}

const invited = (desk: Desk): boolean => desk.view.steps.some((step) => step.id === 'invite' && step.status === 'verified');

/** A leaver's seat wakes the first in line; a seat that was freed or bought by others is found by looking again. */
async function seatMayBeFree(desk: Desk): Promise<void> {
  await desk.beginAnewIfLong('seat-wait-anew');
  const lookAgain = new Date(Date.now() + (desk.view.timings?.seatCheckEvery ?? 900_000)).toISOString();
  await desk.until(
    () => !desk.view.seatAwaited,
    () => lookAgain,
    'Look again for a free seat',
  );
}

/** One company-wide poll watches all invitations and signals the case, so waiting 60 days costs no history. */
async function accepted(desk: Desk): Promise<void> {
  if (!desk.view.acceptance?.deadline) await desk.take(dialpad('Begin to wait for the acceptance').awaitAcceptance(desk.ref));

  while (!desk.view.acceptance?.accepted) {
    await desk.beginAnewIfLong();
    const { deadline } = desk.view.acceptance ?? { deadline: '' };
    const reminder = nextReminder(desk, deadline);
    const answered = await desk.until(
      () => desk.view.acceptance?.accepted === true,
      () => reminder?.at ?? deadline,
      reminder ? 'Reminder to accept the invitation' : 'Deadline of the acceptance',
    );
    if (answered) return;

    if (reminder) await desk.take(cases('Remind of the invitation').remind({ ...desk.ref, number: reminder.number }));
    else await desk.take(dialpad('Read the user once more, then withdraw the invitation').expireAcceptance(desk.ref));
  }
}

/** The instants are counted back from the deadline's beginning, so a restart does not shift them. */
const nextReminder = (desk: Desk, deadline: string): { number: number; at: string } | null => {
  const { acceptanceDeadline = 0, remindEvery = 0 } = desk.view.timings ?? {};
  const number = (desk.view.acceptance?.reminders ?? 0) + 1;
  const at = Date.parse(deadline) - acceptanceDeadline + number * remindEvery;

  return remindEvery > 0 && at < Date.parse(deadline) ? { number, at: new Date(at).toISOString() } : null;
};

async function withdraw(desk: Desk): Promise<void> {
  desk.undoing = true;
  for (const step of desk.view.steps.filter((each) => each.id.startsWith('withdraw-'))) await performStep(desk, step.id);
}
