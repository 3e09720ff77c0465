import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Value = object | number | string | boolean;
interface Change {
  readonly table: string;
  readonly id: string;
  readonly value: Value | null;
}

/**
 * Tables of JSON values with a journal: what a request changed is on the disk before it is answered, and can be taken back
 * as a whole. Without a folder everything is in memory only.
 */
export class Store {
  readonly #tables = new Map<string, Map<string, Value>>();
  readonly #folder: string | null;
  #done: Change[] = [];
  #undo: Change[] = [];
  #lastUndo: Change[] = [];

  constructor(folder: string | null) {
    this.#folder = folder;
    if (folder === null) return;
    mkdirSync(folder, { recursive: true });
    this.#load(folder);
  }

  get isEmpty(): boolean {
    return this.#tables.size === 0;
  }

  get<T extends Value>(table: string, id: string): T | undefined {
    return this.#tables.get(table)?.get(id) as T | undefined;
  }

  all<T extends Value>(table: string): T[] {
    return [...(this.#tables.get(table)?.values() ?? [])] as T[];
  }

  put(table: string, id: string, value: Value): void {
    this.#undo.push({ table, id, value: this.get(table, id) ?? null });
    this.#done.push({ table, id, value });
    this.#apply({ table, id, value });
  }

  remove(table: string, id: string): void {
    const before = this.get(table, id);
    if (before === undefined) return;
    this.#undo.push({ table, id, value: before });
    this.#done.push({ table, id, value: null });
    this.#apply({ table, id, value: null });
  }

  get hasChanges(): boolean {
    return this.#done.length > 0;
  }

  /** Makes the changes since the last commit durable. */
  commit(): void {
    if (this.#done.length === 0) return;
    if (this.#folder !== null) appendFileSync(join(this.#folder, 'journal.jsonl'), this.#done.map((change) => JSON.stringify(change)).join('\n') + '\n');
    this.#lastUndo = this.#undo;
    this.#done = [];
    this.#undo = [];
  }

  rollback(): void {
    for (const change of this.#undo.reverse()) this.#apply(change);
    this.#done = [];
    this.#undo = [];
  }

  /** Runs a reading as if the last committed change had not happened yet. */
  stale<T>(reading: () => T): T {
    const now = this.#lastUndo.map(({ table, id }): Change => ({ table, id, value: this.get(table, id) ?? null }));
    for (const change of [...this.#lastUndo].reverse()) this.#apply(change);
    try {
      return reading();
    } finally {
      for (const change of now) this.#apply(change);
    }
  }

  clear(): void {
    this.#tables.clear();
    this.#done = [];
    this.#undo = [];
    this.#lastUndo = [];
    if (this.#folder !== null) writeFileSync(join(this.#folder, 'journal.jsonl'), '');
  }

  #apply({ table, id, value }: Change): void {
    const rows = this.#tables.get(table) ?? new Map<string, Value>();
    if (value === null) rows.delete(id);
    else rows.set(id, value);
    this.#tables.set(table, rows);
  }

  /** A line cut short by a kill was never answered for, so it is dropped. The journal is then written anew, without history. */
  #load(folder: string): void {
    const file = join(folder, 'journal.jsonl');
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      try {
        this.#apply(JSON.parse(line) as Change);
      } catch {
        break;
      }
    }
    const lines = [...this.#tables].flatMap(([table, rows]) => [...rows].map(([id, value]) => JSON.stringify({ table, id, value })));
    writeFileSync(`${file}.new`, lines.length > 0 ? lines.join('\n') + '\n' : '');
    renameSync(`${file}.new`, file);
  }
}
