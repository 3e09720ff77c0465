/** Versions of the schema that can be asked for. Only attributes and values that all of them know are used. */
export const ocsfVersions = ['1.3.0', '1.4.0', '1.5.0', '1.6.0'] as const;
export type OcsfVersion = (typeof ocsfVersions)[number];
export const defaultOcsfVersion: OcsfVersion = '1.6.0';

export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
  readonly activities: Readonly<Record<number, string>>;
}

const IAM = { uid: 3, name: 'Identity & Access Management' };
const APPLICATION = { uid: 6, name: 'Application Activity' };
/** Every class knows these two. */
const ANY = { 0: 'Unknown', 99: 'Other' };

// Names and numbers: schema.ocsf.io (events/iam, events/application of ocsf/ocsf-schema).
export const accountChange: OcsfClass = {
  uid: 3001,
  name: 'Account Change',
  category: IAM,
  activities: { ...ANY, 1: 'Create', 2: 'Enable', 5: 'Disable', 6: 'Delete' },
};
export const entityManagement: OcsfClass = {
  uid: 3004,
  name: 'Entity Management',
  category: IAM,
  activities: { ...ANY, 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
};
export const userAccess: OcsfClass = {
  uid: 3005,
  name: 'User Access Management',
  category: IAM,
  activities: { ...ANY, 1: 'Assign Privileges', 2: 'Revoke Privileges' },
};
export const groupManagement: OcsfClass = { uid: 3006, name: 'Group Management', category: IAM, activities: { ...ANY, 3: 'Add User', 4: 'Remove User' } };
export const apiActivity: OcsfClass = {
  uid: 6003,
  name: 'API Activity',
  category: APPLICATION,
  activities: { ...ANY, 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
};

/** What a step of a kind is to a monitoring system once it was read back. Whatever is not here changes an entity. */
export const STEP_CLASSES: Readonly<Record<string, readonly [OcsfClass, number]>> = {
  suspendUser: [accountChange, 5],
  activateUser: [accountChange, 2],
  restoreUser: [accountChange, 2],
  inviteUser: [accountChange, 1],
  withdrawInvite: [accountChange, 6],
  deleteUser: [accountChange, 6],
  revokeCompanyAdmin: [userAccess, 2],
  revokeOfficeAdmin: [userAccess, 2],
  handOverAdmin: [userAccess, 1],
  grantAdmin: [userAccess, 1],
  restoreCompanyAdmin: [userAccess, 1],
  restoreOfficeAdmin: [userAccess, 1],
  takeBackAdmin: [userAccess, 2],
  joinGroup: [groupManagement, 3],
  rejoinGroup: [groupManagement, 3],
  leaveGroup: [groupManagement, 4],
  linkUser: [entityManagement, 2],
  checkLeaver: [entityManagement, 2],
  checkJoiner: [entityManagement, 2],
  checkMover: [entityManagement, 2],
  verifyCalls: [entityManagement, 2],
  verifyJoiner: [entityManagement, 2],
  verifyMover: [entityManagement, 2],
  confirmPurge: [entityManagement, 4],
  anonymize: [entityManagement, 4],
};

/** What is managed, where it is an entity. */
export const ENTITIES: Readonly<Record<string, string>> = {
  moveNumber: 'phone number',
  assignNumber: 'phone number',
  unassignNumber: 'phone number',
  returnNumber: 'phone number',
  releaseSeat: 'licence seat',
  claimSeat: 'licence seat',
  returnSeat: 'licence seat',
  changeLicense: 'licence',
  moveOffice: 'office',
  repointRouting: 'call routing',
  restoreRouting: 'call routing',
  verifyCalls: 'call routing',
  clearForwarding: 'call forwarding',
  restoreForwarding: 'call forwarding',
  removeDeskPhone: 'desk phone',
  taskByHand: 'task',
  confirmPurge: 'user',
  anonymize: 'person',
};
