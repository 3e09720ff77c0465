import { createHash } from 'node:crypto';
import { Anchors, checkpointKeys, consistencyOf, type AnchorClaim } from '@handover/event-store-postgres';
import { DELIVERY_TIMEOUT_MS, backOffMs, createSender, type Network, type SigningSecret } from '@handover/webhook-delivery';
import type { DataSource } from 'typeorm';
import type { Anchor } from './anchoring.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: SigningSecret;
  /** Which may be called. */
  readonly networks: readonly Network[];
}

/** A name is in metrics and logs, and the path of an address may be what opens it. */
const nameOf = ({ host, href }: URL): string => `webhook ${host} ${createHash('sha256').update(href).digest('hex').slice(0, 8)}`;

/**
 * Posts every checkpoint, in order, as a signed Standard Webhook, with the proof that it continues the one before. The
 * position moves only after a 2xx; a receiver that is away gets all of them later, each with the same `webhook-id`.
 */
export const webhookAnchor = (dataSource: DataSource, { url, secret, networks }: WebhookOptions): Anchor => {
  const anchors = new Anchors(dataSource);
  const send = createSender({ networks });
  let alarm: string | null = null;
  const name = nameOf(new URL(url));
  let renamed: Promise<void> | null = null;
  /** Once per start: an earlier version named the row by host and path. */
  const named = (): Promise<void> =>
    (renamed ??= anchors.rename(`webhook ${new URL(url).host}${new URL(url).pathname}`, name).catch((error: unknown) => {
      renamed = null;
      throw error;
    }));

  return {
    name,
    size: async () => {
      await named();
      return anchors.sizeOf(name);
    },
    once: async () => {
      await named();
      const cutAt = await anchors.cutAt(name);
      if (cutAt !== null)
        return {
          delivered: 0,
          alarm: `it was sent a checkpoint of ${cutAt} events, and the log has none that is as large: it was cut, or restored from a backup`,
        };
      const claim = await anchors.claim(name, DELIVERY_TIMEOUT_MS * 2);
      if (!claim) return { delivered: 0, alarm };
      const { size, keyId } = claim.checkpoint;
      const body = Buffer.from(JSON.stringify(await messageOf(dataSource, claim)));
      const sent = await send({ url, secrets: [secret] }, { id: `checkpoint_${size}_${keyId}`, body, contentType: 'application/json' });
      if (sent.ok) await anchors.delivered(name, size);
      else await anchors.failed(name, { code: sent.code, afterMs: sent.retryAfterMs ?? Math.min(backOffMs(claim.attempts + 1), LONGEST_PAUSE_MS) });

      alarm = sent.ok || claim.attempts + 1 < TELL_AFTER ? null : `not delivered: ${sent.code}`;

      return { delivered: sent.ok ? 1 : 0, alarm };
    },
  };
};

/** A lost hour of anchoring is an hour in which a rewrite cannot be shown. */
const LONGEST_PAUSE_MS = 10 * 60_000;
const TELL_AFTER = 5;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const messageOf = async (dataSource: DataSource, { checkpoint, from }: AnchorClaim): Promise<object> => {
  const { size, root, keyId, note, at } = checkpoint;
  const key = (await checkpointKeys(dataSource)).find((each) => each.keyId === keyId);
  const grown = from === 0 ? null : await consistencyOf(dataSource, { from, to: size });

  return {
    type: 'checkpoint.signed',
    timestamp: at,
    data: { origin: key?.origin, size, root: base64(root), note, key, consistency: grown && { from, proof: grown.proof.map(base64) } },
  };
};
