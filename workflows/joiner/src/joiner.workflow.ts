import { agreedTo, cases, dialpad, perform, performAll, plan, runbook, type Desk } from '@handover/workflow-kit';

/** A seat first, the invitation in time, power last. */
export const joiner = runbook({
  carryOut: async (desk) => {
    await plan(desk, 'preflight', () => dialpad('Check domain, namesakes, office and licence; freeze the plan').planJoiner(desk.ref));
    if (!(await agreedTo(desk, 'joiner'))) return;

    await performAll(
      desk,
      (step) => step.kind === 'claimSeat' && step.phase === 'planned',
      () => seatMayBeFree(desk),
    );
    await desk.until(
      () => invited(desk),
      () => desk.view.inviteAt,
      'Day of the invitation',
    );
    await perform(desk, ['inviting']);
    await accepted(desk);
    await perform(desk, ['completing']);
  },
  takeBack: (desk) => performAll(desk, (step) => step.id.startsWith('withdraw-')),
});

/** A leaver's seat wakes the first in line; a seat that was freed or bought by others is found by looking again. */
async function seatMayBeFree(desk: Desk): Promise<void> {
  await desk.beginAnewIfLong('seat-wait-anew');
  await desk.pause(desk.view.timings?.seatCheckEvery ?? 900_000, 'Look again for a free seat', () => !desk.view.seatAwaited);
}

const invited = (desk: Desk): boolean => desk.view.steps.some((step) => step.id === 'invite' && step.status === 'verified');

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
