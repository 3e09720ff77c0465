import {
  adminScopeOf,
  heirOfNumber,
  keyOf,
  usersAmong,
  type CallGraph,
  type Conflict,
  type Heirs,
  type Impact,
  type JsonObject,
  type LeaverSnapshot,
  type PersonalImpact,
  type PersonState,
  type Policy,
} from '@handover/case';
import type { DialpadUser } from '@handover/connector-dialpad';
import type { LeavingColleague, OtherCases } from './other-cases.ts';
import { REMOVABLE, othersRung, type Belongings } from './snapshot.ts';

interface Read {
  readonly user: DialpadUser;
  readonly heirs: Heirs;
  readonly belongings: Belongings;
  readonly graph: CallGraph;
  readonly seen: LeaverSnapshot;
  readonly conflicts: readonly Conflict[];
  readonly policy: Policy;
}

/** Everything that hangs on the person, without a personal value. */
export const impactOf = ({ user, heirs, belongings, graph, seen, conflicts, policy }: Read): Impact => {
  const nameOf = (key: string): string | null => belongings.lines.find((line) => keyOf(line) === key)?.name ?? null;
  const leaving = conflicts.flatMap((each) => (each.kind === 'colleague-leaves' ? [each.userId] : []));
  const others = othersRung(graph, user.id, leaving);
  const roles = belongings.groups.filter(({ type, role }) => REMOVABLE.includes(type) && type !== 'channel' && role !== 'operator');

  return {
    numbers: user.phoneNumbers.map((number, n) => ({
      number,
      type: belongings.numbers.find((each) => each.number === number)?.type ?? null,
      isPrimary: n === 0,
      goesTo: heirOfNumber(heirs, number),
    })),
    callerId: callerIdOf(user, belongings),
    shownBy: belongings.shownBy,
    groups: belongings.groups.map(({ type, id, role }) => ({
      type,
      id,
      role,
      name: nameOf(keyOf({ type, id })),
      others: others.get(keyOf({ type, id })) ?? null,
      isTask: !REMOVABLE.includes(type),
    })),
    admin: {
      scope: adminScopeOf(user.isSuperAdmin, user.adminOfficeIds, roles),
      company: user.isSuperAdmin,
      officeIds: user.adminOfficeIds,
      groups: roles.map(({ type, id, role }) => ({ type, id, role })),
      goesTo: heirs.admin,
    },
    forwarding: user.forwardingNumbers.length,
    deskPhones: belongings.deskPhones.map(({ id, type }) => ({ id, type })),
    devices: belongings.devices.map(({ type }) => ({ type })),
    personas: belongings.personas.map(({ type, id }) => ({ type, id })),
    greetings: seen.greetings ?? [],
    routing: belongings.routing.map((each) => JSON.parse(JSON.stringify(each)) as JsonObject),
    voicemailMails: belongings.mailLines.map(({ type, id, name }) => ({ type, id, name })),
    conflicts,
    apiKeyOwner: policy.apiKeyOwner === null ? 'unknown' : policy.apiKeyOwner === user.id ? 'this-person' : 'somebody-else',
  };
};

const callerIdOf = (user: DialpadUser, { callerId }: Belongings): Impact['callerId'] => {
  const shown = callerId?.callerId ?? null;
  if (shown === null) return 'unknown';
  if (shown === 'blocked') return 'blocked';

  return user.phoneNumbers.includes(shown) ? 'own-number' : 'other';
};

/** What names a person, or their private lines: sealed. */
export const personalImpactOf = (user: DialpadUser, { callerId, personas, greetings, devices, deskPhones }: Belongings): PersonalImpact => {
  const named = (all: readonly { readonly name: string | null }[]): readonly string[] => all.flatMap(({ name }) => (name === null ? [] : [name]));

  return {
    forwardingNumbers: user.forwardingNumbers,
    callerId: callerId?.callerId ?? null,
    personas: named(personas),
    greetings: named(greetings),
    devices: named([...deskPhones, ...devices]),
  };
};

interface Around {
  readonly personRef: string;
  readonly person: PersonState;
  readonly caseId: string | null;
  readonly userId: string;
  readonly leaving: readonly LeavingColleague[];
  readonly heirs: Heirs;
  readonly graph: CallGraph;
}

/** Cases that get in each other's way. */
export const conflictsOf = async (others: OtherCases, { personRef, person, caseId, userId, leaving, heirs, graph }: Around): Promise<readonly Conflict[]> => {
  const own = person.cases
    .filter((each) => each.open && each.caseId !== caseId)
    .map((each): Conflict => ({ kind: 'other-case', caseId: each.caseId, of: each.kind }));
  const takers = usersAmong(heirs);

  return [
    ...own,
    ...(await others.naming(personRef)),
    ...leaving.flatMap((each): readonly Conflict[] => {
      const { caseId: by, userId: who, cutOff: at } = each;
      const groups = graph.lines.filter(({ operators }) => operators.includes(who) && operators.includes(userId)).map(keyOf);
      return [
        ...(takers.includes(who) ? [{ kind: 'successor-leaves', caseId: by, userId: who, at } as const] : []),
        ...(groups.length > 0 ? [{ kind: 'colleague-leaves', caseId: by, userId: who, at, groups } as const] : []),
      ];
    }),
  ];
};
