import type { NumberChange, Place } from './changes.ts';

/** A number as the record knows it. */
export interface NumberRecord {
  readonly number: string;
  readonly officeId: string | null;
  readonly status: string;
  readonly holder: Place | null;
  /** ISO instant since which that is so; where it was so before we looked, the instant of the first look. */
  readonly since: string;
  readonly sinceIsExact: boolean;
  /** Who had it before, until `since`. */
  readonly last: Place | null;
  readonly lastOfficeId: string | null;
  /** Why it is as it is: `first-seen`, `drift` (changed outside Handover), or what a case was for. */
  readonly why: string;
  readonly caseId: string | null;
}

/** One line of a number's history. */
export interface NumberEntry {
  readonly at: string;
  readonly why: string;
  readonly caseId: string | null;
  readonly officeId: string | null;
  readonly status: string;
  readonly from: Place | null;
  readonly to: Place | null;
}

export interface Followed {
  readonly record: NumberRecord;
  /** `corrects`: it takes the place of the last line, which had seen the same without knowing why. */
  readonly entry: (NumberEntry & { readonly corrects: boolean }) | null;
}

/** A reading and a step may cross: what a case did within this many ms of a reading's beginning is the newer of the two. */
const CROSSING_MS = 60_000;

/** How one more event changes what is known of a number. */
export const follow = (before: NumberRecord | null, change: NumberChange): Followed => {
  if (before === null) return told(change, { from: change.from, why: change.how === 'seen' ? 'first-seen' : change.why, exact: change.how === 'moved' });
  const same = before.status === change.status && isSame(before.holder, change.to) && isThere(before, change);
  if (change.how === 'seen') {
    const knownSince = Date.parse(before.since) + CROSSING_MS;
    if (before.caseId !== null && Date.parse(change.at) <= knownSince) return { record: before, entry: null };
    if (same) return { record: { ...before, officeId: change.officeId ?? before.officeId }, entry: null };
    // When somebody changed it outside is not known, only when we saw it.
    return told(change, { from: before.holder, why: 'drift', exact: false, before });
  }
  if (!same) return told(change, { from: before.holder ?? change.from, why: change.why, exact: true, before });
  if (before.caseId === change.caseId) return { record: before, entry: null };

  return before.why === 'drift'
    ? told(change, { from: before.last ?? change.from, why: change.why, exact: true, before, corrects: true })
    : { record: before, entry: null };
};

/** A released number is in no office, and an event may not say which one it is. */
const isThere = (before: NumberRecord, { officeId }: NumberChange): boolean => officeId === null || before.officeId === null || officeId === before.officeId;

const isSame = (left: Place | null, right: Place | null): boolean => left?.type === right?.type && left?.id === right?.id;

interface Telling {
  readonly from: Place | null;
  readonly why: string;
  readonly exact: boolean;
  readonly before?: NumberRecord;
  readonly corrects?: boolean;
}

const told = (change: NumberChange, { from, why, exact, before, corrects = false }: Telling): Followed => {
  const { number, status, at, caseId, to } = change;
  const officeId = change.officeId ?? before?.officeId ?? null;
  const wasHeld = from !== null && !isSame(from, to);

  return {
    record: {
      number,
      officeId,
      status,
      holder: to,
      since: at,
      sinceIsExact: exact,
      // Who had it last stays known while it lies in the pool, however often it is looked at there.
      last: wasHeld ? from : (before?.last ?? null),
      lastOfficeId: wasHeld ? (before?.officeId ?? officeId) : (before?.lastOfficeId ?? null),
      why,
      caseId,
    },
    entry: { at, why, caseId, officeId, status, from, to, corrects },
  };
};
