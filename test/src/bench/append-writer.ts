import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Cases } from '@handover/case-service';
import { PostgresEventStore, keyTable, openDatabase, type DatabaseOptions } from '@handover/event-store-postgres';
import { createLogger } from '@handover/observability';
import { Keyring } from '@handover/privacy';
import { sequenceApart } from '@handover/worker/sequencing';
import pg from 'pg';
import { changes, opening } from './a-leaver.ts';

/** What the parent asks for, one window after the other. */
export interface Window {
  readonly width: number;
  readonly events: number;
  readonly ms: number;
}

export interface Measured {
  readonly appends: number;
  readonly p50: number;
  readonly p99: number;
}

export interface WriterSettings {
  readonly variant: 'plain' | 'emmett' | 'handover';
  readonly url: string;
  /** Folder that the peer is installed in. */
  readonly peer: string | null;
  /** File of the key that signs checkpoints; null in all but one of several processes. */
  readonly checkpointKey: string | null;
}

type AppendOne = (events: number) => Promise<unknown>;

const meta = { actor: 'source:generic', channel: 'webhook', cause: randomUUID() };
const poolFor = (url: string): pg.Pool => new pg.Pool({ connectionString: url, max: 100 });

/** The least there is: rows into a table with a key. No version, no order, no proof, nothing sealed. */
const plain = async ({ url }: WriterSettings): Promise<AppendOne> => {
  const pool = poolFor(url);
  await pool.query(
    'CREATE TABLE IF NOT EXISTS plain_event (id uuid PRIMARY KEY, stream text NOT NULL, version int NOT NULL, body bytea NOT NULL, meta bytea NOT NULL)',
  );
  return (events) => {
    const values = Array.from({ length: events }, (_, n) => [
      randomUUID(),
      randomUUID(),
      n,
      Buffer.from(JSON.stringify(opening(randomUUID()))),
      Buffer.from(JSON.stringify(meta)),
    ]);
    const rows = values.map((_, n) => `(${[1, 2, 3, 4, 5].map((column) => `$${n * 5 + column}`).join(', ')})`).join(', ');
    return pool.query({ name: `plain-${events}`, text: `INSERT INTO plain_event (id, stream, version, body, meta) VALUES ${rows}`, values: values.flat() });
  };
};

/** As its documentation says, with a pool as large as it has callers. */
const emmett = async ({ url, peer }: WriterSettings): Promise<AppendOne> => {
  const folder = join(peer ?? '', 'node_modules');
  const { getPostgreSQLEventStore } = (await import(pathToFileURL(join(folder, '@event-driven-io/emmett-postgresql/dist/index.js')).href)) as {
    getPostgreSQLEventStore: (
      url: string,
      options: object,
    ) => { appendToStream: (stream: string, events: readonly object[], options: object) => Promise<unknown> };
  };
  const theirs = createRequire(join(folder, 'x.js'))('pg') as typeof pg;
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pooled: true, pool: new theirs.Pool({ connectionString: url, max: 100 }) } });
  return (events) => {
    const said = Array.from({ length: events }, () => ({ type: 'CaseOpened', data: opening(randomUUID()), metadata: meta }));
    return store.appendToStream(`case-${randomUUID()}`, said, { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });
  };
};

/** The case command: read, fold, decide, seal, append chained, with the message to Temporal. */
const handover = async ({ url, checkpointKey }: WriterSettings): Promise<AppendOne> => {
  const options: DatabaseOptions = { poolSize: 20, name: 'bench' };
  const db = await openDatabase(url, options);
  const keyring = new Keyring(MASTER, keyTable(db));
  const cases = new Cases(new PostgresEventStore(db, keyring));
  const people = Array.from({ length: 500 }, () => randomUUID());
  for (const person of people) await keyring.seal(person, { eventId: 'x', stream: 'x', type: 'x' }, 'x'); // known persons, as in a running company
  if (checkpointKey !== null)
    sequenceApart({ databaseUrl: url, key: { file: checkpointKey, origin: 'bench.example' }, checkpointEveryMs: 1_000, log: createLogger('bench') });
  let n = 0;
  return (events) => {
    const open = opening(people[(n += 1) % people.length] as string);
    return cases.execute(randomUUID(), [{ type: 'open', open }, ...changes(events - 1)], {
      actor: 'source:generic',
      channel: 'webhook',
      commandId: randomUUID(),
    });
  };
};

/** The same for every process, as in production. */
const MASTER = Buffer.alloc(32, 7);

const measure = async (appendOne: AppendOne, { width, events, ms }: Window): Promise<Measured> => {
  const took: number[] = [];
  const end = performance.now() + ms;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let begun = performance.now(); begun < end;) {
        await appendOne(events);
        const now = performance.now();
        took.push(now - begun);
        begun = now;
      }
    }),
  );
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;

  return { appends: took.length / (ms / 1000), p50: at(0.5), p99: at(0.99) };
};

const main = async (): Promise<void> => {
  const settings = JSON.parse(process.argv[2] ?? '{}') as WriterSettings;
  const appendOne = await { plain, emmett, handover }[settings.variant](settings);
  for (const events of [1, 5]) await measure(appendOne, { width: 16, events, ms: 2_000 }); // warms compiler, pool and plans
  process.on('message', (window: Window) => void measure(appendOne, window).then((measured) => process.send?.(measured)));
  process.on('disconnect', () => process.exit()); // whoever measures has gone
  process.send?.('ready');
};

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
