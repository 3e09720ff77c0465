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
  /** Finer than `successor`, which stands for everything that is not named here. */
  readonly successors?: readonly SuccessorFor[];
}

/** Who gets one number, or everything of a kind. */
export type SuccessorFor =
  | { readonly what: 'number'; readonly number: string; readonly to: Successor }
  /** `routing`: where lines, menus and routers point; `groups`: who steps in where a group would ring nobody; `admin`: who gets the admin rights. */
  | { readonly what: 'routing' | 'groups' | 'admin'; readonly to: Successor };

export type Successor =
  | { readonly kind: 'pool' }
  | { readonly kind: 'person'; readonly personRef: string }
  | { readonly kind: 'unknown-person' }
  | { readonly kind: 'department'; readonly name: string }
  | { readonly kind: 'callcenter'; readonly name: string }
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
  /** Names of the offices to administer; several are what Dialpad calls a regional admin. Absent: their own office. */
  readonly adminOffices?: readonly string[];
  /** HR gave an emergency address; the address itself is sealed with the fact. */
  readonly e911?: boolean;
}

export type NumberWish =
  | { readonly kind: 'named'; readonly e164: string }
  | { readonly kind: 'reserved' }
  | { readonly kind: 'area-code'; readonly areaCode: string }
  | { readonly kind: 'leaver'; readonly personRef: string | null };

export interface GroupWish {
  readonly type: 'department' | 'callcenter' | 'office' | 'channel' | 'coachingteam';
  readonly name: string;
  /** `coach` and `trainee` are a coaching team's; a channel has members only. */
  readonly role: 'operator' | 'supervisor' | 'admin' | 'coach' | 'trainee';
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
  /** All the offices they shall administer, by name; absent: their own beside those they have. */
  readonly adminOffices?: readonly string[];
  /** Personal fields that HR says otherwise than before; the values are sealed with the fact. */
  readonly corrections?: readonly Correction[];
}

export type Correction = 'email' | 'name' | 'e911';

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

/** ISO instant at which what is wanted takes hold; null where nobody named one. */
export const takesHoldAt = (terms: Terms): string | null => {
  switch (terms.kind) {
    case 'leaver':
      return terms.cutOff;
    case 'joiner':
      return terms.startsAt;
    case 'mover':
      return terms.effectiveAt;
    default:
      return null;
  }
};
