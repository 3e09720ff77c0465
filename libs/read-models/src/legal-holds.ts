import { evolveHold, isOverdue, type HoldEvent, type LegalHold } from '@handover/case';
import type { LegalHoldItem, LegalHoldShown } from '@handover/contracts';

export const holdShown = (
  { by, confirmUntil, confirmedBy, liftAskedBy, ...hold }: LegalHold,
  { scope, since, reason, now }: Pick<LegalHoldShown, 'scope' | 'since' | 'reason'> & { readonly now: string },
): LegalHoldShown => ({
  by,
  since,
  scope,
  reason,
  confirmUntil,
  confirmedBy,
  overdue: isOverdue({ by, confirmUntil, confirmedBy, liftAskedBy, ...hold }, now),
  liftAskedBy,
});

export interface HeldStream {
  readonly stream: string;
  readonly events: readonly { readonly type: string; readonly data: object; readonly at: string }[];
}

/** The hold that stands on a stream, from what happened about holds in it; null when none does. A case that is held with its person is told of there. */
export const standingHold = ({ stream, events }: HeldStream, now: string): Omit<LegalHoldItem, 'personRef'> | null => {
  const own = events.filter((event) => !('scope' in event.data && event.data.scope === 'person'));
  const hold = own.reduce<LegalHold | null>((so, { type, data }) => evolveHold(so, { type, data } as HoldEvent), null);
  if (hold === null) return null;
  const on = stream.startsWith('person/') ? 'person' : 'case';
  const id = stream.slice(on.length + 1);
  const since = [...own].reverse().find((event) => event.type === 'LegalHoldPlaced')?.at ?? '';

  return {
    on,
    caseId: on === 'case' ? id : null,
    ...holdShown(hold, { scope: on, since, reason: null, now }),
    links: on === 'case' ? { case: `/v1/cases/${id}`, decide: `/v1/cases/${id}/legal-hold/decisions` } : { decide: `/v1/persons/${id}/legal-hold/decisions` },
  };
};
