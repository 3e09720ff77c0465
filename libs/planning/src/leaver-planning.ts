import {
  planLeaver,
  type CallReport,
  type Heir,
  type JsonObject,
  type LeaverSnapshot,
  type LeaverTerms,
  type Plan,
  type Policy,
  type Successor,
} from '@handover/case';
import type { Persons } from '@handover/case-service';
import type { Dialpad, DialpadUser } from '@handover/connector-dialpad';
import { foreseeCalls } from './calls.ts';
import type { CannotPlan } from './cannot-plan.ts';
import { findUserOf } from './linking.ts';
import { hashOf } from './plan-hash.ts';

export interface PlanningDeps {
  readonly dialpad: Dialpad;
  readonly persons: Persons;
  readonly policy: Policy;
  /** The person we know a Dialpad user as. */
  readonly ownerOf?: (userId: string) => Promise<string | null>;
}

export interface LeaverPlanned {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly userId: string;
  readonly how: 'stored' | 'email' | 'by-hand';
  readonly seen: LeaverSnapshot;
  /** Where calls end now and would end, so that who approves can see it. */
  readonly calls: CallReport;
}

/** Reads the leaver in Dialpad, everything of theirs and everything that points at them, and freezes what will be done. */
export const planTheLeaver = async (
  deps: PlanningDeps,
  personRef: string,
  terms: LeaverTerms,
  userIdByHand: string | null = null,
): Promise<LeaverPlanned | CannotPlan> => {
  const person = await deps.persons.load(personRef);
  const found = await findUserOf(deps.dialpad, person, userIdByHand);
  if (found.kind === 'blocked') return found;
  const heir = await heirOf(deps, terms.successor, found.user.officeId);
  if ('code' in heir) return heir;

  const seen = await snapshot(deps.dialpad, found.user, heir);
  const calls = await foreseeCalls(deps.dialpad, { userId: found.user.id, heir });
  return { kind: 'planned', plan: withHash(planLeaver(terms, seen, deps.policy)), userId: found.user.id, how: found.how, seen, calls };
};

const withHash = (plan: Omit<Plan, 'hash'>): Plan => ({ ...plan, hash: hashOf(plan) });

/** Who gets what the leaver had, as Dialpad knows them; an heir who cannot take it stops the plan, not the access. */
const heirOf = async ({ dialpad, persons }: PlanningDeps, successor: Successor, officeId: string): Promise<Heir | CannotPlan> => {
  const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

  switch (successor.kind) {
    case 'pool':
      return { kind: 'pool' };
    case 'unknown-person':
      return blocked('successor.unknown', 'HR names a successor it never told us about; send their record, or name another successor');
    case 'office': {
      const office = (await dialpad.offices()).find((each) => each.name === successor.name);
      return office ? { kind: 'office', id: office.id } : blocked('successor.unknown', 'no Dialpad office has the name of the successor');
    }
    case 'department': {
      const group =
        (await dialpad.findGroup({ type: 'department', name: successor.name, officeId })) ??
        (await dialpad.findGroup({ type: 'department', name: successor.name }));
      return group ? { kind: 'department', id: group.id } : blocked('successor.unknown', 'no Dialpad department has the name of the successor');
    }
    case 'person': {
      const found = await findUserOf(dialpad, await persons.load(successor.personRef), null);
      if (found.kind === 'blocked') return blocked('successor.unknown', 'the successor has no Dialpad user of their own');
      return found.user.state === 'active'
        ? { kind: 'user', id: found.user.id }
        : blocked('successor.inactive', `the successor is ${found.user.state} in Dialpad`);
    }
  }
};

/** Coaching teams have no API to remove a member (Dialpad API v2); everything else has. */
const REMOVABLE = ['department', 'callcenter', 'office', 'channel'];

const snapshot = async (dialpad: Dialpad, user: DialpadUser, heir: Heir): Promise<LeaverSnapshot> => {
  const [deskPhones, numbers, routing, coaching] = await Promise.all([
    dialpad.deskPhones(user.id),
    dialpad.numbersOf(user.id),
    dialpad.routingReferences(user.id),
    coachingTeamsOf(dialpad, user.id),
  ]);
  const groups = dialpad.groupsOf(user).filter((group) => group.type !== 'coachingteam');

  return {
    userId: user.id,
    officeId: user.officeId,
    isCompanyAdmin: user.isSuperAdmin,
    adminOfficeIds: user.adminOfficeIds,
    forwards: user.forwardingNumbers.length > 0,
    deskPhoneIds: deskPhones.map((phone) => phone.id),
    numbers: numbers.map((each) => each.number),
    groups: [...groups, ...coaching].map((group) => ({ type: group.type, id: group.id, role: group.role, removable: REMOVABLE.includes(group.type) })),
    routing: routing.map((reference) => ({ reference: JSON.parse(JSON.stringify(reference)) as JsonObject, repairable: reference.repairable })),
    heir,
  };
};

const coachingTeamsOf = async (dialpad: Dialpad, userId: string): Promise<{ type: string; id: string; role: string }[]> => {
  const teams = await dialpad.coachingTeams();
  const memberships = await Promise.all(
    teams.map(async (team) => ({ team, member: (await dialpad.coachingTeamMembers(team.id)).find((each) => each.id === userId) })),
  );

  return memberships.flatMap(({ team, member }) => (member ? [{ type: 'coachingteam', id: team.id, role: member.role ?? 'trainee' }] : []));
};
