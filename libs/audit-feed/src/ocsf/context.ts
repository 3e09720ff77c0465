import type { LogEntry } from '@handover/record-proof';
import type { DataSource } from 'typeorm';

/** What an event does not say itself: whose case it is, and what its step is about. */
export interface EventContext {
  readonly personRef: string | null;
  readonly caseKind: string | null;
  readonly step: { readonly kind: string | null; readonly target: Readonly<Record<string, unknown>> } | null;
}

interface Row {
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly body: Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

const TELLING = ['CaseOpened', 'PlanMade', 'RescindAccepted', 'WithdrawalBegan', 'StepStarted'];

/**
 * Read from the events themselves, and only from earlier ones of the same stream: the same event has the same context in
 * every repetition, however late.
 */
export const contextOf = async (dataSource: DataSource, entries: readonly LogEntry[]): Promise<(entry: LogEntry) => EventContext> => {
  const streams = [...new Set(entries.map((entry) => entry.stream).filter((stream) => stream.startsWith('case/')))];
  const rows: Row[] =
    streams.length === 0
      ? []
      : await dataSource.query(
          'SELECT stream_id, version, type, body FROM ev.event WHERE stream_id = ANY ($1::text[]) AND type = ANY ($2::text[]) ORDER BY stream_id, version',
          [streams, TELLING],
        );
  const told = new Map<string, { readonly version: number; readonly type: string; readonly data: Fields }[]>();
  for (const row of rows) {
    const list = told.get(row.stream_id) ?? [];
    list.push({ version: Number(row.version), type: row.type, data: JSON.parse(row.body.toString('utf8')) as Fields });
    told.set(row.stream_id, list);
  }

  return (entry) => {
    if (entry.stream.startsWith('person/')) return { personRef: entry.stream.slice('person/'.length), caseKind: null, step: null };
    const before = (told.get(entry.stream) ?? []).filter((each) => each.version <= entry.version);
    const opened = before[0]?.data ?? {};
    const step = (JSON.parse(Buffer.from(entry.body).toString('utf8')) as Fields)['step'];

    return {
      personRef: typeof opened['personRef'] === 'string' ? opened['personRef'] : null,
      caseKind: typeof opened['kind'] === 'string' ? opened['kind'] : null,
      step: typeof step === 'string' ? stepIn(before, step) : null,
    };
  };
};

const stepIn = (before: readonly { readonly type: string; readonly data: Fields }[], id: string): EventContext['step'] => {
  const started = before.filter((each) => each.type === 'StepStarted' && each.data['step'] === id);
  const planned = before
    .flatMap(({ data }) => [data['steps'], (data['plan'] as Fields | undefined)?.['steps']])
    .flatMap((steps) => (Array.isArray(steps) ? (steps as Fields[]) : []))
    .filter((step) => step['id'] === id);
  const last = planned[planned.length - 1];
  const kind = last?.['kind'] ?? started[started.length - 1]?.data['kind'];

  return { kind: typeof kind === 'string' ? kind : null, target: (last?.['target'] as Fields | undefined) ?? {} };
};
