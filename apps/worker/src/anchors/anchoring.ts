import { anchorLag, logLag } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { poll } from '../poller.ts';

/** A place outside where checkpoints are kept, so that whoever owns the database cannot rewrite them too. */
export interface Anchor {
  readonly name: string;
  /** Delivers what is due. `alarm`: what somebody has to look at, in words. */
  readonly once: () => Promise<{ readonly delivered: number; readonly alarm: string | null }>;
  /** Events under the last checkpoint it has. */
  readonly size: () => Promise<number>;
}

export interface AnchoringOptions {
  readonly dataSource: DataSource;
  readonly anchors: readonly Anchor[];
  readonly registry: Registry;
  readonly log: Logger;
}

const SAY_AGAIN_MS = 60_000;

export const startAnchoring = ({ dataSource, anchors, registry, log }: AnchoringOptions): { readonly stop: () => Promise<void> } => {
  const alarms = new Map<string, string>();
  const pollers = anchors.map((anchor) => poll({ name: `anchor ${anchor.name}`, once: telling(anchor, alarms, log), onNews: noNews }, log));
  const gauge = (name: string, help: string, collect: (into: Gauge) => Promise<void>): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['anchor'],
      registers: [registry],
      async collect() {
        await collect(this).catch(() => this.reset()); // no database: no figure, rather than an old one
      },
    });
  gauge('handover_log_unsealed_seconds', 'Age of the oldest event without a position in the log', async (into) =>
    into.set((await logLag(dataSource)).unsealed),
  );
  gauge('handover_log_unsigned_seconds', 'Age of the oldest event without a signed checkpoint', async (into) => into.set((await logLag(dataSource)).unsigned));
  gauge('handover_anchor_lag_seconds', 'Age of the oldest checkpoint that an outside anchor does not have', async (into) => {
    for (const anchor of anchors) into.set({ anchor: anchor.name }, await anchorLag(dataSource, await anchor.size()));
  });
  gauge('handover_anchor_alarm', '1 while an anchor does not agree with the log, or cannot be reached', async (into) => {
    for (const { name } of anchors) into.set({ anchor: name }, alarms.has(name) ? 1 : 0);
  });

  return {
    stop: async () => {
      await Promise.all(pollers.map((each) => each.stop()));
      // The last checkpoint was signed while the pollers stopped; what does not arrive now does after the next start.
      for (const { name, once } of anchors)
        await once().catch((error: unknown) => log.warn({ err: error, anchor: name }, 'the last checkpoint waits for the next start'));
    },
  };
};

/** A look a second is enough for what comes once a minute. */
const noNews = (): (() => void) => () => undefined;

/** An alarm is said at once, and again every minute while it stands. */
const telling = (anchor: Anchor, alarms: Map<string, string>, log: Logger): (() => Promise<number>) => {
  let said = 0;
  return async () => {
    const { delivered, alarm } = await anchor.once();
    if (alarm === null) alarms.delete(anchor.name);
    else if (alarms.get(anchor.name) !== alarm || Date.now() - said >= SAY_AGAIN_MS) {
      alarms.set(anchor.name, alarm);
      said = Date.now();
      log.error({ anchor: anchor.name, alarm }, 'an outside anchor of the log raises an alarm');
    }
    return delivered;
  };
};
