/** Somebody's place in a group of Dialpad. */
export interface Membership {
  readonly type: string;
  readonly id: string;
  readonly role: string;
}

/** Roles that let somebody decide about others: approved first, given last. */
export const isPower = ({ role }: Membership): boolean => role === 'admin' || role === 'supervisor';

export const isSameGroup = (left: Membership, right: Membership): boolean => left.type === right.type && left.id === right.id;

export const isAmong = (groups: readonly Membership[], wanted: Membership): boolean =>
  groups.some((each) => isSameGroup(each, wanted) && each.role === wanted.role);
