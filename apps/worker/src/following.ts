import { LogListener, type ReadModels } from '@handover/event-store-postgres';
import type { Logger } from '@handover/observability';
import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { poll } from './poller.ts';

export interface FollowingOptions {
  readonly dataSource: DataSource;
  readonly readModels: ReadModels;
  readonly registry: Registry;
  readonly log: Logger;
}

/** Keeps the read models up with the log. Every worker may: each model is worked on by one of them at a time. */
export const startFollowing = ({ dataSource, readModels, registry, log }: FollowingOptions): { readonly stop: () => Promise<void> } => {
  const listener = new LogListener(dataSource).start();
  const followers = readModels.projections.map(({ name }) =>
    poll({ name: `read model ${name}`, once: () => readModels.advance(name), onNews: (wake) => listener.onNews(wake) }, log),
  );
  new Gauge({
    name: 'handover_subscription_lag_events',
    help: 'Events of the log that a read model has not applied yet',
    labelNames: ['name', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { name, state, lag } of await readModels.status().catch(() => [])) this.set({ name, state }, lag);
    },
  });

  return {
    stop: async () => {
      listener.stop();
      await Promise.all(followers.map((each) => each.stop()));
    },
  };
};
