import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@handover/config';

/** Standard Webhooks: how far the sender's clock may be off, in seconds, in both directions. */
const TOLERANCE_S = 5 * 60;

export interface SignedHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly detail: string };

const no = (code: string, detail: string): Verdict => ({ ok: false, code, detail });

/**
 * Standard Webhooks over the bytes as they came (the reference library decodes them to text first, so that two bodies
 * can share a signature). Any of the active secrets may have signed; every signature is compared, in constant time.
 */
export const verifySignature = (body: Uint8Array, headers: SignedHeaders, secrets: readonly Secret[], nowMs: number): Verdict => {
  const { id, timestamp, signature } = headers;
  if (!id || !timestamp || !signature) return no('signature.missing', 'send webhook-id, webhook-timestamp and webhook-signature');
  if (id.length > 255) return no('signature.id', 'webhook-id is over 255 characters');
  if (!/^\d{1,12}$/.test(timestamp)) return no('signature.timestamp', 'webhook-timestamp is whole seconds since 1970');
  const age = Math.floor(nowMs / 1000) - Number(timestamp);
  if (age > TOLERANCE_S) return no('signature.stale', "webhook-timestamp is over 5 minutes old; sign again, and check the sender's clock");
  if (age < -TOLERANCE_S) return no('signature.future', "webhook-timestamp is over 5 minutes ahead; check the sender's clock");

  const given = signature
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .map((each) => Buffer.from(each.slice(3), 'base64'))
    .slice(0, 10);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  let matches = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', Buffer.from(secret.reveal().replace(/^whsec_/, ''), 'base64'))
      .update(signed)
      .digest();
    for (const each of given) if (each.length === expected.length && timingSafeEqual(each, expected)) matches = true;
  }

  return matches ? { ok: true } : no('signature.wrong', 'no signature matches: it is v1,base64(HMAC-SHA256(secret, "id.timestamp.body")) over the raw body');
};
