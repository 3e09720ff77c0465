import type { Heir, Heirs, LeaverTerms, Successor } from '@handover/case';
import type { Dialpad } from '@handover/connector-dialpad';
import type { Persons } from '@handover/case-service';
import type { CannotPlan } from './cannot-plan.ts';
import { findUserOf } from './linking.ts';

interface Deps {
  readonly dialpad: Dialpad;
  readonly persons: Pick<Persons, 'load'>;
}

const blocked = (code: string, detail: string): CannotPlan => ({ kind: 'blocked', code, detail });

const isBlocked = (found: Heir | CannotPlan): found is CannotPlan => found.kind === 'blocked';

/** Who gets what, as Dialpad knows them; an heir who cannot take it stops the plan, not the access. */
export const heirsOf = async (
  deps: Deps,
  terms: LeaverTerms,
  user: { readonly officeId: string; readonly phoneNumbers: readonly string[] },
): Promise<Heirs | CannotPlan> => {
  const all = await heirOf(deps, terms.successor, user.officeId);
  if (isBlocked(all)) return all;
  let heirs: Heirs = { numbers: {}, otherNumbers: all, routing: all, groups: all, admin: null };

  for (const each of terms.successors ?? []) {
    const heir = await heirOf(deps, each.to, user.officeId);
    if (isBlocked(heir)) return heir;
    if (each.what !== 'number') heirs = { ...heirs, [each.what]: heir };
    else if (user.phoneNumbers.includes(each.number)) heirs = { ...heirs, numbers: { ...heirs.numbers, [each.number]: heir } };
    else return blocked('successor.number_unknown', "HR names a successor for a number that is not the person's in Dialpad");
  }
  return heirs;
};

const heirOf = async ({ dialpad, persons }: Deps, successor: Successor, officeId: string): Promise<Heir | CannotPlan> => {
  switch (successor.kind) {
    case 'pool':
      return { kind: 'pool' };
    case 'unknown-person':
      return blocked('successor.unknown', 'HR names a successor it never told us about; send their record, or name another successor');
    case 'office': {
      const office = (await dialpad.offices()).find((each) => each.name === successor.name);
      return office ? { kind: 'office', id: office.id } : blocked('successor.unknown', 'no Dialpad office has the name of the successor');
    }
    case 'department':
    case 'callcenter': {
      const { kind: type, name } = successor;
      const group = (await dialpad.findGroup({ type, name, officeId })) ?? (await dialpad.findGroup({ type, name }));
      const words = type === 'department' ? 'department' : 'call center';
      return group ? { kind: type, id: group.id } : blocked('successor.unknown', `no Dialpad ${words} has the name of the successor`);
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
