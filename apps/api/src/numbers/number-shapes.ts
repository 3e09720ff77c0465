import type { Policy } from '@handover/case';
import type { NumberDetail, NumberItem } from '@handover/contracts';
import { numberProvenance } from '@handover/read-models';
import type { KnownEntry, KnownNumber } from '@handover/read-models-postgres';
import type { Names } from '../cases/case-desk.ts';

const DAY_MS = 86_400_000;

export interface Claimed {
  readonly caseId: string;
  readonly kind: string;
  readonly withheld: boolean;
  readonly personRef: string | null;
  readonly until: string | null;
}

interface Around {
  readonly offices: ReadonlyMap<string, string>;
  readonly policy: Policy;
  readonly now: string;
  readonly claimed: Claimed | null;
}

const officeOf = (id: string | null, offices: ReadonlyMap<string, string>): NumberItem['office'] =>
  id === null ? null : { id, name: offices.get(id) ?? null };

export const numberItem = (known: KnownNumber, { offices, policy, now, claimed }: Around): NumberItem => {
  const days = Math.max(0, Math.floor((Date.parse(now) - Date.parse(known.since)) / DAY_MS));
  const reserved = known.status === 'available';
  const kept = policy.keepNumbers.includes(known.number);

  return {
    number: known.number,
    status: known.status,
    office: officeOf(known.officeId, offices),
    holder: known.holder && { ...known.holder, personRef: known.holderPerson },
    since: known.since,
    sinceIsExact: known.sinceIsExact,
    why: known.why,
    caseId: known.caseId,
    lastOwner: known.last && { ...known.last, personRef: known.lastPerson, office: officeOf(known.lastOfficeId, offices) },
    daysReserved: reserved ? days : null,
    withheld: claimed?.withheld ? { caseId: claimed.caseId, personRef: claimed.personRef, until: claimed.until } : null,
    promised: claimed && !claimed.withheld ? { caseId: claimed.caseId, kind: claimed.kind, personRef: claimed.personRef } : null,
    kept,
    suggestion: numberProvenance.suggest({
      status: known.status,
      withheld: claimed?.withheld ?? false,
      promised: claimed !== null && !claimed.withheld,
      days,
      releaseAfterDays: policy.numbers.suggestReleaseAfter / DAY_MS,
      kept,
    }),
    links: { self: `/v1/numbers/${encodeURIComponent(known.number)}` },
  };
};

export const numberLine = (entry: KnownEntry, offices: ReadonlyMap<string, string>, names: Names): NumberDetail['history'][number] => {
  const end = (place: KnownEntry['from'], person: string | null): NumberDetail['history'][number]['from'] =>
    place && { ...place, personRef: person, name: person === null ? null : (names.get(person) ?? null) };

  return {
    at: entry.at,
    why: entry.why,
    caseId: entry.caseId,
    status: entry.status,
    office: officeOf(entry.officeId, offices),
    from: end(entry.from, entry.fromPerson),
    to: end(entry.to, entry.toPerson),
  };
};
