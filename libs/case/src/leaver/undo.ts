import type { PlannedStep, StepKind } from '../case/plan.ts';
import { step as plannedStep } from '../case/planned-step.ts';
import { stepOf, type OpenCase } from '../case/state.ts';

const INVERSE: Readonly<Partial<Record<StepKind, StepKind>>> = {
  suspendUser: 'activateUser',
  revokeCompanyAdmin: 'restoreCompanyAdmin',
  revokeOfficeAdmin: 'restoreOfficeAdmin',
  clearForwarding: 'restoreForwarding',
  removeDeskPhone: 'taskByHand', // Dialpad's API lists and deletes desk phones; it cannot add one
  repointRouting: 'restoreRouting',
  leaveGroup: 'rejoinGroup',
  moveNumber: 'returnNumber',
  handOverAdmin: 'takeBackAdmin',
  changeCallerId: 'restoreCallerId',
  replaceGreeting: 'restoreGreeting',
  removeGreeting: 'taskByHand', // the recording is gone: only the person can speak it again
  deleteUser: 'restoreUser', // no API either: a task in the console, within Dialpad's 72 h
};

/** First the user exists and is active again, because only then can numbers and groups come back; the rest in reverse. */
const rank = (kind: StepKind): number => (kind === 'restoreUser' ? 0 : kind === 'activateUser' ? 1 : 2);

/** What takes back everything a leaver's steps may have done: also those whose outcome is not known yet. */
export const undoSteps = (state: OpenCase): readonly PlannedStep[] =>
  state.steps
    .filter((step) => step.undoes === undefined && mayHaveChanged(state, step))
    .reverse()
    .flatMap((step) => {
      const kind = INVERSE[step.kind];
      return kind ? [undoOf(step, kind)] : [];
    })
    .sort((a, b) => rank(a.kind) - rank(b.kind));

const mayHaveChanged = (state: OpenCase, step: PlannedStep): boolean => {
  const at = stepOf(state, step.id);
  return at.begun && (at.changed || at.status !== 'verified');
};

const undoOf = (step: PlannedStep, kind: StepKind): PlannedStep => {
  const byHand = { task: step.kind === 'removeGreeting' ? 'record-greeting' : 'provision-desk-phone' };
  const target = kind === 'taskByHand' ? { ...step.target, ...byHand } : step.target;

  return { ...plannedStep(`undo-${step.id}`, kind, 'rescinding', target), undoes: step.id };
};

const READS_ONLY: readonly StepKind[] = ['linkUser', 'checkLeaver', 'releaseSeat', 'confirmPurge', 'checkJoiner', 'claimSeat', 'verifyJoiner', 'taskByHand'];

/** Whether anything in Dialpad may have been changed for this case: then undoing it is more than forgetting it. */
export const touchedDialpad = (state: OpenCase): boolean => state.steps.some((step) => !READS_ONLY.includes(step.kind) && stepOf(state, step.id).begun);
