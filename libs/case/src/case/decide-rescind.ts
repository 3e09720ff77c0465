import { happened, nothingNew, type Decided } from '../kernel.ts';
import { withdrawSteps } from '../joiner/withdraw.ts';
import { touchedDialpad, undoSteps } from '../leaver/undo.ts';
import type { CaseEvent } from './events.ts';
import { stepOf, type OpenCase } from './state.ts';

export interface Rescind {
  readonly actor: string;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly factId: string | null;
}

/** Undo the case. Refused, and recorded as refused, once something has begun that nothing can take back. */
export const rescind = (state: OpenCase, command: Rescind): Decided<CaseEvent> => {
  if (state.rescinding || state.withdrawing === 'cancelled') return nothingNew;
  const code = TOO_LATE_FOR[state.kind](state);
  const personal = command.reason === null ? {} : { personal: { reason: command.reason } };
  if (code) {
    return {
      events: [{ type: 'RescindRefused', data: { actor: command.actor, code }, ...personal }],
      refusal: { code, message: TOO_LATE[code] ?? code },
    };
  }
  if (state.kind === 'joiner') {
    const approvedBy = state.plan ? `${command.actor} plan:${state.plan.hash}` : command.actor;
    return happened({ type: 'WithdrawalBegan', data: { why: 'cancelled', steps: withdrawSteps(state), approvedBy }, ...personal });
  }

  return happened({
    type: 'RescindAccepted',
    data: {
      actor: command.actor,
      steps: state.kind === 'leaver' ? undoSteps(state) : [],
      wroteToDialpad: state.kind === 'leaver' && touchedDialpad(state),
      factId: command.factId,
    },
    ...personal,
  });
};

const TOO_LATE: Readonly<Record<string, string>> = {
  'case.closed': 'the case is closed',
  'rescind.too_late': 'the delete has begun; nothing can call it back. Dialpad keeps the user for 72 h: restore it in the Dialpad console',
  'rescind.changing': 'the change has begun; tell the former values as a new change',
  'rescind.number': 'the number has been touched; a number that was reassigned can be reassigned again, a released one is gone',
  'rescind.accepted': 'the person has accepted the invitation; end the access with a leaver case',
};

const leaverTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  const begun = (kind: string): boolean => state.steps.some((step) => step.kind === kind && stepOf(state, step.id).begun);
  // Somebody restored the user in the console after all: there is something to give back again.
  const restored = state.steps.some((step) => step.kind === 'confirmPurge' && stepOf(state, step.id).code === 'purge.restored');
  if (begun('anonymize') || (begun('confirmPurge') && !restored)) return 'rescind.too_late';
  if (restored) return null;
  // Under `releaseSeat: delete` Dialpad's restore window is the hold, and a person restores the user in the console.
  const restorable = state.plan?.timings.releaseSeat === 'delete' && !state.holdEnded;

  return begun('deleteUser') && !restorable ? 'rescind.too_late' : null;
};

/** A change is not taken back half way: HR tells the former values, and they are a change like any other. */
const moverTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.steps.some((step) => step.phase === 'changing' && stepOf(state, step.id).begun) ? 'rescind.changing' : null;
};

const joinerTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.acceptance?.accepted ? 'rescind.accepted' : null;
};

/** Until the write: a check that blocks leaves the case free to be taken back. */
const numberTooLate = (state: OpenCase): string | null => {
  if (state.status === 'closed') return 'case.closed';
  return state.steps.some((step) => step.kind !== 'checkNumber' && stepOf(state, step.id).begun) ? 'rescind.number' : null;
};

const TOO_LATE_FOR = { leaver: leaverTooLate, joiner: joinerTooLate, mover: moverTooLate, number: numberTooLate } as const;

/** Why a case could not be rescinded any more; null: it could. */
export const rescindRefusal = (state: OpenCase): string | null => TOO_LATE_FOR[state.kind](state);
