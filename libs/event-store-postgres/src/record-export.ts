import { writeEntry, writeExcerpt, writeLine, type LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { checkpoints, type KeptCheckpoint } from './log.ts';
import { proofsAt } from './proofs.ts';
import { checkpointKeys } from './signing.ts';

export interface RecordExportOptions {
  /** What was asked for; null for the whole log. Of an excerpt each event carries its own proof. */
  readonly filter: Readonly<Record<string, string>> | null;
  /** ISO instant. */
  readonly madeAt: string;
}

/** An export that proves itself: its format is described in libs/record-proof. Every text ends with a newline. */
export class RecordExport {
  #events = 0;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly checkpoint: KeptCheckpoint | null,
    private readonly isExcerpt: boolean,
    /** Keys, newest checkpoint and what this is. */
    readonly head: string,
  ) {}

  static async begin(dataSource: DataSource, { filter, madeAt }: RecordExportOptions): Promise<RecordExport> {
    const [[checkpoint], keys] = await Promise.all([checkpoints(dataSource, 1), checkpointKeys(dataSource)]);
    const head = [
      writeLine({ kind: 'header', header: { export: 'handover-record', version: 1, madeAt, filter } }),
      ...keys.map(({ statement }) => writeLine({ kind: 'key', statement })),
      ...(checkpoint ? [writeLine({ kind: 'checkpoint', note: checkpoint.note })] : []),
    ];
    return new RecordExport(dataSource, checkpoint ?? null, filter !== null, joined(head));
  }

  /** In log order. */
  async lines(entries: readonly LogEntry[]): Promise<string> {
    this.#events += entries.length;
    if (!this.isExcerpt) return joined(entries.map(writeEntry));
    const [previous, proofs] = await Promise.all([previousOf(this.dataSource, entries), this.#proofs(entries)]);

    return joined(entries.map((entry, n) => writeExcerpt(entry, { previous: previous[n] as Uint8Array, proof: proofs.get(entry.position) ?? null })));
  }

  /** Without it an export was cut. */
  end(): string {
    return joined([writeLine({ kind: 'end', events: this.#events })]);
  }

  async #proofs(entries: readonly LogEntry[]): Promise<ReadonlyMap<number, readonly Uint8Array[]>> {
    const { checkpoint } = this;
    const positions = checkpoint ? entries.map(({ position }) => position).filter((position) => position < checkpoint.size) : [];
    const found = checkpoint && positions.length > 0 ? await proofsAt(this.dataSource, positions, checkpoint) : null;
    return new Map(positions.map((position, n) => [position, found?.proofs[n] ?? []]));
  }
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

const previousOf = async (dataSource: DataSource, entries: readonly LogEntry[]): Promise<readonly Uint8Array[]> => {
  const rows = (await dataSource.query(
    `SELECT e.hash FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY u(stream, version, n)
       LEFT JOIN ev.event e ON e.stream_id = u.stream AND e.version = u.version ORDER BY u.n`,
    [entries.map(({ stream }) => stream), entries.map(({ version }) => version - 1)],
  )) as { hash: Buffer | null }[];

  return rows.map(({ hash }) => new Uint8Array(hash ?? []));
};
