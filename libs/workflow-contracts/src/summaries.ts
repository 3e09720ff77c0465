import { consoleTask, type StepKind, type ViewStep } from '@handover/case';

/** What the Temporal UI says beside an activity. Words only: ids and names belong to the case's page. */
export const stepSummary: Readonly<Record<StepKind, string>> = {
  linkUser: 'Find the Dialpad user of the person',
  checkLeaver: 'Check that nothing is cut off by mistake',
  suspendUser: 'Suspend the user: access ends',
  revokeCompanyAdmin: 'Take Company Admin away',
  revokeOfficeAdmin: 'Take Office Admin away',
  clearForwarding: 'Clear call forwarding',
  removeDeskPhone: 'Remove a desk phone',
  repointRouting: 'Point call routing at the successor',
  leaveGroup: 'Remove from a group',
  moveNumber: 'Hand over or pool a number',
  verifyCalls: 'Follow every call path that was touched',
  releaseSeat: 'Read back that the seat is free',
  deleteUser: 'Delete the user: no way back',
  confirmPurge: 'Read back that Dialpad has purged the user',
  anonymize: 'Destroy the key of the person: no way back',
  checkJoiner: 'Check domain, namesakes, office and licence',
  claimSeat: 'Claim a free seat',
  inviteUser: 'Invite the user',
  assignNumber: 'Assign a number',
  joinGroup: 'Add to a group',
  grantAdmin: 'Grant admin rights',
  verifyJoiner: 'Read everything back',
  unassignNumber: 'Un-assign the number',
  withdrawInvite: 'Withdraw the invitation',
  returnSeat: 'Give the seat back',
  adoptUser: 'Go on with the user that is there already',
  reactivateUser: 'Give a suspended user access again',
  setEmergencyAddress: 'Set the emergency address',
  correctProfile: 'Correct name or mail address',
  reportGroup: 'Look at a group that the licence does not allow',
  checkMover: 'Check that the change can be made',
  moveOffice: 'Transfer to the other office',
  changeLicense: 'Change the licence',
  verifyMover: 'Read everything back',
  checkNumber: 'Check that the number is free to go',
  reassignNumber: 'Reassign the number',
  releaseNumber: 'Release the number: no way back',
  taskByHand: 'A task for a person: Dialpad has no API for it',
  restoreUser: 'Restore the deleted user in the Dialpad console',
  activateUser: 'Activate the user again',
  restoreCompanyAdmin: 'Give Company Admin back',
  restoreOfficeAdmin: 'Give Office Admin back',
  restoreForwarding: 'Restore call forwarding',
  restoreRouting: 'Point call routing back',
  rejoinGroup: 'Add to the group again',
  returnNumber: 'Give the number back',
};

/** One line for a step of a case; a task says which one it is. */
export const summaryOf = ({ kind, task }: Pick<ViewStep, 'kind' | 'task'>): string => {
  const known = task === undefined ? null : consoleTask(task);
  return known === null ? stepSummary[kind] : `Task for a person: ${known.title}`;
};
