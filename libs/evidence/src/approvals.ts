import { lastOf, numberIn, ofTypes, textIn, textsIn, type ReadableEvent } from './event.ts';

export interface DecisionTold {
  readonly at: string;
  readonly actor: string | null;
  readonly channel: string | null;
  readonly decision: string | null;
  readonly planHash: string | null;
  readonly reasonCode: string | null;
  readonly counts: boolean;
  /** Why it does not count. */
  readonly code: string | null;
}

export interface StageTold {
  readonly stage: string;
  readonly gate: string | null;
  readonly openedAt: string;
  readonly deadline: string | null;
  /** The plan that was asked about. */
  readonly planHash: string | null;
  readonly needed: number | null;
  readonly by: readonly string[];
  readonly outcome: 'open' | 'approved' | 'refused' | 'expired' | 'void';
  readonly endedAt: string | null;
  readonly escalatedAt: string | null;
  readonly decisions: readonly DecisionTold[];
}

const ENDS: Readonly<Record<string, StageTold['outcome']>> = { StageApproved: 'approved', StageRefused: 'refused', StageExpired: 'expired' };
const VOIDS = ['RescindAccepted', 'WithdrawalBegan', 'CaseClosed', 'PlanMade'];

/** Who was asked, on which plan, who decided, and who wanted to and could not. */
export const stagesOf = (events: readonly ReadableEvent[]): readonly StageTold[] => {
  const openings = ofTypes(events, 'StageOpened').filter((opened) => !isMoved(opened, events));

  return openings.map((opened) => {
    const stage = textIn(opened.data, 'stage') ?? '';
    const next = openings.find((each) => each.version > opened.version && textIn(each.data, 'stage') === stage);
    const own = events.filter(
      (event) => event.version > opened.version && event.version < (next?.version ?? Number.MAX_SAFE_INTEGER) && textIn(event.data, 'stage') === stage,
    );
    const end = own.find((event) => event.type in ENDS);
    const voided = events.find((event) => event.version > opened.version && VOIDS.includes(event.type));

    return {
      stage,
      gate: textIn(opened.data, 'gate'),
      openedAt: opened.at,
      deadline: textIn((lastOf(own, 'StageOpened') ?? opened).data, 'deadline'),
      planHash: textIn(opened.data, 'planHash'),
      needed: numberIn(opened.data, 'needed'),
      by: textsIn(opened.data, 'by'),
      outcome: end ? (ENDS[end.type] ?? 'open') : voided ? 'void' : 'open',
      endedAt: end?.at ?? voided?.at ?? null,
      escalatedAt: lastOf(own, 'StageEscalated')?.at ?? null,
      decisions: ofTypes(own, 'DecisionMade', 'DecisionRefused').map(decisionOf),
    };
  });
};

/** Opened once more while it was open, on the same plan: only its deadline moved, because HR brought the last day forward. */
const isMoved = (opened: ReadableEvent, events: readonly ReadableEvent[]): boolean => {
  const isSame = (event: ReadableEvent, field: string): boolean => textIn(event.data, field) === textIn(opened.data, field);
  const before = events.filter((event) => event.version < opened.version && isSame(event, 'stage'));
  const last = before.reverse().find((event) => event.type === 'StageOpened' || event.type in ENDS);

  return last?.type === 'StageOpened' && isSame(last, 'planHash');
};

/** Decisions on stages that were not open: nobody was asked, and they do not count. */
export const strayDecisionsOf = (events: readonly ReadableEvent[]): readonly (DecisionTold & { readonly stage: string })[] => {
  const opened = ofTypes(events, 'StageOpened');
  return ofTypes(events, 'DecisionMade', 'DecisionRefused')
    .filter((event) => !opened.some((each) => each.version < event.version && textIn(each.data, 'stage') === textIn(event.data, 'stage')))
    .map((event) => ({ stage: textIn(event.data, 'stage') ?? '', ...decisionOf(event) }));
};

const decisionOf = (event: ReadableEvent): DecisionTold => ({
  at: event.at,
  actor: textIn(event.data, 'actor'),
  channel: textIn(event.by, 'channel'),
  decision: textIn(event.data, 'decision'),
  planHash: textIn(event.data, 'planHash'),
  reasonCode: textIn(event.data, 'reasonCode'),
  counts: event.type === 'DecisionMade',
  code: textIn(event.data, 'code'),
});
