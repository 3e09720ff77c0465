import { pushOnce, type AccessReads, type AuditSubscriptions } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import { systemBy, type Retention } from '@handover/case-service';
import type { EventStore } from '@handover/event-store';
import { LogListener, isRetentionDue } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import { createSender } from '@handover/webhook-delivery';
import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { poll } from './poller.ts';

export interface AuditingOptions {
  readonly dataSource: DataSource;
  readonly store: EventStore;
  readonly subscriptions: AuditSubscriptions;
  readonly access: AccessReads;
  readonly policy: Policy;
  readonly retention: Retention;
  readonly registry: Registry;
  readonly log: Logger;
}

/** How many receivers are sent something at the same time, so that one that hangs holds up no other. */
const PUSHERS = 4;
/** Reads are told to the record this often: often enough to be there when asked, seldom enough to be few. */
const TELL_READS_EVERY_MS = 30_000;
const RETENTION_EVERY_MS = 86_400_000;
/** Whether a day is over since the last run, of whatever worker, is asked this often. */
const LOOK_EVERY_MS = 10 * 60_000;

/** Pushes the record to who subscribed to it, and tells the record who read it. */
export const startAuditing = ({
  dataSource,
  store,
  subscriptions,
  access,
  policy,
  retention,
  registry,
  log,
}: AuditingOptions): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  const listener = new LogListener(dataSource).start();
  const send = createSender({ networks: policy.push.networks });
  const pushers = Array.from({ length: PUSHERS }, (_, n) =>
    poll(
      {
        name: `push ${n + 1}`,
        onNews: (wake) => listener.onNews(wake),
        once: async () => {
          const pushed = await pushOnce({ dataSource, subscriptions, send, pauseAfterMs: policy.push.pauseAfter, signal: stopping.signal });
          if (pushed?.outcome === 'failed')
            log.warn({ subscription: pushed.id, code: pushed.code }, 'a receiver of the record did not take a batch; it is sent again');
          if (pushed?.outcome === 'paused')
            log.error(
              { subscription: pushed.id, code: pushed.code },
              'a receiver of the record takes nothing any more; its subscription is paused until somebody resumes it',
            );
          return pushed === null || pushed.outcome === 'nothing' ? 0 : 1;
        },
      },
      log,
    ),
  );
  let telling: Promise<unknown> = Promise.resolve();
  const tell = (): void => {
    telling = access.tell(store).catch((error: unknown) => log.error({ err: error }, 'who read the record could not be told to it, and is told later'));
  };
  const timer = setInterval(tell, TELL_READS_EVERY_MS);
  const applyRetention = async (): Promise<void> => {
    const by = systemBy(`retention/${new Date().toISOString()}`);
    await retention.noteTimes(by);
    if (!(await isRetentionDue(dataSource, RETENTION_EVERY_MS))) return;
    const done = await retention.run(by);
    if (done === null) log.info('retention is not approved; nothing is let go (GET /v1/audit/retention)');
    else log.info({ retention: done }, 'retention applied');
  };
  let retaining: Promise<unknown> = Promise.resolve();
  const retain = (): void => {
    retaining = applyRetention().catch((error: unknown) => log.error({ err: error }, 'retention was not applied; the next run does it'));
  };
  retain();
  const daily = setInterval(retain, LOOK_EVERY_MS);
  new Gauge({
    name: 'handover_audit_subscription_behind_events',
    help: 'Events of the record that a receiver has not taken yet',
    labelNames: ['subscription', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      const rows: { size: string }[] = await dataSource.query('SELECT size FROM ev.log_state').catch(() => []);
      for (const { id, state, position } of await subscriptions.list().catch(() => []))
        this.set({ subscription: id, state }, Math.max(0, Number(rows[0]?.size ?? 0) - 1 - position));
    },
  });

  return {
    stop: async () => {
      stopping.abort();
      listener.stop();
      clearInterval(timer);
      clearInterval(daily);
      await Promise.all([telling, retaining, ...pushers.map((each) => each.stop())]);
      tell();
      await telling;
    },
  };
};
