import type { JsonObject } from '../kernel.ts';

/** Every state Handover can promise in Dialpad. The activity of the same name keeps the promise. */
export type StepKind =
  | 'linkUser'
  | 'checkLeaver'
  | 'suspendUser'
  | 'revokeCompanyAdmin'
  | 'revokeOfficeAdmin'
  | 'clearForwarding'
  | 'removeDeskPhone'
  | 'repointRouting'
  | 'leaveGroup'
  | 'moveNumber'
  | 'handOverAdmin'
  | 'changeCallerId'
  | 'replaceGreeting'
  | 'removeGreeting'
  | 'verifyCalls'
  | 'releaseSeat'
  | 'deleteUser'
  | 'confirmPurge'
  | 'anonymize'
  | 'checkJoiner'
  | 'claimSeat'
  | 'inviteUser'
  | 'assignNumber'
  | 'joinGroup'
  | 'grantAdmin'
  | 'verifyJoiner'
  | 'unassignNumber'
  | 'withdrawInvite'
  | 'adoptUser'
  | 'reactivateUser'
  | 'setEmergencyAddress'
  | 'correctProfile'
  | 'reportGroup'
  | 'returnSeat'
  | 'checkMover'
  | 'moveOffice'
  | 'changeLicense'
  | 'verifyMover'
  | 'checkNumber'
  | 'reassignNumber'
  | 'releaseNumber'
  | 'taskByHand'
  | 'restoreUser'
  | 'activateUser'
  | 'restoreCompanyAdmin'
  | 'restoreOfficeAdmin'
  | 'restoreForwarding'
  | 'restoreRouting'
  | 'rejoinGroup'
  | 'returnNumber'
  | 'takeBackAdmin'
  | 'restoreCallerId'
  | 'restoreGreeting';

export type LeaverPhase =
  | 'planned'
  | 'awaiting-approval'
  | 'scheduled'
  | 'cutting-access'
  | 'handing-over'
  | 'holding'
  | 'awaiting-delete-approval'
  | 'deleting'
  | 'awaiting-purge'
  | 'anonymizing'
  | 'done'
  | 'rescinding'
  | 'rescinded'
  | 'cancelled';
export type JoinerPhase =
  'planned' | 'awaiting-approval' | 'awaiting-seat' | 'scheduled' | 'inviting' | 'awaiting-acceptance' | 'completing' | 'done' | 'expired' | 'cancelled';
export type MoverPhase = 'planned' | 'awaiting-approval' | 'scheduled' | 'changing' | 'done' | 'cancelled';
export type NumberPhase = 'planned' | 'awaiting-approval' | 'scheduled' | 'changing' | 'done' | 'cancelled';
export type Phase = LeaverPhase | JoinerPhase | MoverPhase | NumberPhase;

/** A named set of stages that must all be approved before what stands behind it may start. */
export type Gate = 'leaver' | 'leaver-delete' | 'number-loss' | 'joiner' | 'mover' | 'number' | 'number-release' | 'review';

export interface PlannedStep {
  readonly id: string;
  readonly kind: StepKind;
  /** The phase the case is in while the step runs. */
  readonly phase: Phase;
  readonly reversible: boolean;
  /** The gate whose approval, bound to this plan's hash, the step needs; null: none of its own. */
  readonly gate: Gate | null;
  /** Ids, numbers and group names: company property, no personal value. */
  readonly target: JsonObject;
  /**
   * Done before access is cut, so that no line rings nowhere for a moment; being stuck it does not hold the cut up, and is
   * waited for in its phase.
   */
  readonly early?: boolean;
  /** The step that this one undoes. */
  readonly undoes?: string;
}

export interface PlannedStage {
  readonly stage: string;
  readonly gate: Gate;
  readonly needed: number;
  readonly by: readonly string[];
}

/** The times of the policy that the case was planned with; milliseconds. */
export interface Timings {
  readonly hold: number;
  readonly purgeAfter: number;
  readonly purgeCheckEvery: number;
  readonly acceptanceDeadline: number;
  readonly remindEvery: number;
  readonly lead: number;
  readonly approvalDeadline: number;
  readonly seatCheckEvery: number;
  readonly releaseSeat: 'suspend' | 'delete';
}

export interface Plan {
  readonly hash: string;
  readonly policyVersion: string;
  readonly steps: readonly PlannedStep[];
  readonly stages: readonly PlannedStage[];
  readonly timings: Timings;
}
