import { stagesOf, strayDecisionsOf, type DecisionTold, type StageTold } from './approvals.ts';
import { callsOf, type CallsTold } from './calls.ts';
import { fieldsIn, lastOf, listIn, ofTypes, textIn, type ReadableEvent } from './event.ts';
import { factsOf, type FactTold } from './facts.ts';
import { headlineOf, type Headline } from './headline.ts';
import { stepsOf, type StepTold } from './steps.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface PlanTold {
  readonly hash: string | null;
  readonly at: string;
  readonly policyVersion: string | null;
  readonly steps: readonly { readonly id: string | null; readonly kind: string | null; readonly reversible: boolean; readonly gate: string | null }[];
}

export interface HoldTold {
  readonly scope: 'case' | 'person';
  readonly what: string;
  readonly at: string;
  readonly actor: string | null;
  readonly code: string | null;
}

/** A case as its events tell it, without a word that is not in them. */
export interface Story {
  readonly version: 1;
  readonly case: {
    readonly id: string;
    readonly kind: string | null;
    readonly personRef: string | null;
    readonly office: string | null;
    readonly openedAt: string | null;
    readonly closedAt: string | null;
    readonly phase: string | null;
    readonly result: string | null;
  };
  readonly headline: Headline;
  readonly request: {
    readonly requester: string | null;
    readonly source: string | null;
    readonly actor: string | null;
    readonly channel: string | null;
    readonly at: string | null;
    readonly reasonCode: string | null;
    readonly urgency: string | null;
  };
  readonly terms: readonly { readonly at: string; readonly what: string | null; readonly terms: Fields }[];
  readonly facts: readonly FactTold[];
  readonly plans: readonly PlanTold[];
  readonly stages: readonly StageTold[];
  readonly strayDecisions: readonly (DecisionTold & { readonly stage: string })[];
  readonly steps: readonly StepTold[];
  readonly calls: CallsTold | null;
  readonly tasks: readonly { readonly step: string; readonly claimedAt: string; readonly claimedBy: string | null; readonly confirmedAt: string | null }[];
  readonly findings: readonly { readonly step: string; readonly finding: string; readonly at: string }[];
  readonly legalHolds: readonly HoldTold[];
  readonly certificate: { readonly at: string; readonly claims: Fields } | null;
  readonly erasedAt: string | null;
  readonly events: readonly {
    readonly version: number;
    readonly position: number;
    readonly at: string;
    readonly type: string;
    readonly actor: string | null;
    readonly channel: string | null;
  }[];
}

/** `events`: the case's own, complete and in order. `related`: those of the person that belong to it. */
export const storyOf = (events: readonly ReadableEvent[], related: readonly ReadableEvent[]): Story => {
  const [first] = events;
  const opened = first?.data ?? {};
  const closed = lastOf(events, 'CaseClosed');
  const terms = ofTypes(events, 'CaseOpened', 'TermsChanged');
  const newest = fieldsIn(terms[terms.length - 1]?.data ?? {}, 'terms') ?? {};
  const [facts, steps] = [factsOf(related), stepsOf(events)];
  const certificate = lastOf(events, 'CertificateIssued');

  return {
    version: 1,
    case: {
      id: (first?.stream ?? '').replace(/^case\//, ''),
      kind: textIn(opened, 'kind'),
      personRef: textIn(opened, 'personRef'),
      office: textIn(opened, 'office'),
      openedAt: first?.at ?? null,
      closedAt: closed?.at ?? null,
      phase: textIn(closed?.data ?? {}, 'phase'),
      result: textIn(closed?.data ?? {}, 'result'),
    },
    headline: headlineOf(events, facts, steps),
    request: {
      requester: textIn(opened, 'requester'),
      source: textIn(opened, 'source'),
      actor: textIn(first?.by ?? {}, 'actor'),
      channel: textIn(first?.by ?? {}, 'channel'),
      at: first?.at ?? null,
      reasonCode: textIn(newest, 'reasonCode'),
      urgency: textIn(newest, 'urgency'),
    },
    terms: terms.map((event) => ({ at: event.at, what: textIn(event.data, 'what'), terms: fieldsIn(event.data, 'terms') ?? {} })),
    facts,
    plans: ofTypes(events, 'PlanMade').map(planOf),
    stages: stagesOf(events),
    strayDecisions: strayDecisionsOf(events),
    steps,
    calls: callsOf(events),
    tasks: tasksOf(events),
    findings: ofTypes(events, 'StepVerified').flatMap((event) => {
      const finding = textIn(event.data, 'finding');
      return finding === null ? [] : [{ step: textIn(event.data, 'step') ?? '', finding, at: event.at }];
    }),
    legalHolds: [...holdsOf(events, 'case'), ...holdsOf(related, 'person')],
    certificate: certificate && { at: certificate.at, claims: fieldsIn(certificate.data, 'claims') ?? {} },
    erasedAt: lastOf(related, 'PersonErased')?.at ?? null,
    events: events.map((event) => ({
      version: event.version,
      position: event.position,
      at: event.at,
      type: event.type,
      actor: textIn(event.by, 'actor'),
      channel: textIn(event.by, 'channel'),
    })),
  };
};

const planOf = (event: ReadableEvent): PlanTold => {
  const plan = fieldsIn(event.data, 'plan') ?? {};
  return {
    hash: textIn(plan, 'hash'),
    at: event.at,
    policyVersion: textIn(plan, 'policyVersion'),
    steps: listIn(plan, 'steps').map((step) => ({
      id: textIn(step, 'id'),
      kind: textIn(step, 'kind'),
      reversible: step['reversible'] === true,
      gate: textIn(step, 'gate'),
    })),
  };
};

const tasksOf = (events: readonly ReadableEvent[]): Story['tasks'] =>
  ofTypes(events, 'StepClaimedByHand').map((claim) => {
    const step = textIn(claim.data, 'step') ?? '';
    const confirmed = events.find((event) => event.version > claim.version && event.type === 'StepDoneByHand' && textIn(event.data, 'step') === step);
    return { step, claimedAt: claim.at, claimedBy: textIn(claim.by, 'actor'), confirmedAt: confirmed?.at ?? null };
  });

/** Whatever an event about a hold is called: placing, asking to lift, refusing, lifting. */
const holdsOf = (events: readonly ReadableEvent[], scope: HoldTold['scope']): readonly HoldTold[] =>
  events
    .filter((event) => event.type.startsWith('LegalHold'))
    .map((event) => ({
      scope,
      what: event.type,
      at: event.at,
      actor: textIn(event.data, 'actor') ?? textIn(event.by, 'actor'),
      code: textIn(event.data, 'code') ?? textIn(event.data, 'reasonCode'),
    }));
