import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from './pool.ts';

/** What the sequencer says once for all it sealed; the payload is the size of the log. */
export const LOG_CHANNEL = 'handover_log';
/** Said by whoever wants the newest events under a checkpoint now; only who holds the key can sign one. */
export const CHECKPOINT_CHANNEL = 'handover_checkpoint';

const RECONNECT_MS = 1_000;

/**
 * Hears of new positions, or what else is said on a channel, by LISTEN on one connection for the whole process. A hint only: a notification is lost with its
 * connection, so whoever follows the log looks by itself now and then.
 */
export class LogListener {
  readonly #wakes = new Set<() => void>();
  readonly #pool: Pool;
  #client: PoolClient | null = null;
  #stopped = false;

  constructor(
    dataSource: DataSource,
    private readonly channel: typeof LOG_CHANNEL | typeof CHECKPOINT_CHANNEL = LOG_CHANNEL,
  ) {
    this.#pool = poolOf(dataSource);
  }

  /** `wake` is called at news, until what is returned is called. */
  onNews(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => void this.#wakes.delete(wake);
  }

  start(): this {
    void this.#listen();
    return this;
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  async #listen(): Promise<void> {
    while (!this.#stopped) {
      try {
        const client = await this.#pool.connect();
        this.#client = client;
        client.on('notification', () => this.#wakes.forEach((wake) => wake()));
        const lost = new Promise<void>((resolve) => client.once('end', resolve).once('error', () => resolve()));
        await client.query(`LISTEN ${this.channel}`);
        this.#wakes.forEach((wake) => wake()); // for what was said while nobody listened
        if (this.#stopped) break;
        await lost;
      } catch {
        // The database is away; those who follow find that out by themselves.
      }
      this.#drop();
      if (!this.#stopped) await sleep(RECONNECT_MS, undefined, { ref: false });
    }
    this.#drop();
  }

  /** Destroyed, not given back: the next user of the pool must not hear what we listened to. */
  #drop(): void {
    const client = this.#client;
    this.#client = null;
    client?.removeAllListeners('notification').release(true);
  }
}

/** A hint like any other: whoever asks looks whether it was done. */
export const askForCheckpoint = async (dataSource: DataSource): Promise<void> => {
  await dataSource.query('SELECT pg_notify($1, $2)', [CHECKPOINT_CHANNEL, '']);
};
