import type { Gate } from '@handover/case';
import type { Desk } from './desk.ts';
import { cases } from './proxies.ts';

/**
 * Until the gate is open or shut. Deadlines are instants in the stream; when one comes, the stream says what it means:
 * a joiner's stage ends, a leaver's escalates. Returns how the gate stands.
 */
export async function passGate(desk: Desk, gate: Gate): Promise<string> {
  for (;;) {
    const status = desk.gate(gate);
    if (status !== 'open' && status !== 'waiting') return status;

    const asked = desk.view.stage;
    const answered = await desk.until(
      () => desk.gate(gate) !== status || desk.view.stage?.name !== asked?.name,
      () => deadlineOf(desk, gate), // asked again at each change: HR may bring the last day forward
      `Deadline of the approval: ${asked?.name ?? gate}`,
    );
    if (answered || !asked) continue;

    await desk.take(cases('The deadline of an approval has come').passDeadline({ ...desk.ref, stage: asked.name }));
  }
}

/** False when the answer was no, or did not come in time. */
export const agreedTo = async (desk: Desk, gate: Gate): Promise<boolean> => !['refused', 'expired'].includes(await passGate(desk, gate));

const deadlineOf = (desk: Desk, gate: Gate): string | null => {
  const { stage } = desk.view;
  return stage?.gate === gate && !stage.escalated ? stage.deadline : escalationEnd(desk, gate);
};

/** An escalated leaver stage still ends at the cut-off; others wait for an answer however long it takes. */
const escalationEnd = (desk: Desk, gate: Gate): string | null => (gate === 'leaver' ? desk.view.cutOff : null);
