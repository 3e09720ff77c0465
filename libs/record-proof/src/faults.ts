import { equal } from '@handover/merkle';
import { changedColumn } from './changed-column.ts';
import type { LogEntry } from './entry.ts';
import { chainHash, eventLeaf } from './hashing.ts';

export interface Fault {
  /** The position in the log, where the fault has one. */
  readonly position: number | null;
  readonly stream: string | null;
  readonly version: number | null;
  readonly eventId?: string | null;
  /** The one value that was changed, as far as that can be told. */
  readonly column?: string | null;
  readonly what: string;
}

interface Suspect {
  readonly fault: number;
  readonly entry: LogEntry;
  readonly previous: Uint8Array;
}

interface Misplaced extends Suspect {
  readonly expected: number;
}

const KEPT_FAULTS = 1_000;
const SUSPECTS = 200;

/** What is wrong with an export, and which one value was changed for it to be so, as far as that can be told. */
export class Faults {
  readonly #kept: Fault[] = [];
  readonly #suspects: Suspect[] = [];
  readonly #misplaced: Misplaced[] = [];
  #count = 0;

  /** All of them. */
  get count(): number {
    return this.#count;
  }

  /** The first thousand. */
  get kept(): readonly Fault[] {
    return this.#kept;
  }

  /** Where it is kept, to say more of it later. */
  add(fault: Partial<Fault> & Pick<Fault, 'what'>): number {
    this.#count += 1;
    if (this.#kept.length >= KEPT_FAULTS) return Number.MAX_SAFE_INTEGER;
    return this.#kept.push({ position: null, stream: null, version: null, eventId: null, ...fault }) - 1;
  }

  /** An event whose content does not have the hash it is stored with. */
  addChanged(entry: LogEntry, previous: Uint8Array): number {
    const fault = this.add({ ...at(entry), what: 'the content does not have the hash it is stored with' });
    if (this.#suspects.length < SUSPECTS) this.#suspects.push({ fault, entry, previous });
    return fault;
  }

  /** An event that does not have the version its stream was to go on with. */
  addMisplaced(what: string, misplaced: Omit<Misplaced, 'fault'>): void {
    const fault = this.add({ ...at(misplaced.entry), what });
    if (this.#misplaced.length < SUSPECTS) this.#misplaced.push({ fault, ...misplaced });
  }

  /** The next event follows what the hash should have been: so the hash was changed, and nothing else. */
  wasHash(fault: number): void {
    const said = this.#kept[fault];
    if (said) this.#kept[fault] = { ...said, column: 'hash', what: 'the hash is not the one of its content' };
  }

  /** Once all events were seen: what was changed in those that are wrong, and where those belong that stand wrong. */
  name(): void {
    this.#nameColumns();
    this.#nameMoved();
  }

  #nameColumns(): void {
    for (const { fault, entry, previous } of this.#suspects) {
      const said = this.#kept[fault];
      if (!said || said.column !== undefined) continue;
      const others = this.#suspects.filter((other) => other.fault !== fault).map((other) => other.entry);
      const column = changedColumn(entry, (candidate) => equal(chainHash(previous, eventLeaf(candidate)), entry.hash), others);
      this.#kept[fault] = { ...said, column };
    }
  }

  /** An event that stands where none was missed may be the one that is missed elsewhere, under another stream or version. */
  #nameMoved(): void {
    for (const { fault, entry } of this.#misplaced) {
      const said = this.#kept[fault];
      const from = this.#misplaced.find(({ entry: { stream }, previous, expected }) =>
        equal(chainHash(previous, eventLeaf({ ...entry, stream, version: expected })), entry.hash),
      );
      if (!said || !from) continue;
      const column = from.entry.stream !== entry.stream ? 'stream' : 'version';
      this.#kept[fault] = { ...said, column, what: `it is version ${from.expected} of the stream ${from.entry.stream}` };
    }
  }
}

export const at = ({ position, stream, version, eventId }: LogEntry): Pick<Fault, 'position' | 'stream' | 'version' | 'eventId'> => ({
  position,
  stream,
  version,
  eventId,
});
