import { fieldsIn, isIn, listIn, numberIn, ofTypes, textIn, type ReadableEvent } from './event.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One attempt: what was read before, what was done, and what was read back. */
export interface Attempt {
  readonly round: number;
  readonly startedAt: string | null;
  readonly startedBy: string | null;
  readonly byHand: boolean;
  readonly before: Fields | null;
  readonly endedAt: string | null;
  readonly outcome: 'verified' | 'contradicted' | 'blocked' | 'withheld' | 'by-hand' | 'waived' | 'open';
  /** False: it was so already, and nothing was written. */
  readonly changed: boolean | null;
  readonly code: string | null;
  readonly detail: string | null;
  /** What an independent reading said afterwards. */
  readonly readBack: Fields | null;
  /** Which attempt of the activity this was, counted from 1: more than one means that a call was repeated. */
  readonly activityAttempt: number | null;
}

export interface StepTold {
  readonly step: string;
  readonly kind: string | null;
  readonly reversible: boolean | null;
  readonly undoes: string | null;
  readonly target: Fields | null;
  readonly outcome: Attempt['outcome'] | 'not-started';
  readonly attempts: readonly Attempt[];
}

const OUTCOMES: Readonly<Record<string, Attempt['outcome']>> = {
  StepVerified: 'verified',
  StepContradicted: 'contradicted',
  StepBlocked: 'blocked',
  StepWithheld: 'withheld',
  StepDoneByHand: 'by-hand',
  StepWaived: 'waived',
};

/** Every step that was planned or begun, in order, with every attempt. */
export const stepsOf = (events: readonly ReadableEvent[]): readonly StepTold[] => {
  const about = events.filter((event) => textIn(event.data, 'step') !== null);
  const planned = plannedIn(events);
  const begun = about.map((event) => textIn(event.data, 'step') ?? '').filter((step) => !planned.has(step));
  const before = new Set(begun); // link, preflight: read before there is a plan

  return [...before, ...planned.keys()].map((step) => {
    const plan = planned.get(step) ?? {};
    const own = about.filter((event) => textIn(event.data, 'step') === step);
    const attempts = attemptsOf(own);
    const kind = textIn(plan, 'kind') ?? own.map((event) => textIn(event.data, 'kind')).find((each) => each !== null) ?? null;

    return {
      step,
      kind,
      reversible: typeof plan['reversible'] === 'boolean' ? plan['reversible'] : null,
      undoes: textIn(plan, 'undoes'),
      target: fieldsIn(plan, 'target'),
      outcome: attempts[attempts.length - 1]?.outcome ?? 'not-started',
      attempts,
    };
  });
};

/** Steps of the newest plan, and those that a rescind or a withdrawal added. */
const plannedIn = (events: readonly ReadableEvent[]): ReadonlyMap<string, Fields> => {
  const plans = ofTypes(events, 'PlanMade').map((event) => listIn(fieldsIn(event.data, 'plan') ?? {}, 'steps'));
  const added = ofTypes(events, 'RescindAccepted', 'WithdrawalBegan').flatMap((event) => listIn(event.data, 'steps'));
  return new Map([...(plans[plans.length - 1] ?? []), ...added].map((step) => [textIn(step, 'id') ?? '', step]));
};

const attemptsOf = (events: readonly ReadableEvent[]): readonly Attempt[] => {
  const attempts: Attempt[] = [];
  for (const event of events) {
    const { data, at } = event;
    const outcome = OUTCOMES[event.type];
    if (event.type === 'StepStarted')
      attempts.push({
        ...blank,
        round: numberIn(data, 'round') ?? 1,
        startedAt: at,
        startedBy: textIn(event.by, 'actor'),
        byHand: isIn(data, 'byHand'),
        before: fieldsIn(data, 'before'),
        activityAttempt: numberIn(event.by, 'attempt'),
      });
    else if (outcome) {
      const open = attempts[attempts.length - 1];
      const begun = open?.outcome === 'open' ? open : { ...blank, round: numberIn(data, 'round') ?? 1, startedBy: textIn(event.by, 'actor') };
      if (begun === open) attempts.pop();
      attempts.push({
        ...begun,
        outcome,
        endedAt: at,
        changed: typeof data['changed'] === 'boolean' ? data['changed'] : null,
        code: textIn(data, 'code') ?? textIn(data, 'reasonCode') ?? textIn(data, 'finding'),
        detail: textIn(data, 'detail'),
        readBack: fieldsIn(data, 'evidence'),
        activityAttempt: numberIn(event.by, 'attempt') ?? begun.activityAttempt,
      });
    }
  }

  return attempts;
};

const blank: Attempt = {
  round: 1,
  startedAt: null,
  startedBy: null,
  byHand: false,
  before: null,
  endedAt: null,
  outcome: 'open',
  changed: null,
  code: null,
  detail: null,
  readBack: null,
  activityAttempt: null,
};
