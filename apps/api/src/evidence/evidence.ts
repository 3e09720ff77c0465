import type { CaseDetail, TimelineEntry } from '@handover/contracts';
import { checkpointKeys, followLog, proofsAt } from '@handover/event-store-postgres';
import { proofsOf, type Proofs, type PublicKey } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { Problem } from '../http/problem.ts';

/** What proves one case to somebody who has nothing else: its story in words, and every event with its way to a signed root. */
export interface EvidencePack {
  readonly kind: 'handover-evidence';
  readonly version: 1;
  readonly madeAt: string;
  readonly case: CaseDetail;
  readonly timeline: readonly TimelineEntry[];
  readonly proofs: Proofs;
  /** For reading along; a verifier uses keys that were kept elsewhere. */
  readonly keys: readonly PublicKey[];
}

/** @throws Problem 409 while the newest events are not under a checkpoint yet. */
export const packOf = async (dataSource: DataSource, detail: CaseDetail, timeline: readonly TimelineEntry[], madeAt: string): Promise<EvidencePack> => {
  const entries = await followLog(dataSource, { after: -1, limit: 100_000, caseId: detail.id });
  const proved = await proofsAt(
    dataSource,
    entries.map((entry) => entry.position),
  );
  if (!proved || entries.length < timeline.length) {
    throw new Problem(409, 'evidence.not_sealed', 'the newest events are not under a signed checkpoint yet; ask again in a minute', [], {
      'retry-after': '60',
    });
  }

  return {
    kind: 'handover-evidence',
    version: 1,
    madeAt,
    case: detail,
    timeline,
    proofs: proofsOf(entries, proved.proofs, proved.checkpoint.note),
    keys: await checkpointKeys(dataSource),
  };
};
