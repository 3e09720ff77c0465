import type { PersonIndexEntry, SideWrites } from '@handover/event-store';

/** What one commit writes beside its events, or several do together, as `app.write_side` reads it: named as the columns are. */
export const sideOf = (sides: readonly SideWrites[]): object => {
  const all = <T>(of: (side: SideWrites) => readonly T[] | undefined): T[] => sides.flatMap((side) => of(side) ?? []);
  const outbox = all((side) => side.outbox).map(({ caseId, kind }) => ({ case_id: caseId, kind }));
  const people = all((side) => side.people).map(personColumns);
  const inbox = all((side) => (side.inbox ? [side.inbox] : [])).map(inboxColumns);
  const purge = { gone: all((side) => side.purgeInbox), worked: all((side) => side.forgetInbox) };
  const erased = all((side) => side.destroyKeysOf);
  const isRare = people.length + inbox.length + purge.gone.length + purge.worked.length > 0;
  if (outbox.length + erased.length === 0 && !isRare) return {};

  return { outbox, ...(isRare ? { rare: true, people, inbox, purge } : {}), ...(erased.length > 0 ? { erased } : {}) };
};

/** What Temporal is told of one case, where nothing else is beside the events. */
export const loneMessageOf = ({ outbox = [], ...rest }: SideWrites): readonly [caseId: string, kind: string] | null => {
  const [message] = outbox;
  return message !== undefined && outbox.length === 1 && isEmpty(rest) ? [message.caseId, message.kind] : null;
};

const isEmpty = (side: object): boolean => Object.values(side).every((each) => each === undefined || (Array.isArray(each) && each.length === 0));

/** `over`: whom the entry may be taken from; `*` anybody. */
const personColumns = ({ index, personRef, over }: PersonIndexEntry): object => ({
  index,
  person_ref: personRef,
  ...(over === undefined ? {} : { over: over === 'anybody' ? '*' : over.personRef }),
});

const inboxColumns = ({ caseIds, ...outcome }: NonNullable<SideWrites['inbox']>): object => ({
  ...outcome,
  case_ids: caseIds,
  purge: outcome.status === 'processed' || outcome.status === 'ignored',
});
