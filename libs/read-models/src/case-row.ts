import { evolve, isStuck, noCase, viewOf, type CaseEvent, type CaseState } from '@handover/case';
import type { LoggedEvent } from '@handover/event-store';

/** A case as lists show it and look for it. */
export interface CaseRow {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  /** Null for a case about a number. */
  readonly personRef: string | null;
  /** E.164, for a case about a number. */
  readonly number: string | null;
  readonly office: string | null;
  /** Actor role, `temporal`, `dialpad` … the case waits on, or null. */
  readonly waitingOn: string | null;
  /** ISO instant by which something is due, or null. */
  readonly due: string | null;
  readonly attention: boolean;
  readonly closed: boolean;
  /** A step waits for a person to do what no API can, or to look at it. */
  readonly openTask: boolean;
  /** Persons that the terms name beside the case's own, by reference. */
  readonly mentions: readonly string[];
  /** Version of the case's stream that this row reflects. */
  readonly version: number;
  /** ISO instant the case was opened. */
  readonly openedAt: string;
}

/** What has to be known of a case to follow it on. */
export interface FollowedCase {
  readonly state: CaseState;
  readonly version: number;
  /** ISO instant. */
  readonly openedAt: string;
}

const STREAM = /^case\/([0-9a-f-]{36})$/;

/** The case that an event is of; null for events of other streams. */
export const caseOf = ({ stream }: Pick<LoggedEvent, 'stream'>): string | null => STREAM.exec(stream)?.[1] ?? null;

/** A case after one more of its events; the first has nothing before it. */
export const followCase = (before: FollowedCase | null, event: LoggedEvent): FollowedCase => ({
  state: evolve(before?.state ?? noCase, { type: event.type, data: event.data } as unknown as CaseEvent),
  version: event.version,
  openedAt: before?.openedAt ?? event.recordedAt,
});

/** Null: nothing of the case was said yet that opens it. */
export const caseRowOf = (id: string, { state, version, openedAt }: FollowedCase): CaseRow | null => {
  if (state.status === 'none') return null;
  const view = viewOf(state, version);

  return {
    id,
    kind: state.kind,
    phase: state.phase,
    personRef: state.personRef,
    number: state.terms.kind === 'number' ? state.terms.number : null,
    office: state.office,
    waitingOn: view.waitsFor[0]?.on ?? null,
    due: view.due,
    attention: view.attention !== null,
    closed: view.closed,
    openTask: !view.closed && view.attention !== null && view.steps.some(({ task, status }) => task !== undefined && isStuck(status)),
    mentions: view.mentions ?? [],
    version,
    openedAt,
  };
};
