import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Value = object | number | string | boolean;
interface Change {
  readonly table: string;
  readonly id: string;
  readonly value: Value | null;
}

interface Index {
  readonly table: string;
  readonly name: string;
  readonly keysOf: (value: Value) => readonly string[];
  readonly ids: Map<string, Set<string>>;
}

/**
 * Tables of JSON values with a journal: what a request changed is on the disk before it is answered, and can be taken back
 * as a whole. Without a folder everything is in memory only.
 */
export class Store {
  readonly #tables = new Map<string, Map<string, Value>>();
  readonly #indexes: Index[] = [];
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

  size(table: string): number {
    return this.#tables.get(table)?.size ?? 0;
  }

  /** Rows can then be found by any of their keys; it follows every change, also one that is taken back. */
  index<T extends Value>(table: string, name: string, keysOf: (value: T) => readonly string[]): void {
    const index: Index = { table, name, keysOf: keysOf as Index['keysOf'], ids: new Map() };
    for (const [id, value] of this.#tables.get(table) ?? []) file(index, id, null, value);
    this.#indexes.push(index);
  }

  lookup<T extends Value>(table: string, name: string, key: string): T[] {
    const index = this.#indexes.find((each) => each.table === table && each.name === name);
    if (!index) throw new Error(`no index ${name} of ${table}`);
    return [...(index.ids.get(key) ?? [])].flatMap((id) => this.get<T>(table, id) ?? []);
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
    for (const index of this.#indexes) index.ids.clear();
    this.#done = [];
    this.#undo = [];
    this.#lastUndo = [];
    if (this.#folder !== null) writeFileSync(join(this.#folder, 'journal.jsonl'), '');
  }

  #apply({ table, id, value }: Change): void {
    const rows = this.#tables.get(table) ?? new Map<string, Value>();
    const before = rows.get(id) ?? null;
    for (const index of this.#indexes) if (index.table === table) file(index, id, before, value);
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

const file = (index: Index, id: string, before: Value | null, after: Value | null): void => {
  const old = before === null ? [] : index.keysOf(before);
  const now = after === null ? [] : index.keysOf(after);
  for (const key of old) {
    if (now.includes(key)) continue;
    const ids = index.ids.get(key);
    ids?.delete(id);
    if (ids?.size === 0) index.ids.delete(key);
  }
  for (const key of now) {
    const ids = index.ids.get(key);
    if (ids) ids.add(id);
    else index.ids.set(key, new Set([id]));
  }
};
