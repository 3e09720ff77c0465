import type { Headline, Story } from '@handover/evidence';
import { duration, wordsOf } from './format.ts';

const STEPS: Readonly<Record<string, string>> = {
  linkUser: 'Find the person in Dialpad',
  checkLeaver: 'Check that access may be cut',
  suspendUser: 'Suspend the user',
  revokeCompanyAdmin: 'Take the Company Admin role',
  revokeOfficeAdmin: 'Take the Office Admin role',
  clearForwarding: 'Clear forwarding',
  removeDeskPhone: 'Remove the desk phone',
  repointRouting: 'Point call routing elsewhere',
  leaveGroup: 'Leave the group',
  moveNumber: 'Hand over the number',
  verifyCalls: 'Follow every call path again',
  releaseSeat: 'Release the seat',
  deleteUser: 'Delete the user',
  confirmPurge: 'Confirm that Dialpad purged the user',
  anonymize: 'Erase the person from the record',
  checkJoiner: 'Check that the person can be invited',
  claimSeat: 'Claim a seat',
  inviteUser: 'Invite the user',
  assignNumber: 'Assign the number',
  joinGroup: 'Join the group',
  grantAdmin: 'Grant the admin role',
  verifyJoiner: 'Verify everything once more',
  unassignNumber: 'Un-assign the number',
  withdrawInvite: 'Withdraw the invitation',
  returnSeat: 'Give the seat back',
  checkMover: 'Check the change',
  moveOffice: 'Transfer to the other office',
  changeLicense: 'Change the licence',
  verifyMover: 'Verify everything once more',
  taskByHand: 'Task for a person',
  restoreUser: 'Restore the user',
  activateUser: 'Activate the user again',
  restoreCompanyAdmin: 'Give the Company Admin role back',
  restoreOfficeAdmin: 'Give the Office Admin role back',
  restoreForwarding: 'Set forwarding again',
  restoreRouting: 'Point call routing back',
  rejoinGroup: 'Join the group again',
  returnNumber: 'Give the number back',
};

/** A kind we have no words for yet is still readable. */
export const stepName = (kind: string | null): string => (kind === null ? 'Step' : (STEPS[kind] ?? capital(wordsOf(kind))));
export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

export const OUTCOMES: Readonly<Record<string, { readonly says: string; readonly tone: 'good' | 'warn' | 'bad' | 'quiet' }>> = {
  verified: { says: 'done, read back', tone: 'good' },
  'by-hand': { says: 'done by hand, read back', tone: 'good' },
  contradicted: { says: 'does not read back', tone: 'bad' },
  blocked: { says: 'blocked', tone: 'bad' },
  withheld: { says: 'not allowed to start', tone: 'warn' },
  waived: { says: 'waived', tone: 'warn' },
  open: { says: 'begun, no outcome yet', tone: 'warn' },
  'not-started': { says: 'not begun', tone: 'quiet' },
};

export const STAGES: typeof OUTCOMES = {
  open: { says: 'waits for a decision', tone: 'warn' },
  approved: { says: 'approved', tone: 'good' },
  refused: { says: 'refused', tone: 'bad' },
  expired: { says: 'expired', tone: 'warn' },
  void: { says: 'no longer asked', tone: 'quiet' },
};

export const HOLDS: Readonly<Record<string, string>> = {
  LegalHoldPlaced: 'placed',
  LegalHoldLiftAsked: 'lifting asked for',
  LegalHoldLiftRefused: 'lifting refused',
  LegalHoldLifted: 'lifted',
};

export interface HeadlineWords {
  readonly tone: 'good' | 'warn' | 'bad' | 'quiet';
  readonly figure: string;
  readonly says: string;
  readonly more: string;
}

/** A minute is what cutting access takes: below it nobody speaks of access that stayed open. */
const PROMPT_MS = 60_000;

export const headlineWords = ({ headline, case: told }: Story, madeAt: string): HeadlineWords => {
  const words = headline.question === 'access-removed' ? leaverWords(headline, told.result, madeAt) : otherWords(headline, told);
  if (headline.restoredAt === null) return words;
  return { ...words, more: `${words.more} The case was taken back, and access was given again.` };
};

const leaverWords = (headline: Headline, result: string | null, madeAt: string): HeadlineWords => {
  const { doneAt, due, afterDueMs, afterReceivedMs, wasSoBefore } = headline;
  if (doneAt === null && result !== null)
    return { tone: 'quiet', figure: 'Never cut', says: 'Access was never closed by this case.', more: `It ended as: ${result}.` };
  if (doneAt === null) {
    const late = due === null ? 0 : Date.parse(madeAt) - Date.parse(due);
    return late > 0
      ? { tone: 'bad', figure: duration(late), says: 'Access is still open, this long after the cut-off.', more: 'What it waits for is in the timeline.' }
      : { tone: 'quiet', figure: `in ${duration(late)}`, says: 'Access will be closed at the cut-off.', more: 'The cut-off has not come yet.' };
  }
  const told = afterReceivedMs === null ? '' : `Counted from when HR told us: ${duration(afterReceivedMs)}.`;
  if (wasSoBefore) return { tone: 'good', figure: 'Closed before', says: 'Access was closed already when this case came to it.', more: told };
  if (afterDueMs === null) return { tone: 'good', figure: 'Closed', says: 'Access was closed and read back.', more: told };
  if (afterDueMs <= 0) return { tone: 'good', figure: `${duration(afterDueMs)} before`, says: 'Access was closed before the cut-off.', more: told };

  const toldLate = afterReceivedMs !== null && afterReceivedMs < afterDueMs;
  return {
    tone: afterDueMs <= PROMPT_MS ? 'good' : 'warn', // also where HR told us late: it stayed open all the same
    figure: duration(afterDueMs),
    says: 'Access stayed open this long after the cut-off.',
    more: toldLate ? `HR told us after the cut-off; access was closed ${duration(afterReceivedMs)} after we knew.` : told,
  };
};

const DONE: Readonly<Record<string, { readonly late: string; readonly early: string; readonly open: string }>> = {
  ready: {
    late: 'Everything was ready this long after the first day began.',
    early: 'Everything was ready this long before the first day began.',
    open: 'Not everything is ready yet.',
  },
  changed: {
    late: 'The change was made and read back this long after it was due.',
    early: 'The change was made this long before it was due.',
    open: 'The change is not made yet.',
  },
  done: { late: 'It was done this long after it was due.', early: 'It was done before it was due.', open: 'It is not done yet.' },
};

const otherWords = (headline: Headline, { result, phase }: Story['case']): HeadlineWords => {
  const says = DONE[headline.question] ?? DONE['done']!;
  const { doneAt, afterDueMs, afterReceivedMs } = headline;
  const more = afterReceivedMs === null ? '' : `${duration(afterReceivedMs)} after HR told us.`;
  if (doneAt === null)
    return result === null
      ? { tone: 'quiet', figure: 'Open', says: says.open, more: 'The case is still running.' }
      : { tone: 'quiet', figure: capital(phase ?? 'closed'), says: 'The case ended before that.', more: `It ended as: ${result}.` };
  if (afterDueMs === null) return { tone: 'good', figure: 'Done', says: 'Done and read back.', more };
  return {
    tone: afterDueMs <= 0 || headline.question !== 'ready' ? 'good' : 'warn',
    figure: duration(afterDueMs),
    says: afterDueMs <= 0 ? says.early : says.late,
    more,
  };
};
