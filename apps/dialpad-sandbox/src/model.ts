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
}

export interface Group {
  readonly id: string;
  readonly type: 'department' | 'callcenter' | 'channel' | 'coachingteam';
  readonly name: string;
  readonly officeId: string;
  readonly phoneNumbers: readonly string[];
  readonly routing: RoutingOptions;
  readonly operators: readonly Operator[];
}

export interface CallRouter {
  readonly id: string;
  readonly name: string;
  readonly officeId: string;
  readonly defaultTargetType: string;
  readonly defaultTargetId: string;
  readonly enabled: boolean;
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
