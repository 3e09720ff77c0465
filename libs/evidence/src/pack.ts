import type { Proofs, PublicKey } from '@handover/record-proof';
import type { Related } from './related.ts';
import type { PackSignature } from './signature.ts';
import type { Story } from './story.ts';

/** An event in words, with what people wrote; sealed in the record, so under the pack's signature only. */
export interface TimelineLine {
  readonly position: number;
  readonly at: string;
  readonly type: string;
  readonly stepId?: string;
  readonly actor: string;
  readonly channel: string;
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>> | null;
  readonly reason: string | null;
}

export interface EvidencePack {
  readonly kind: 'handover-evidence';
  readonly version: 2;
  readonly madeAt: string;
  /** Who asked for it. */
  readonly madeFor: string;
  readonly case: { readonly id: string; readonly kind: string };
  /** What was sealed, as far as who asked may see it. Null: not to be seen, or no person; after an erasure nothing is left. */
  readonly person: ({ readonly ref: string; readonly erased: boolean } & Readonly<Record<string, unknown>>) | null;
  readonly story: Story;
  readonly timeline: readonly TimelineLine[];
  readonly proofs: Proofs;
  readonly related: Related;
  /** For reading along; a verifier uses keys that were kept elsewhere. */
  readonly keys: readonly PublicKey[];
  readonly packKeys: readonly PublicKey[];
  readonly signature: PackSignature | null;
}
