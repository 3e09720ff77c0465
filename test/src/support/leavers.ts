import type { CaseView } from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import type { SkippedTime } from './skipped-time.ts';

/** Or where the case needs somebody before. */
export const untilHeld = (world: SkippedTime, caseId: string): Promise<CaseView> =>
  world.until(caseId, 'the hold', (view) => view.phase === 'holding' || view.attention !== null);

/** Asked for, approved and held: access is cut, everything is handed over. */
export const heldLeaver = async (world: SkippedTime, user: DialpadUser, more: object = {}): Promise<string> => {
  const caseId = await world.leaves(user, more);
  await world.approveWhenAsked(caseId, 'leaver');
  await world.until(caseId, 'the hold', (view) => view.phase === 'holding');
  return caseId;
};

/** Up to Dialpad's own 72 hours: the user is deleted and can still be restored in the console. */
export const deletedLeaver = async (world: SkippedTime, user: DialpadUser, more: object = {}): Promise<string> => {
  const caseId = await heldLeaver(world, user, more);
  await world.pass('73h');
  await world.approveWhenAsked(caseId, 'delete', 'approver2');
  await world.until(caseId, 'the delete', (view) => view.phase === 'awaiting-purge');
  return caseId;
};
