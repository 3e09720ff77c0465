/** Where the zone of a date came from; recorded, because the last day ends at another instant in another zone. */
export type ZoneFrom = 'fact' | 'person' | 'office' | 'policy' | 'instant';

/** What HR wants of a leaver, as far as it is no personal value. */
export interface LeaverTerms {
  readonly kind: 'leaver';
  /** Plain date; null when only an instant was given. */
  readonly lastWorkingDay: string | null;
  /** ISO instant at which access ends. */
  readonly cutOff: string;
  readonly zone: string;
  readonly zoneFrom: ZoneFrom;
  readonly urgency: 'normal' | 'immediate';
  readonly reasonCode: string | null;
  readonly successor: Successor;
}

export type Successor =
  | { readonly kind: 'pool' }
  | { readonly kind: 'person'; readonly personRef: string }
  | { readonly kind: 'unknown-person' }
  | { readonly kind: 'department'; readonly name: string }
  | { readonly kind: 'office'; readonly name: string };

export interface JoinerTerms {
  readonly kind: 'joiner';
  readonly startDate: string;
  /** ISO instant the first day begins in the person's zone. */
  readonly startsAt: string;
  readonly zone: string;
  readonly zoneFrom: ZoneFrom;
  readonly license: string;
  readonly number: NumberWish | null;
  readonly groups: readonly GroupWish[];
  readonly adminRole: 'company' | 'office' | null;
}

export type NumberWish =
  | { readonly kind: 'named'; readonly e164: string }
  | { readonly kind: 'reserved' }
  | { readonly kind: 'area-code'; readonly areaCode: string }
  | { readonly kind: 'leaver'; readonly personRef: string | null };

export interface GroupWish {
  readonly type: 'department' | 'callcenter' | 'office';
  readonly name: string;
  readonly role: 'operator' | 'supervisor' | 'admin';
}

/** What HR changes of somebody who stays. Null is "as it is". */
export interface MoverTerms {
  readonly kind: 'mover';
  readonly effectiveDate: string | null;
  /** ISO instant from which the change may be made. */
  readonly effectiveAt: string;
  readonly zone: string;
  readonly zoneFrom: ZoneFrom;
  readonly office: string | null;
  readonly license: string | null;
  readonly groups: readonly GroupWish[] | null;
  readonly adminRole: 'company' | 'office' | 'none' | null;
}

/** What an admin wants of a number of the company. A number is company property: it may be read for ever. */
export interface NumberTerms {
  readonly kind: 'number';
  /** E.164. */
  readonly number: string;
  readonly action: 'reassign' | 'release';
  /** Who gets it; null when it is released. */
  readonly to: NumberTarget | null;
}

/** Names as Dialpad knows them; who they are in Dialpad is in the plan. */
export type NumberTarget =
  { readonly kind: 'person'; readonly personRef: string } | { readonly kind: 'department' | 'callcenter' | 'office'; readonly name: string };

export type Terms = LeaverTerms | JoinerTerms | MoverTerms | NumberTerms;
export type CaseKind = Terms['kind'];
