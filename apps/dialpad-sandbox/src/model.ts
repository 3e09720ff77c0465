/** What the sandbox keeps. Entities are never changed in place: each change puts a new one, so that it can be taken back. */
export interface User {
  readonly id: string;
  readonly officeId: string;
  readonly state: 'pending' | 'active' | 'suspended' | 'deleted';
  readonly emails: readonly string[];
  readonly firstName: string;
  readonly lastName: string;
  readonly jobTitle: string | null;
  readonly license: string;
  /** A second licence taken by becoming a contact-center operator; it stays when the user leaves the center. */
  readonly operatorLicense: string | null;
  readonly superAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
  readonly forwardingNumbers: readonly string[];
  /** Primary first. */
  readonly phoneNumbers: readonly string[];
  readonly callerId: string | null;
  readonly doNotDisturb: boolean;
  /** ISO instants. */
  readonly dateAdded: string;
  readonly dateActive: string | null;
  readonly dateFirstLogin: string | null;
  readonly onboardingCompleted: boolean;
  readonly deletedAt: string | null;
  /** What a deleted user still holds for 72 hours. */
  readonly heldNumbers: readonly string[];
  readonly internationalDialing?: boolean;
  readonly extension?: string;
  readonly status?: { readonly message: string; readonly expiresAt: number | null };
  readonly e911?: Address;
  /** Groups in which the user does not want to be disturbed. */
  readonly quietGroups?: readonly string[];
  readonly duty?: Duty;
}

export interface Address {
  readonly address: string;
  readonly address2?: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

/** The same in all call centers of an operator. */
export interface Duty {
  readonly on: boolean;
  readonly reason: string | null;
  /** Epoch ms. */
  readonly since: number;
  readonly onSince: number | null;
}

export interface RoutingInner {
  readonly action: string;
  readonly try_dial_operators: boolean;
  readonly action_target_type?: string;
  readonly action_target_id?: string;
  readonly operator_routing?: string;
  readonly dtmf?: readonly {
    readonly input: string;
    readonly options: { readonly action: string; readonly action_target_type?: string; readonly action_target_id?: string };
  }[];
}

export interface RoutingOptions {
  readonly open: RoutingInner;
  readonly closed: RoutingInner;
}

export interface Office {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly state: string;
  readonly timezone: string;
  readonly areaCode: string;
  readonly isPrimary: boolean;
  readonly phoneNumbers: readonly string[];
  readonly routing: RoutingOptions;
  readonly operators: readonly Operator[];
  readonly emails?: readonly string[];
  readonly e911?: Address;
  readonly settings?: Settings;
  /** Bought licences by counter; what is free follows from who uses them. */
  readonly bought: Readonly<Record<Counter, number>>;
}

export const counters = [
  'talk_lines',
  'sell_lines',
  'contact_center_lines',
  'additional_number_lines',
  'tollfree_additional_number_lines',
  'fax_lines',
  'room_lines',
  'tollfree_room_lines',
  'uberconference_lines',
  'tollfree_uberconference_lines',
] as const;
export type Counter = (typeof counters)[number];

export interface Operator {
  readonly userId: string;
  readonly role: string;
  /** In call centers, 1 to 100. */
  readonly skill?: number;
}

/** What is kept as it was sent and given back: hours, recording, hold queue. */
export type Settings = Readonly<Record<string, unknown>>;

export interface Group {
  readonly id: string;
  readonly type: 'department' | 'callcenter' | 'channel' | 'coachingteam';
  readonly name: string;
  readonly officeId: string;
  readonly phoneNumbers: readonly string[];
  readonly routing: RoutingOptions;
  readonly operators: readonly Operator[];
  /** `voicemail_notification_emails`: the API shows them and cannot change them. */
  readonly emails?: readonly string[];
  readonly settings?: Settings;
}

export interface CallRouter {
  readonly id: string;
  readonly name: string;
  readonly officeId: string;
  readonly defaultTargetType: string;
  readonly defaultTargetId: string;
  readonly enabled: boolean;
  readonly routingUrl?: string;
  readonly secret?: string;
  readonly phoneNumbers?: readonly string[];
}

/** A recorded greeting or announcement of a user or a line. */
export interface Ivr {
  readonly id: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly ivrType: string;
  readonly name: string;
  readonly description: string | null;
  readonly selected: boolean;
  /** Epoch ms. */
  readonly added: number;
}

export interface StatsJob {
  readonly id: string;
  /** What was asked for; the same question joins the job that is there. */
  readonly question: string;
  readonly started: number;
  readonly isToday: boolean;
}

/** A person the identity provider will bring back. */
export interface Recreation {
  readonly id: string;
  readonly at: number;
  readonly user: User;
}

export interface PhoneNumber {
  readonly number: string;
  readonly areaCode: string;
  readonly officeId: string;
  readonly status: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
}

export interface Device {
  readonly id: string;
  readonly userId: string;
  readonly kind: 'deskphone' | 'userdevice';
  readonly name: string;
  readonly type: string;
}

export interface WriteEntry {
  readonly number: number;
  readonly at: string;
  readonly operation: string;
  readonly userId: string | null;
}
