import { eventIdOf } from '@handover/event-ids';
import type { IdempotencyKeys } from '@handover/event-store-postgres';
import { Problem } from './problem.ts';

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
}

export interface Asked {
  readonly actor: string;
  /** The caller's Idempotency-Key. */
  readonly key: string;
  /** What was asked for; another request under the same key is refused. */
  readonly request: unknown;
}

/**
 * Answers a request once under its Idempotency-Key. `begin` gets an id that follows from the key, so that a repeat after a crash
 * does the same again and not a second one; `kept` is the answer as it may be stored, and whose it is: it goes with the person.
 */
export const once = async <T>(
  keys: IdempotencyKeys,
  { actor, key, request }: Asked,
  begin: (id: string) => Promise<Answered<T>>,
  kept: (body: T) => { readonly body: unknown; readonly personRef: string | null },
): Promise<Answered<T>> => {
  if (!/^[\x21-\x7e ]{1,255}$/.test(key)) throw new Problem(400, 'idempotency.key', 'Idempotency-Key is 1 to 255 visible ASCII characters');
  const fingerprint = await keys.fingerprint(request);
  const begun = await keys.begin(actor, key, fingerprint);
  if (begun.kind === 'answered') return { status: begun.status, body: JSON.parse(begun.body) as T };
  if (begun.kind === 'running')
    throw new Problem(409, 'idempotency.running', 'a request with this Idempotency-Key is still being worked; ask again in a moment', [], {
      'retry-after': '2',
    });
  if (begun.kind === 'other-request') throw new Problem(422, 'idempotency.reused', 'this Idempotency-Key was used for another request; use a new one');

  try {
    const answered = await begin(eventIdOf('idempotency', [actor, key, fingerprint]));
    const { body, personRef } = kept(answered.body);
    await keys.complete(actor, key, { status: answered.status, body: JSON.stringify(body), personRef });
    return answered;
  } catch (error) {
    await keys.abandon(actor, key);
    throw error;
  }
};
