import { fieldsIn, lastOf, msBetween, ofTypes, textIn, type ReadableEvent } from './event.ts';
import type { FactTold } from './facts.ts';
import type { StepTold } from './steps.ts';

/** What an auditor asks first: when was it due, when did HR say so, when was it done, and how long lies between. */
export interface Headline {
  /** `access-removed` for a leaver, `ready` for a joiner, `changed` for a mover, `done` for anything else. */
  readonly question: 'access-removed' | 'ready' | 'changed' | 'done';
  readonly due: string | null;
  readonly zone: string | null;
  /** HR's own time of the fact that set this day. */
  readonly saidAt: string | null;
  /** When that fact had arrived here. */
  readonly receivedAt: string | null;
  /** When an independent reading said that it is done. */
  readonly doneAt: string | null;
  readonly step: string | null;
  /** It was so before anything was written: somebody else had done it. */
  readonly wasSoBefore: boolean;
  /** ms from due to done; below zero: earlier than due. */
  readonly afterDueMs: number | null;
  readonly afterReceivedMs: number | null;
  readonly afterSaidMs: number | null;
  /** ms that access stayed open although it had to be closed and we had been told; never below zero. */
  readonly overdueMs: number | null;
  /** A leaver taken back: when access was given again. */
  readonly restoredAt: string | null;
}

const QUESTIONS: Readonly<Record<string, Headline['question']>> = { leaver: 'access-removed', joiner: 'ready', mover: 'changed' };
const DUE: Readonly<Record<string, string>> = { leaver: 'cutOff', joiner: 'startsAt', mover: 'effectiveAt' };
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  leaver: ['suspendUser', 'deleteUser'],
  joiner: ['verifyJoiner'],
  mover: ['verifyMover'],
};

export const headlineOf = (events: readonly ReadableEvent[], facts: readonly FactTold[], steps: readonly StepTold[]): Headline => {
  const kind = textIn(events[0]?.data ?? {}, 'kind') ?? '';
  const termsEvent = lastOf(events, 'TermsChanged', 'CaseOpened');
  const terms = fieldsIn(termsEvent?.data ?? {}, 'terms') ?? {};
  const fact = facts.find((each) => each.factId === textIn(termsEvent?.data ?? {}, 'factId')?.split('/')[0]) ?? facts[facts.length - 1] ?? null;
  const answer = answerOf(kind, steps);
  const closed = lastOf(events, 'CaseClosed');
  const due = textIn(terms, DUE[kind] ?? '');
  const doneAt = kind in ANSWERS ? (answer?.at ?? null) : (closed?.at ?? null);
  const receivedAt = fact?.receivedAt ?? events[0]?.at ?? null;
  const [afterDueMs, afterReceivedMs] = [msBetween(due, doneAt), msBetween(receivedAt, doneAt)];

  return {
    question: QUESTIONS[kind] ?? 'done',
    due,
    zone: textIn(terms, 'zone'),
    saidAt: fact?.saidAt ?? null,
    receivedAt,
    doneAt,
    step: answer?.step ?? null,
    wasSoBefore: answer?.changed === false,
    afterDueMs,
    afterReceivedMs,
    afterSaidMs: msBetween(fact?.saidAt ?? null, doneAt),
    overdueMs: afterDueMs === null || afterReceivedMs === null ? null : Math.max(0, Math.min(afterDueMs, afterReceivedMs)),
    restoredAt: restoredAt(events, steps),
  };
};

/** The first reading that said so: later ones repeat it. */
const answerOf = (kind: string, steps: readonly StepTold[]): { readonly step: string; readonly at: string | null; readonly changed: boolean | null } | null => {
  for (const wanted of ANSWERS[kind] ?? [])
    for (const step of steps.filter((each) => each.kind === wanted)) {
      const held = step.attempts.find((attempt) => attempt.outcome === 'verified' || attempt.outcome === 'by-hand');
      if (held) return { step: step.step, at: held.endedAt, changed: held.changed };
    }
  return null;
};

const restoredAt = (events: readonly ReadableEvent[], steps: readonly StepTold[]): string | null => {
  if (ofTypes(events, 'RescindAccepted').length === 0) return null;
  const back = steps.filter((step) => step.kind === 'activateUser' || step.kind === 'restoreUser').flatMap((step) => step.attempts);
  return back.find((attempt) => attempt.outcome === 'verified' || attempt.outcome === 'by-hand')?.endedAt ?? null;
};
