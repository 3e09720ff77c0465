import { backOffMs, DELIVERY_TIMEOUT_MS, type Send } from '@handover/webhook-delivery';
import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { feedPage, newest } from './feed.ts';
import { encodingOf, type Encoding } from './formats.ts';
import type { Claim } from './claims.ts';
import type { AuditSubscriptions } from './subscriptions.ts';

export interface PushDeps {
  readonly dataSource: DataSource;
  readonly subscriptions: AuditSubscriptions;
  readonly send: Send;
  /** ms of nothing but failures after which a person has to look. */
  readonly pauseAfterMs: number;
  readonly backOff?: (attempts: number) => number;
  readonly leaseMs?: number;
  readonly signal?: AbortSignal;
}

export interface Pushed {
  readonly id: string;
  readonly outcome: 'taken' | 'failed' | 'paused' | 'nothing' | 'lost';
  readonly code?: string;
  readonly entries: number;
}

/** Longer than a delivery may take: while one is under way, nobody else has the subscription. */
const LEASE_MS = DELIVERY_TIMEOUT_MS + 30_000;
const BATCH = 200;
/** Receivers take a megabyte; more is refused by many. One entry is sent however large it is. */
const BATCH_BYTES = 900_000;

/**
 * One batch to one receiver; null when nobody is to be sent anything now. In log order, one batch at a time for each receiver, at
 * least once: the position moves after 2xx only, and a batch is sent again under its id until then, also by another worker.
 */
export const pushOnce = async (deps: PushDeps): Promise<Pushed | null> => {
  const claim = await deps.subscriptions.claims.take(await newest(deps.dataSource), deps.leaseMs ?? LEASE_MS);
  if (!claim) return null;
  const encoding = encodingOf(deps.dataSource, claim.format, claim.ocsf);
  const batch = await batchOf(deps, claim, encoding);
  if (batch.entries === 0) {
    await deps.subscriptions.claims.passed(claim, batch.to);
    return { id: claim.id, outcome: 'nothing', entries: 0 };
  }
  if (claim.pendingTo === null && !(await deps.subscriptions.claims.begin(claim, batch.to))) return { id: claim.id, outcome: 'lost', entries: 0 };

  const sent = await deps.send(
    { url: claim.url, secrets: claim.secrets.map((value) => ({ reveal: () => value })) },
    {
      id: `${claim.id}.${claim.revision}.${claim.position + 1}-${batch.to}`,
      body: Buffer.from(encoding.head + batch.text),
      contentType: encoding.contentType,
      headers: { 'handover-subscription': claim.id, 'handover-position': String(batch.to) },
    },
    deps.signal,
  );
  if (sent.ok) {
    const isOurs = await deps.subscriptions.claims.taken(claim, batch.to, batch.entries);
    return { id: claim.id, outcome: isOurs ? 'taken' : 'lost', entries: batch.entries };
  }

  return failed(deps, claim, sent);
};

interface Batch {
  readonly text: string;
  readonly entries: number;
  readonly to: number;
}

const batchOf = async ({ dataSource }: PushDeps, claim: Claim, encoding: Encoding): Promise<Batch> => {
  const begun = claim.pendingTo;
  const page = await feedPage(dataSource, claim.filter, { after: claim.position, limit: BATCH, upTo: begun ?? undefined });
  const lines = await encoding.lines(page.entries);
  const fits = begun === null ? fitting(lines) : lines.length;
  const last: LogEntry | undefined = page.entries[fits - 1];

  return {
    text: lines.slice(0, fits).join(''),
    entries: fits,
    // A batch that was begun keeps its end; else it ends where there is nothing more, or with what still fits.
    to: begun ?? (fits === lines.length ? page.lookedTo : (last?.position ?? page.lookedTo)),
  };
};

const fitting = (lines: readonly string[]): number => {
  let bytes = 0;
  const over = lines.findIndex((line) => (bytes += Buffer.byteLength(line)) > BATCH_BYTES);
  return over < 0 ? lines.length : Math.max(over, 1);
};

const failed = async (
  { subscriptions, pauseAfterMs, backOff = backOffMs }: PushDeps,
  claim: Claim,
  { code, retryAfterMs, gone }: { readonly code: string; readonly retryAfterMs: number | null; readonly gone: boolean },
): Promise<Pushed> => {
  if (code === 'stopped') {
    await subscriptions.claims.failed(claim, code, 0);
    return { id: claim.id, outcome: 'failed', code, entries: 0 };
  }
  await subscriptions.claims.failed(claim, code, Math.max(backOff(claim.attempts + 1), retryAfterMs ?? 0));
  const failingMs = claim.failingSince === null ? 0 : Date.now() - Date.parse(claim.failingSince);
  if (!gone && failingMs < pauseAfterMs) return { id: claim.id, outcome: 'failed', code, entries: 0 };
  await subscriptions.pause(claim.id, gone ? 'receiver.gone' : 'receiver.failing', { actor: 'system', channel: 'system' });

  return { id: claim.id, outcome: 'paused', code, entries: 0 };
};
