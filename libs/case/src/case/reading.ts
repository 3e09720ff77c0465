/** Somebody's place in a group of Dialpad. */
export interface Membership {
  readonly type: string;
  readonly id: string;
  readonly role: string;
}

/** What a user of Dialpad has when it is read for a plan. */
export interface UserReading {
  readonly officeId: string;
  readonly license: string;
  readonly numbers: readonly string[];
  readonly groups: readonly Membership[];
  readonly isCompanyAdmin: boolean;
  readonly adminOfficeIds: readonly string[];
}

/** Roles that let somebody decide about others: approved first, given last. */
export const isPower = ({ role }: Membership): boolean => role === 'admin' || role === 'supervisor';

export const isSameGroup = (left: Membership, right: Membership): boolean => left.type === right.type && left.id === right.id;

export const isAmong = (groups: readonly Membership[], wanted: Membership): boolean =>
  groups.some((each) => isSameGroup(each, wanted) && each.role === wanted.role);
