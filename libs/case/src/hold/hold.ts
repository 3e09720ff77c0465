import { RuleViolation, happened, nothingNew, unreachable, type Decided, type JsonObject } from '../kernel.ts';
import type { Decider } from '../case/decider.ts';

/** A legal hold, on a case or on a person. It holds from the moment it is placed; a second person confirms or ends it. */
export interface LegalHold {
  readonly by: string;
  /** Whom who placed it said they act for: no more a second pair of eyes than they are. */
  readonly placedFor: string | null;
  /** ISO instant by which somebody else should have confirmed it; null: placed before holds were confirmed. */
  readonly confirmUntil: string | null;
  readonly confirmedBy: string | null;
  readonly liftAskedBy: string | null;
  readonly liftAskedFor: string | null;
}

/** Who may do what about holds: the policy's word, roles. */
export interface HoldRule {
  /** Place one, and ask to lift one. */
  readonly by: readonly string[];
  /** Confirm or end one that somebody else placed, agree or decline to lift one. */
  readonly approveBy: readonly string[];
  /** ms */
  readonly confirmWithin: number;
}

export interface HoldRequest {
  readonly by: Decider;
  /** Free text; sealed. */
  readonly reason: string;
  /** ISO instant. */
  readonly now: string;
  readonly rule: HoldRule;
}

export type HoldVerb = 'place' | 'confirm' | 'reject' | 'lift' | 'keep';

type Event<T extends string, D> = { readonly type: T; readonly data: D; readonly personal?: JsonObject };

/** `scope` is `person` where a case is held because its person is. */
export type HoldEvent =
  | Event<'LegalHoldPlaced', { actor: string; onBehalfOf?: string; confirmUntil: string | null; scope?: 'case' | 'person'; late?: readonly string[] }>
  | Event<'LegalHoldConfirmed', { actor: string; placedBy: string }>
  | Event<'LegalHoldRejected', { actor: string; placedBy: string }>
  | Event<'LegalHoldLiftAsked', { actor: string; onBehalfOf?: string }>
  | Event<'LegalHoldLiftRefused', { actor: string; code: string }>
  | Event<'LegalHoldKept', { actor: string; askedBy: string }>
  | Event<'LegalHoldLifted', { actor: string; askedBy?: string; scope?: 'case' | 'person' }>
  | Event<'LegalHoldRefused', { actor: string; asked: HoldVerb; code: string }>;

const HOLD_EVENTS: Readonly<Record<HoldEvent['type'], true>> = {
  LegalHoldPlaced: true,
  LegalHoldConfirmed: true,
  LegalHoldRejected: true,
  LegalHoldLiftAsked: true,
  LegalHoldLiftRefused: true,
  LegalHoldKept: true,
  LegalHoldLifted: true,
  LegalHoldRefused: true,
};

export const isHoldEvent = (event: { readonly type: string }): event is HoldEvent => event.type in HOLD_EVENTS;

/** What has happened to a hold, whatever it is on. */
export const evolveHold = (hold: LegalHold | null, event: HoldEvent): LegalHold | null => {
  switch (event.type) {
    case 'LegalHoldPlaced':
      return {
        by: event.data.actor,
        placedFor: event.data.onBehalfOf ?? null,
        confirmUntil: event.data.confirmUntil,
        confirmedBy: null,
        liftAskedBy: null,
        liftAskedFor: null,
      };
    case 'LegalHoldConfirmed':
      return hold && { ...hold, confirmedBy: event.data.actor };
    case 'LegalHoldLiftAsked':
      return hold && { ...hold, liftAskedBy: event.data.actor, liftAskedFor: event.data.onBehalfOf ?? null };
    case 'LegalHoldKept':
      return hold && { ...hold, liftAskedBy: null, liftAskedFor: null };
    case 'LegalHoldRejected':
    case 'LegalHoldLifted':
      return null;
    case 'LegalHoldLiftRefused':
    case 'LegalHoldRefused':
      return hold;
    default:
      return unreachable(event);
  }
};

/** @param subject the person it is about, null where it is about nobody; @param late what has begun already and cannot be held */
export const decideHold = (
  hold: LegalHold | null,
  verb: HoldVerb,
  request: HoldRequest,
  subject: string | null,
  late: readonly string[] = [],
): Decided<HoldEvent> => {
  if (verb !== 'place' && hold === null) throw new RuleViolation('hold.none', 'there is no legal hold here');
  const code = refusalOf(hold, verb, request, subject);
  if (code !== null) return refused(verb, request, code);

  return verb === 'place' ? placed(hold, request, late) : hold === null ? nothingNew : answered(hold, verb, request);
};

