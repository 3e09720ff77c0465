import { unreachable, type JsonObject } from '../kernel.ts';
import type { CaseKind } from '../case/terms.ts';
import type { Fact } from './facts.ts';

export type PersonEvent =
  | { readonly type: 'PersonSeen'; readonly data: { source: string }; readonly personal?: JsonObject }
  | { readonly type: 'FactRecorded'; readonly data: { fact: Fact; receivedAt?: string }; readonly personal?: JsonObject }
  | { readonly type: 'CaseBegan'; readonly data: { caseId: string; kind: CaseKind; factId: string | null }; readonly personal?: JsonObject }
  | { readonly type: 'CaseEnded'; readonly data: { caseId: string; phase: string }; readonly personal?: JsonObject }
  | { readonly type: 'DialpadUserLinked'; readonly data: { userId: string; caseId: string }; readonly personal?: JsonObject }
  | { readonly type: 'LegalHoldPlaced'; readonly data: { actor: string }; readonly personal?: JsonObject }
  | { readonly type: 'LegalHoldLifted'; readonly data: { actor: string }; readonly personal?: JsonObject }
  | { readonly type: 'PersonErased'; readonly data: { caseId: string }; readonly personal?: JsonObject };

export interface PersonCase {
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly factId: string | null;
  readonly open: boolean;
  readonly phase: string | null;
}

export interface PersonState {
  readonly source: string | null;
  readonly facts: readonly Fact[];
  readonly cases: readonly PersonCase[];
  readonly userId: string | null;
  readonly erased: boolean;
  /** Cases that are opened while it stands are held from the beginning. */
  readonly legalHold: string | null;
}

export const unknownPerson: PersonState = { source: null, facts: [], cases: [], userId: null, erased: false, legalHold: null };

export const evolvePerson = (state: PersonState, event: PersonEvent): PersonState => {
  switch (event.type) {
    case 'PersonSeen':
      return { ...state, source: event.data.source };
    case 'FactRecorded':
      return { ...state, facts: [...state.facts.filter((fact) => fact.id !== event.data.fact.id), event.data.fact] };
    case 'CaseBegan':
      return { ...state, cases: [...state.cases, { ...event.data, open: true, phase: null }] };
    case 'CaseEnded':
      return {
        ...state,
        cases: state.cases.map((each) => (each.caseId === event.data.caseId ? { ...each, open: false, phase: event.data.phase } : each)),
      };
    case 'DialpadUserLinked':
      return { ...state, userId: event.data.userId };
    case 'LegalHoldPlaced':
      return { ...state, legalHold: event.data.actor };
    case 'LegalHoldLifted':
      return { ...state, legalHold: null };
    case 'PersonErased':
      return { ...state, erased: true, userId: null };
    default:
      return unreachable(event);
  }
};
