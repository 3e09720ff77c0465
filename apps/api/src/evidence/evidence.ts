import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseDetail, TimelineEntry } from '@handover/contracts';
import { askForCheckpoint, checkpointKeys, packKeys, proofsAt, streamEntries } from '@handover/event-store-postgres';
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

/** What proves one case to somebody who has nothing else; null while the newest events are not under a checkpoint yet. */
export const packOf = async (dataSource: DataSource, signer: PackSigner | null, { detail, timeline, by, now }: Asked): Promise<EvidencePack | null> => {
  const { person } = detail;
  const [own, ofPerson] = await Promise.all([
    streamEntries(dataSource, `case/${detail.id}`),
    person === null ? Promise.resolve([]) : streamEntries(dataSource, `person/${person.ref}`),
  ]);
  if (!own || !ofPerson || own.length !== timeline.length) return null;
  const events = own.map(({ entry }) => readableOf(entry));
  const facts = factIdsOf(events);
  const related = ofPerson.filter(({ entry }) => belongsTo(detail.id, facts, entry));
  const all = [...own, ...related];
  const proved = await proofsAt(
    dataSource,
    all.map(({ entry }) => entry.position),
  );
  if (!proved) return null;

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

/** A worker signs within some 100 ms of being asked. */
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 2_000;

/**
 * Asks a worker to sign the newest events, because this process must not be able to, and looks until that is done.
 * @throws Problem 409 where nobody signs: then the next checkpoint of the policy is the time to come again.
 */
export const onceSealed = async (dataSource: DataSource, look: () => Promise<EvidencePack | null>, everyMs: number): Promise<EvidencePack> => {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_EVERY_MS)) {
    const pack = await look();
    if (pack !== null) return pack;
    if (Date.now() >= deadline) throw notSealed(Math.ceil(everyMs / 1_000));
    await askForCheckpoint(dataSource);
  }
};

const notSealed = (seconds: number): Problem =>
  new Problem(
    409,
    'evidence.not_sealed',
    `the newest events are not under a signed checkpoint yet; ask again in ${seconds} s, when the next one is due. If it goes on, no worker signs: see handover_log_unsigned_seconds`,
    [],
    { 'retry-after': String(seconds) },
  );
