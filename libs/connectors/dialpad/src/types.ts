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
  readonly internationalDialing: boolean;
  readonly jobTitle: string | null;
  /** Has a device online now; an idle user has none. */
  readonly isOnline: boolean;
  /** Of `readUser` only; lists of users come without. */
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
  readonly officeId: string | null;
  readonly areaCode: string | null;
  /** `local`, `mobile`, `tollfree` … */
  readonly type: string | null;
  /** Ported out. */
  readonly isDeleted: boolean;
}

export interface Company {
  readonly id: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly country: string | null;
  /** `free`, `standard`, `pro` or `enterprise`: older names than those of today's plans. */
  readonly accountType: string | null;
  readonly state: string | null;
}

/** Every counter of an office's licences. */
export interface Licences extends Seats {
  readonly tollfreeAdditionalNumber: number;
  readonly fax: number;
  readonly room: number;
  readonly tollfreeRoom: number;
  readonly meetings: number;
  readonly tollfreeMeetings: number;
}

/** Bought, used or not. */
export interface OfficePlan extends Licences {
  readonly balance: string | null;
  /** ISO instant. */
  readonly nextBillingDate: string | null;
}

/** Where an emergency call says that it comes from. */
export interface Address {
  readonly address: string;
  readonly address2: string | null;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

export interface CallerId {
  /** E.164, or `blocked`. */
  readonly callerId: string | null;
  readonly phoneNumbers: readonly string[];
  readonly forwardingNumbers: readonly string[];
  readonly officeMainLine: string | null;
  readonly groups: readonly { readonly name: string | null; readonly callerId: string | null }[];
}

/** A line that a user can call as. */
export interface Persona {
  readonly id: string;
  readonly type: string | null;
  readonly name: string | null;
  readonly callerId: string | null;
  readonly phoneNumbers: readonly string[];
}

export interface CustomIvrTarget {
  readonly target: RoutingTarget;
  /** `VM_UNAVAILABLE`, `GREETING`, `CLOSED` … */
  readonly ivrType: string;
}

export interface CustomIvr {
  readonly id: string;
  readonly ivrType: string;
  readonly name: string | null;
  readonly description: string | null;
  /** Is the one that is played. */
  readonly selected: boolean;
  /** ISO instant. */
  readonly dateAdded: string | null;
}

export interface UserDevice {
  readonly id: string;
  readonly userId: string | null;
  readonly type: string | null;
  readonly name: string | null;
  readonly appVersion: string | null;
  /** ISO instants. Phones and tablets never show when they registered. */
  readonly dateCreated: string | null;
  readonly dateUpdated: string | null;
  readonly dateRegistered: string | null;
}

/** Of a call-center operator. */
export interface Duty {
  readonly on: boolean;
  readonly status: string | null;
  readonly reason: string | null;
  /** ISO instant. */
  readonly since: string | null;
}

export interface StatsAnswer {
  readonly status: 'processing' | 'complete' | 'failed';
  readonly downloadUrl: string | null;
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
  readonly name: string | null;
  readonly type: string | null;
  readonly macAddress: string | null;
  readonly phoneNumber: string | null;
}

/** Whether a write was needed: false when it was so already. */
export interface Ensured {
  readonly changed: boolean;
}
