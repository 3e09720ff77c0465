export * from './dialpad.ts';
export { samePlace } from './routing.ts';
export * from './types.ts';
export type { NumberAssignment } from './numbers.ts';
export type { Invitation } from './users.ts';
