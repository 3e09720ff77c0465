/** What Handover reads of a Dialpad user. Ids are strings; absent values are null or empty, never missing. */
export interface DialpadUser {
  readonly id: string;
  readonly officeId: string;
  readonly state: string;
  readonly emails: readonly string[];
  readonly displayName: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly isSuperAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
  readonly forwardingNumbers: readonly string[];
  /** E.164, the primary one first. */
  readonly phoneNumbers: readonly string[];
  readonly license: string | null;
  /** ISO instants; Dialpad writes them without a zone and means UTC. */
  readonly dateFirstLogin: string | null;
  readonly dateActive: string | null;
  readonly dateAdded: string | null;
  readonly onboardingCompleted: boolean;
  readonly groupDetails: readonly GroupMembership[];
}

export interface GroupRef {
  /** `department`, `callcenter`, `office` (its main line), `channel` or `coachingteam`. */
  readonly type: string;
  readonly id: string;
}

export interface GroupMembership extends GroupRef {
  readonly role: string;
}

export interface Office {
  readonly id: string;
  readonly name: string;
  readonly isPrimary: boolean;
  /** ISO 3166 alpha-2 in lower case, as Dialpad answers it. */
  readonly country: string | null;
  /** Dialpad's own spelling, mostly IANA (`US/Pacific`). */
  readonly timezone: string | null;
}

export interface PhoneNumber {
  readonly number: string;
  readonly status: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
}

export interface Seats {
  readonly talk: number;
  readonly sell: number;
  readonly contactCenter: number;
  readonly additionalNumber: number;
}

/** The counters of an office that a licence can be taken from. */
export type SeatKind = keyof Seats;

export interface RoutingTarget {
  readonly type: string;
  readonly id: string;
}

/** A place whose calls go to a user. Plain JSON: it is kept in the plan of a case. */
export interface RoutingReference {
  readonly where: {
    readonly type: 'department' | 'callcenter' | 'callrouter' | 'office';
    readonly id: string;
    /** `open`, `closed`, `open.dtmf.3` (its key), or `default` of a call router. */
    readonly path: string;
  };
  /** False where Dialpad has no API to change it (an office's main line). */
  readonly repairable: boolean;
  /** The routing action as it was, so that it can be put back. */
  readonly action: string | null;
}

export interface Operator {
  readonly id: string;
  readonly role: string | null;
  /** The user's state where the answer tells it. */
  readonly state?: string | null;
}

/** A department, call center or office as far as it sends calls on. */
export interface RoutedLine {
  readonly type: 'department' | 'callcenter' | 'office' | 'callrouter';
  readonly id: string;
  readonly open: Routed;
  readonly closed: Routed;
}

export interface Routed {
  readonly ringsOperators: boolean;
  readonly action: string;
  readonly target: RoutingTarget | null;
  readonly menu: readonly { readonly key: string; readonly action: string; readonly target: RoutingTarget | null }[];
}

export interface DeskPhone {
  readonly id: string;
}

/** Whether a write was needed: false when it was so already. */
export interface Ensured {
  readonly changed: boolean;
}
