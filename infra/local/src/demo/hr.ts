import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Local } from '../instance.ts';

/** An HR system's side of a Standard Webhooks hook, signed with the reference library. Returns the inbox id. */
export const tellHook = async (local: Pick<Local, 'hooks'>, type: string, data: object): Promise<string> => {
  const { url, secret } = local.hooks.generic;
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    },
    body,
  });
  const said = (await answer.json()) as { id: string; detail?: string };
  if (answer.status !== 202) throw new Error(`the hook was answered ${answer.status}: ${said.detail ?? ''}`);

  return said.id;
};
