import type { CaseDetail, TimelineEntry } from '@handover/contracts';
import { checkpointKeys, packKeys, proofsAt, streamEntries } from '@handover/event-store-postgres';
import { belongsTo, factIdsOf, readableOf, relatedOf, storyOf, type EvidencePack, type PackSigner } from '@handover/evidence';
import { proofsOf } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { Problem } from '../http/problem.ts';

export interface Asked {
  readonly detail: CaseDetail;
  readonly timeline: readonly TimelineEntry[];
  readonly by: string;
  /** ISO instant. */
  readonly now: string;
}

/** What proves one case to somebody who has nothing else. @throws Problem 409 while the newest events are not under a checkpoint yet. */
export const packOf = async (dataSource: DataSource, signer: PackSigner | null, { detail, timeline, by, now }: Asked): Promise<EvidencePack> => {
  const { person } = detail;
  const [own, ofPerson] = await Promise.all([
    streamEntries(dataSource, `case/${detail.id}`),
    person === null ? Promise.resolve([]) : streamEntries(dataSource, `person/${person.ref}`),
  ]);
  if (!own || !ofPerson || own.length !== timeline.length) throw notSealed();
  const events = own.map(({ entry }) => readableOf(entry));
  const facts = factIdsOf(events);
  const related = ofPerson.filter(({ entry }) => belongsTo(detail.id, facts, entry));
  const all = [...own, ...related];
  const proved = await proofsAt(
    dataSource,
    all.map(({ entry }) => entry.position),
  );
  if (!proved) throw notSealed();

  const proofs = proofsOf(
    own.map(({ entry }) => entry),
    proved.proofs.slice(0, own.length),
    proved.checkpoint.note,
  );
  const pack: EvidencePack = {
    kind: 'handover-evidence',
    version: 2,
    madeAt: now,
    madeFor: by,
    case: { id: detail.id, kind: detail.kind },
    person: person && { ...person },
    story: storyOf(
      events,
      related.map(({ entry }) => readableOf(entry)),
    ),
    timeline,
    proofs,
    related: relatedOf(related.map((each, index) => ({ ...each, proof: proved.proofs[own.length + index] ?? [] }))),
    keys: await checkpointKeys(dataSource),
    packKeys: await packKeys(dataSource),
    signature: null,
  };

  return signer ? { ...pack, signature: signer.sign(pack) } : pack;
};

const notSealed = (): Problem =>
  new Problem(409, 'evidence.not_sealed', 'the newest events are not under a signed checkpoint yet; ask again in a minute', [], { 'retry-after': '60' });
