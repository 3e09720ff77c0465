import { canonicalJson } from '@handover/event-store';
import { readEntry, verifyProofs, type Fault, type PublicKey } from '@handover/record-proof';
import { readableOf, type ReadableEvent } from './event.ts';
import type { EvidencePack } from './pack.ts';
import { verifyRelated } from './related.ts';
import { whyNotSigned } from './signature.ts';
import { storyOf } from './story.ts';

export interface KnownKeys {
  /** Of checkpoints. */
  readonly keys: readonly PublicKey[];
  readonly packKeys: readonly PublicKey[];
}

export interface PackVerified {
  readonly events: number;
  readonly related: number;
  readonly faults: readonly Fault[];
}

/**
 * The proofs first: every event unchanged, complete from the first, under a signed checkpoint. Then the readable part: computed
 * again from those events, it must be the same. Then the signature, over all of it. No database, no network, no secret.
 */
export const verifyPack = (pack: EvidencePack, known: KnownKeys): PackVerified => {
  const overall = (what: string): Fault => ({ position: null, stream: null, version: null, what });
  const done = (faults: readonly Fault[]): PackVerified => ({ events: pack.proofs?.events?.length ?? 0, related: pack.related?.events?.length ?? 0, faults });
  const unsigned = whyNotSigned(pack, known.packKeys);
  let events: readonly ReadableEvent[];
  let related: readonly ReadableEvent[];
  try {
    events = pack.proofs.events.map((line, index) => readableOf(readEntry(line, index + 1)));
    related = pack.related.events.map((line, index) => readableOf(readEntry(line, index + 1)));
  } catch (error) {
    return done([overall(error instanceof Error ? error.message : 'an event of the pack cannot be read')]);
  }

  return done([
    ...(events.length === 0 ? [overall('the pack has no events')] : []),
    ...verifyProofs(pack.proofs, known.keys),
    ...verifyRelated(pack.related, pack.proofs.checkpoint, known.keys),
    ...differences(storyOf(events, related), pack.story, 'story').map((where) => overall(`${where} is not what the proven events say`)),
    ...wordsThatLie(pack, events).map(overall),
    ...(unsigned === null ? [] : [overall(unsigned)]),
  ]);
};

/** The words are ours and may change; what they are said about is the record's. */
const wordsThatLie = ({ timeline, case: told, story, person }: EvidencePack, events: readonly ReadableEvent[]): readonly string[] => [
  ...(timeline.length === events.length ? [] : ['timeline: it has another number of lines than there are events']),
  ...timeline.flatMap((line, index) => {
    const event = events[index];
    const same =
      event !== undefined &&
      line.position === event.version &&
      line.at === event.at &&
      line.type === event.type &&
      line.actor === event.by['actor'] &&
      line.channel === event.by['channel'] &&
      (line.stepId ?? null) === (typeof event.data['step'] === 'string' ? event.data['step'] : null);
    return same ? [] : [`timeline/${index} is not what the proven events say`];
  }),
  ...(told.id === story.case.id && told.kind === story.case.kind ? [] : ['case is not what the proven events say']),
  ...(person === null || person.ref === story.case.personRef ? [] : ['person/ref is not what the proven events say']),
];

/** Paths at which two values differ; at most ten, because one edit is enough. */
const differences = (is: unknown, says: unknown, at: string): readonly string[] => {
  if (canonical(is) === canonical(says)) return [];
  if (typeof is !== 'object' || typeof says !== 'object' || is === null || says === null || Array.isArray(is) !== Array.isArray(says)) return [at];
  const fields = [...new Set([...Object.keys(is), ...Object.keys(says)])];
  const found = fields.flatMap((field) => differences((is as Record<string, unknown>)[field], (says as Record<string, unknown>)[field], `${at}/${field}`));
  return found.slice(0, 10);
};

const canonical = (value: unknown): string => (value === undefined ? '' : canonicalJson({ value } as object));
