import { keyOf, linesOf, type CallGraph, type Heirs, type JsonObject, type LeaverSnapshot, type Policy } from '@handover/case';
import type {
  CallerId,
  CompanyLine,
  CustomIvr,
  DeskPhone,
  Dialpad,
  DialpadUser,
  GroupMembership,
  Persona,
  PhoneNumber,
  RoutingReference,
  UserDevice,
} from '@handover/connector-dialpad';
import { referencesIn } from './calls.ts';

/** Everything of a user in Dialpad, as it was read. */
export interface Belongings {
  readonly lines: readonly CompanyLine[];
  readonly numbers: readonly PhoneNumber[];
  readonly groups: readonly GroupMembership[];
  readonly deskPhones: readonly DeskPhone[];
  readonly devices: readonly UserDevice[];
  readonly callerId: CallerId | null;
  readonly personas: readonly Persona[];
  readonly greetings: readonly CustomIvr[];
  readonly routing: readonly RoutingReference[];
  readonly mailLines: readonly CompanyLine[];
  readonly shownBy: readonly { readonly userId: string; readonly number: string }[];
}

export const readBelongings = async (dialpad: Dialpad, user: DialpadUser, policy: Policy): Promise<Belongings> => {
  const [lines, numbers, deskPhones, devices, callerId, personas, greetings, coaching] = await Promise.all([
    dialpad.companyLines(),
    Promise.all(user.phoneNumbers.map((number) => dialpad.readNumber(number))),
    dialpad.deskPhones(user.id),
    dialpad.userDevices(user.id),
    dialpad.readCallerId(user.id),
    dialpad.personas(user.id),
    dialpad.customIvrs({ type: 'user', id: user.id }),
    coachingTeamsOf(dialpad, user.id),
  ]);
  const groups = [...dialpad.groupsOf(user).filter((group) => group.type !== 'coachingteam'), ...coaching];
  const own = user.emails.map((email) => email.toLowerCase());

  return {
    lines,
    groups,
    deskPhones,
    devices,
    callerId,
    personas,
    greetings,
    numbers: numbers.filter((number): number is PhoneNumber => number !== null),
    routing: referencesIn(lines, user.id),
    mailLines: lines.filter((line) => line.voicemailMails.some((mail) => own.includes(mail.toLowerCase()))),
    shownBy: await whoShows(dialpad, user, groups, policy.callerIdsLookedAt),
  };
};

/**
 * Dialpad cannot say who shows a number: users are asked one by one, those of the leaver's groups first, as many as the
 * policy allows, because each costs a call.
 */
const whoShows = async (dialpad: Dialpad, user: DialpadUser, groups: readonly GroupMembership[], most: number): Promise<Belongings['shownBy']> => {
  if (most === 0 || user.phoneNumbers.length === 0) return [];
  const rung = await Promise.all(groups.filter((group) => group.type !== 'coachingteam').map((group) => dialpad.operatorsOf(group)));
  const colleagues = [...new Set(rung.flat().map((each) => each.id))].filter((id) => id !== user.id).slice(0, most);
  const shown = await Promise.all(colleagues.map(async (userId) => ({ userId, number: (await dialpad.readCallerId(userId))?.callerId ?? '' })));

  return shown.filter(({ number }) => user.phoneNumbers.includes(number));
};

const coachingTeamsOf = async (dialpad: Dialpad, userId: string): Promise<GroupMembership[]> => {
  const teams = await dialpad.coachingTeams();
  const memberships = await Promise.all(
    teams.map(async (team) => ({ team, member: (await dialpad.coachingTeamMembers(team.id)).find((each) => each.id === userId) })),
  );

  return memberships.flatMap(({ team, member }) => (member ? [{ type: 'coachingteam', id: team.id, role: member.role ?? 'trainee' }] : []));
};

/** Coaching teams have no API to remove a member (Dialpad API v2); everything else has. */
export const REMOVABLE = ['department', 'callcenter', 'office', 'channel'];

interface Read {
  readonly user: DialpadUser;
  readonly heirs: Heirs;
  readonly belongings: Belongings;
  readonly graph: CallGraph;
  readonly alsoGone: readonly string[];
}

/** What the plan is made of: ids and numbers, nothing personal. */
export const snapshotOf = ({ user, heirs, belongings, graph, alsoGone }: Read): LeaverSnapshot => {
  const left = othersRung(graph, user.id, alsoGone);

  return {
    userId: user.id,
    officeId: user.officeId,
    isCompanyAdmin: user.isSuperAdmin,
    adminOfficeIds: user.adminOfficeIds,
    forwards: user.forwardingNumbers.length > 0,
    deskPhoneIds: belongings.deskPhones.map((phone) => phone.id),
    numbers: user.phoneNumbers,
    groups: belongings.groups.map(({ type, id, role }) => ({
      type,
      id,
      role,
      removable: REMOVABLE.includes(type),
      ...(left.get(keyOf({ type, id })) === 0 ? { isLast: true } : {}),
    })),
    routing: belongings.routing.map((reference) => ({ reference: JSON.parse(JSON.stringify(reference)) as JsonObject, repairable: reference.repairable })),
    greetings: belongings.greetings.map(({ ivrType, id, selected }) => ({ ivrType, id, selected })),
    shownBy: belongings.shownBy,
    mailLines: belongings.mailLines.map(({ type, id }) => ({ type, id })),
    heir: heirs.otherNumbers,
    heirs,
  };
};

/** How many others can be rung at each line where the leaver is rung. */
export const othersRung = (graph: CallGraph, userId: string, alsoGone: readonly string[]): ReadonlyMap<string, number> =>
  new Map(
    linesOf(graph, userId)
      .filter((line) => line.operators.includes(userId))
      .map((line) => [keyOf(line), line.operators.filter((id) => id !== userId && !alsoGone.includes(id) && graph.reachable.includes(id)).length]),
  );