/** Holds at once, whoever asks: what is lost while a hold waits for its confirmation cannot be brought back. */
const placed = (hold: LegalHold | null, { by, now, rule, reason }: HoldRequest, late: readonly string[]): Decided<HoldEvent> => {
  if (hold !== null) return nothingNew;
  const confirmUntil = new Date(Date.parse(now) + rule.confirmWithin).toISOString();

  return happened({ type: 'LegalHoldPlaced', data: { ...actorOf(by), confirmUntil, ...(late.length > 0 ? { late } : {}) }, personal: { reason } });
};

const answered = (hold: LegalHold, verb: Exclude<HoldVerb, 'place'>, { by, reason }: HoldRequest): Decided<HoldEvent> => {
  const { actor } = by;
  const personal = { reason };
  switch (verb) {
    case 'confirm':
      return hold.confirmedBy === null ? happened({ type: 'LegalHoldConfirmed', data: { actor, placedBy: hold.by }, personal }) : nothingNew;
    case 'reject':
      return happened({ type: 'LegalHoldRejected', data: { actor, placedBy: hold.by }, personal });
    case 'keep':
      if (hold.liftAskedBy === null) throw new RuleViolation('hold.nobody_asked', 'nobody has asked to lift this legal hold');
      return happened({ type: 'LegalHoldKept', data: { actor, askedBy: hold.liftAskedBy }, personal });
    case 'lift':
      return hold.liftAskedBy === null
        ? happened({ type: 'LegalHoldLiftAsked', data: actorOf(by), personal })
        : happened({ type: 'LegalHoldLifted', data: { actor, askedBy: hold.liftAskedBy }, personal });
  }
};

const actorOf = ({ actor, onBehalfOf }: Decider): { actor: string; onBehalfOf?: string } => ({ actor, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) });

const refusalOf = (hold: LegalHold | null, verb: HoldVerb, { by, rule }: HoldRequest, subject: string | null): string | null => {
  const isSecond = verb !== 'place' && !(verb === 'lift' && hold?.liftAskedBy === null);
  const allowed = isSecond ? rule.approveBy : rule.by;
  if (!by.roles.some((role) => allowed.includes(role))) return 'hold.role';
  if (by.personRef !== null && by.personRef === subject) return 'hold.subject';
  if (isSecond && by.onBehalfOf !== undefined) return 'hold.delegate';
  if ((verb === 'confirm' || verb === 'reject') && [hold?.by, hold?.placedFor].includes(by.actor)) return 'hold.same_actor';
  if (verb === 'reject' && hold?.confirmedBy !== null) return 'hold.confirmed';

  return isSecond && (verb === 'lift' || verb === 'keep') && [hold?.liftAskedBy, hold?.liftAskedFor].includes(by.actor) ? 'hold.same_actor' : null;
};

const REFUSALS: Readonly<Record<string, string>> = {
  'hold.role': 'the policy (legalHold) names no role of this actor for that',
  'hold.subject': 'nobody decides about a legal hold on themselves',
  'hold.same_actor': 'a legal hold takes two people: somebody else has to agree',
  'hold.delegate': 'a decision is one’s own: nobody decides for somebody else',
  'hold.confirmed': 'the legal hold is confirmed; it is lifted by asking to lift it, and somebody else agreeing',
};

const refused = (verb: HoldVerb, { by, reason }: HoldRequest, code: string): Decided<HoldEvent> => ({
  events: [
    verb === 'lift' && code === 'hold.same_actor'
      ? { type: 'LegalHoldLiftRefused', data: { actor: by.actor, code }, personal: { reason } }
      : { type: 'LegalHoldRefused', data: { actor: by.actor, asked: verb, code }, personal: { reason } },
  ],
  refusal: { code, message: REFUSALS[code] ?? code },
});

/** Over its deadline a hold goes on holding, and is shown as overdue until somebody confirms or ends it. */
export const isOverdue = (hold: LegalHold, now: string): boolean =>
  hold.confirmUntil !== null && hold.confirmedBy === null && Date.parse(now) > Date.parse(hold.confirmUntil);
