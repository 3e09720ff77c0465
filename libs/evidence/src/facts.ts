import { fieldsIn, ofTypes, textIn, type ReadableEvent } from './event.ts';

export interface FactTold {
  readonly factId: string;
  readonly kind: string;
  /** When HR says it was recorded there. */
  readonly saidAt: string | null;
  /** When we had it for good: the webhook was answered. */
  readonly receivedAt: string;
  readonly recordedAt: string;
  readonly actor: string | null;
  readonly channel: string | null;
  readonly event: string;
}

/** Which facts a case follows; a case opened anew for a later day carries `fact/instant`. */
export const factIdsOf = (events: readonly ReadableEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => [textIn(event.data, 'factId'), textIn(event.by, 'cause')].flatMap((id) => (id === null ? [] : [id.split('/')[0] ?? id]))));

export const factsOf = (related: readonly ReadableEvent[]): readonly FactTold[] =>
  ofTypes(related, 'FactRecorded').map((event) => {
    const fact = fieldsIn(event.data, 'fact') ?? {};
    return {
      factId: textIn(fact, 'id') ?? '',
      kind: textIn(fact, 'kind') ?? '',
      saidAt: textIn(fact, 'at'),
      receivedAt: textIn(event.data, 'receivedAt') ?? event.at,
      recordedAt: event.at,
      actor: textIn(event.by, 'actor'),
      channel: textIn(event.by, 'channel'),
      event: `${event.stream}@${event.version}`,
    };
  });
