import type { CaseRow, OutboxMessage, PersonIndexEntry, SideWrites } from '@handover/event-store';

/** What one commit writes beside its events, or several do together, as `app.write_side` reads it: named as the columns are. */
export const sideOf = (sides: readonly SideWrites[]): object => {
  const all = <T>(of: (side: SideWrites) => readonly T[] | undefined): T[] => sides.flatMap((side) => of(side) ?? []);
  const cases = all((side) => side.cases).map(caseColumns);
  const outbox = all((side) => side.outbox).map(({ caseId, kind }) => ({ case_id: caseId, kind }));
  const people = all((side) => side.people).map(personColumns);
  const inbox = all((side) => (side.inbox ? [side.inbox] : [])).map(inboxColumns);
  const purge = { gone: all((side) => side.purgeInbox), worked: all((side) => side.forgetInbox) };
  const erased = all((side) => side.destroyKeysOf);
  const isRare = people.length + inbox.length + purge.gone.length + purge.worked.length > 0;
  if (cases.length + outbox.length + erased.length === 0 && !isRare) return {};

  return { cases, outbox, ...(isRare ? { rare: true, people, inbox, purge } : {}), ...(erased.length > 0 ? { erased } : {}) };
};

/** The row of a case, what Temporal is told of it, and nothing else, as `app.write_case` takes it once it knows whether the row is new; null for any other side. */
export const loneCaseOf = ({ cases = [], outbox = [], ...rest }: SideWrites): readonly unknown[] | null => {
  const [row] = cases;
  const [message] = outbox;
  if (row === undefined || cases.length > 1 || outbox.length > 1 || (message && message.caseId !== row.id) || !isEmpty(rest)) return null;

  return caseValues(row, message);
};

const isEmpty = (side: object): boolean => Object.values(side).every((each) => each === undefined || (Array.isArray(each) && each.length === 0));

const caseValues = (row: CaseRow, message: OutboxMessage | undefined): readonly unknown[] => [
  row.id,
  row.kind,
  row.phase,
  row.personRef,
  row.office,
  row.waitingOn,
  row.due,
  row.attention,
  row.closed,
  row.version,
  JSON.stringify(row.view),
  row.openedAt,
  row.number,
  message?.kind ?? null,
];

/** `over`: whom the entry may be taken from; `*` anybody. */
const personColumns = ({ index, personRef, over }: PersonIndexEntry): object => ({
  index,
  person_ref: personRef,
  ...(over === undefined ? {} : { over: over === 'anybody' ? '*' : over.personRef }),
});

const caseColumns = ({ id, kind, phase, personRef, office, waitingOn, due, attention, closed, version, view, openedAt, number }: CaseRow): object => ({
  id,
  kind,
  phase,
  person_ref: personRef,
  office,
  waiting_on: waitingOn,
  due,
  attention,
  closed,
  version,
  view,
  opened_at: openedAt,
  number,
});

const inboxColumns = ({ caseIds, ...outcome }: NonNullable<SideWrites['inbox']>): object => ({
  ...outcome,
  case_ids: caseIds,
  purge: outcome.status === 'processed' || outcome.status === 'ignored',
});
