import type { Group, Operator } from './model.ts';
import type { World } from './world.ts';

export interface Membership {
  readonly id: string;
  readonly type: 'office' | Group['type'];
  readonly name: string;
  readonly role: string;
  readonly phoneNumbers: readonly string[];
}

const lines = (world: World) => [
  ...world.offices.map((each) => ({ ...each, type: 'office' as const })),
  ...(['department', 'callcenter'] as const).flatMap((type) => world.groups(type)),
];

/** Memberships as a user shows them; a suspended user keeps theirs. */
export const membershipsOf = (userId: string, world: World): Membership[] =>
  lines(world).flatMap(({ id, type, name, phoneNumbers, operators }) =>
    operators.filter((each) => each.userId === userId).map(({ role }) => ({ id, type, name, role, phoneNumbers })),
  );

const without = (operators: readonly Operator[], userId: string): Operator[] => operators.filter((each) => each.userId !== userId);
const holds = (operators: readonly Operator[], userId: string): boolean => operators.some((each) => each.userId === userId);

export const leaveGroups = (userId: string, types: readonly Group['type'][], world: World): void => {
  for (const type of types) {
    for (const group of world.groups(type).filter((each) => holds(each.operators, userId))) {
      world.putGroup({ ...group, operators: without(group.operators, userId) });
    }
  }
};

export const leaveEverything = (userId: string, world: World): void => {
  leaveGroups(userId, ['department', 'callcenter', 'channel', 'coachingteam'], world);
  for (const office of world.offices.filter((each) => holds(each.operators, userId))) {
    world.putOffice({ ...office, operators: without(office.operators, userId) });
  }
};
