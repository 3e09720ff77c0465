import { unreachable, type JsonObject } from '../kernel.ts';
import { evolveHold, isHoldEvent, type HoldEvent, type LegalHold } from '../hold/hold.ts';
import type { CaseKind } from '../case/terms.ts';
import type { Fact } from './facts.ts';

export type PersonEvent =
  | { readonly type: 'PersonSeen'; readonly data: { source: string; predecessor?: string }; readonly personal?: JsonObject }
  | { readonly type: 'FactRecorded'; readonly data: { fact: Fact; receivedAt?: string }; readonly personal?: JsonObject }
  | { readonly type: 'CaseBegan'; readonly data: { caseId: string; kind: CaseKind; factId: string | null }; readonly personal?: JsonObject }
  | { readonly type: 'CaseEnded'; readonly data: { caseId: string; phase: string; byFact?: boolean }; readonly personal?: JsonObject }
  | { readonly type: 'DialpadUserLinked'; readonly data: { userId: string; caseId: string }; readonly personal?: JsonObject }
  | HoldEvent
  | { readonly type: 'CaseHeld'; readonly data: { caseId: string }; readonly personal?: JsonObject }
  | { readonly type: 'CaseFreed'; readonly data: { caseId: string }; readonly personal?: JsonObject }
  /** The time of what was kept is over: approved once for all, by those named. */
  | {
      readonly type: 'RetentionApplied';
      readonly data: { policyHash: string; keepFor: number; lastAt: string; approvedBy: readonly string[]; claims: JsonObject };
      readonly personal?: JsonObject;
    }
  | { readonly type: 'DataExported'; readonly data: { actor: string; format: string; reasonCode: string | null }; readonly personal?: JsonObject }
  | { readonly type: 'PersonErased'; readonly data: { caseId: string | null; restored?: boolean }; readonly personal?: JsonObject };

export interface PersonCase {
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly factId: string | null;
  readonly open: boolean;
  readonly phase: string | null;
  /** HR took it back before anything was changed. */
  readonly byFact?: boolean;
}

export interface PersonState {
  readonly source: string | null;
  readonly facts: readonly Fact[];
  readonly cases: readonly PersonCase[];
  readonly userId: string | null;
  /** The same employee as they were before they left: another reference, under another key. */
  readonly predecessor?: string;
  readonly erased: boolean;
  /** Cases that are opened while it stands are held from the beginning. */
  readonly legalHold: LegalHold | null;
  /** Cases, open or closed, under a hold of their own. */
  readonly heldCases: readonly string[];
}

export const unknownPerson: PersonState = { source: null, facts: [], cases: [], userId: null, erased: false, legalHold: null, heldCases: [] };

/** Nobody is erased while they or any case of theirs is held. */
export const mayBeErased = ({ legalHold, heldCases }: PersonState): boolean => legalHold === null && heldCases.length === 0;

export const evolvePerson = (state: PersonState, event: PersonEvent): PersonState => {
  if (isHoldEvent(event)) return { ...state, legalHold: evolveHold(state.legalHold, event) };
  switch (event.type) {
    case 'PersonSeen':
      return { ...state, source: event.data.source, ...(event.data.predecessor === undefined ? {} : { predecessor: event.data.predecessor }) };
    case 'FactRecorded':
      return { ...state, facts: [...state.facts.filter((fact) => fact.id !== event.data.fact.id), event.data.fact] };
    case 'CaseBegan':
      return { ...state, cases: [...state.cases, { ...event.data, open: true, phase: null }] };
    case 'CaseEnded':
      return {
        ...state,
        cases: state.cases.map((each) =>
          each.caseId === event.data.caseId ? { ...each, open: false, phase: event.data.phase, ...(event.data.byFact ? { byFact: true } : {}) } : each,
        ),
      };
    case 'DialpadUserLinked':
      return { ...state, userId: event.data.userId };
    case 'CaseHeld':
      return { ...state, heldCases: [...state.heldCases.filter((each) => each !== event.data.caseId), event.data.caseId] };
    case 'CaseFreed':
      return { ...state, heldCases: state.heldCases.filter((each) => each !== event.data.caseId) };
    case 'RetentionApplied':
      return state;
    case 'DataExported':
      return state;
    case 'PersonErased':
      return { ...state, erased: true, userId: null };
    default:
      return unreachable(event);
  }
};
