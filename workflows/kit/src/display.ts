import type { CaseView } from '@handover/case';
import { searchAttributes, type CaseInput } from '@handover/workflow-contracts';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

/** Says in the Temporal UI what the case waits for. Called where a workflow comes to rest, and only writes what changed. */
export const showIn = (input: CaseInput, view: CaseView): void => {
  const now = workflowInfo().typedSearchAttributes;
  const waitingOn = view.waitsFor[0]?.on ?? 'nobody';
  const due = view.due === null ? null : new Date(view.due);
  const needsAttention = view.attention !== null;
  const same =
    now.get(searchAttributes.phase) === view.phase &&
    now.get(searchAttributes.waitingOn) === waitingOn &&
    now.get(searchAttributes.needsAttention) === needsAttention &&
    sameDate(now.get(searchAttributes.due), due);

  if (!same) {
    upsertSearchAttributes([
      { key: searchAttributes.phase, value: view.phase },
      { key: searchAttributes.waitingOn, value: waitingOn },
      { key: searchAttributes.due, value: due },
      { key: searchAttributes.needsAttention, value: needsAttention },
    ]);
  }
  setCurrentDetails(details(input, view));
};

const sameDate = (stored: unknown, due: Date | null): boolean => (stored instanceof Date ? stored.getTime() : null) === (due?.getTime() ?? null);

const details = (input: CaseInput, view: CaseView): string => {
  const waits = view.waitsFor.map((each) => `- **${each.on}**: ${each.what}${each.until ? `, until ${each.until}` : ''}`);
  const settled = view.steps.filter((step) => ['verified', 'waived', 'by-hand', 'compensated'].includes(step.status));
  const open = view.steps.filter((step) => !settled.includes(step));
  const list = (title: string, steps: CaseView['steps']): string[] =>
    steps.length === 0 ? [] : [`**${title}**`, steps.map((step) => `- ${step.id} (${step.kind}): ${step.status}`).join('\n')];

  return [
    `### ${view.kind}, ${view.phase.replaceAll('-', ' ')}`,
    ...(waits.length > 0 ? ['**Waits for**', waits.join('\n')] : [view.closed ? 'Closed.' : 'At work, waits for nobody.']),
    `[Open the case](${input.link})`,
    ...(view.closed ? [] : ['To undo the case send the update `rescind`; a cancellation request does nothing.']),
    ...list('To do', open),
    ...list('Done', settled),
  ].join('\n\n');
};
