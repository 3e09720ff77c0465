import { emptyFrontier, equal, growAll, provesInclusion, rootOf, type Frontier } from '@handover/merkle';
import { readNote } from './checkpoint.ts';
import type { Excerpt, ExportHeader, ExportLine, LogEntry } from './entry.ts';
import { Faults, at, type Fault } from './faults.ts';
import { chainHash, eventLeaf, logLeaf, sha256 } from './hashing.ts';
import { followKeys } from './key-statement.ts';
import { parseNote, type PublicKey } from './note.ts';

export interface ExportVerified {
  /** Whether this is the log from its first event, and not an excerpt. */
  readonly isWhole: boolean;
  readonly events: number;
  readonly streams: number;
  /** Checkpoints whose signature and root are right. */
  readonly checkpoints: number;
  /** Events under one of them. */
  readonly signed: number;
  /** With `olderExport`: checkpoints that were signed after the export was made, as it says, and over more than it has. They say nothing about it. */
  readonly later: number;
  /** ISO instant, as the export says; null where it does not. */
  readonly madeAt: string | null;
  /** All of them; `faults` holds the first thousand. */
  readonly faultCount: number;
  readonly faults: readonly Fault[];
}

export interface VerifierOptions {
  /** Kept elsewhere: what is trusted. */
  readonly keys: readonly PublicKey[];
  /** Checkpoints that were kept elsewhere. Those of the export are checked as well. */
  readonly notes?: readonly string[];
  /** Statements that were kept elsewhere, beside those of the export. */
  readonly statements?: readonly string[];
  /**
   * The auditor knows that the export is older than the checkpoints. What the export says of its age does not count alone:
   * `madeAt` is not signed, and whoever cuts the end off can put it back.
   */
  readonly olderExport?: boolean;
}

interface Head {
  readonly version: number;
  readonly hash: Uint8Array;
  /** What the hash would have to be, where it is not that. */
  readonly computed: Uint8Array | null;
  /** Where that was said. */
  readonly fault: number;
}

const NOTHING = new Uint8Array();

/**
 * Verifies an export line by line, with no database: every byte is hashed again, every stream's chain and the log's root
 * are computed anew, and each checkpoint, above all one that was kept elsewhere, must agree. An excerpt is verified by the
 * proofs it carries. Memory grows with the number of streams, not of events.
 */
export class LogVerifier {
  readonly #faults = new Faults();
  readonly #heads = new Map<string, Head>();
  readonly #notes: string[];
  readonly #statements: string[];
  readonly #roots = new Map<number, Uint8Array>();
  readonly #sizes = new Set<number>();
  #header: ExportHeader | null = null;
  #frontier: Frontier = emptyFrontier;
  #next = 0;
  #events = 0;
  #gaps = false;
  /** What an excerpt is proved against: the root that the first checkpoint of the export says. */
  #base: { readonly size: number; readonly root: Uint8Array } | null = null;
  #excerpts = 0;
  #proved = 0;
  #end: number | null = null;

  constructor(private readonly options: VerifierOptions) {
    this.#notes = [...(options.notes ?? [])];
    this.#statements = [...(options.statements ?? [])];
    for (const note of this.#notes) this.#want(note);
  }

  add(line: ExportLine): void {
    if (line.kind === 'header') this.#header = line.header;
    else if (line.kind === 'key') this.#statements.push(line.statement);
    else if (line.kind === 'end') this.#end = line.events;
    else if (line.kind === 'event') this.#event(line.entry, line.excerpt);
    else {
      this.#notes.push(line.note);
      const said = this.#want(line.note);
      this.#base ??= said;
    }
  }

  end(): ExportVerified {
    if (this.#end !== this.#events && (this.#end !== null || this.#header !== null))
      this.#faults.add({
        what: this.#end === null ? 'the export has no end: it was cut' : `the export ends after ${this.#events} events and says it has ${this.#end}`,
      });
    const isWhole = this.#header?.filter == null && this.#excerpts === 0;
    if (!isWhole && this.#events > this.#excerpts) this.#faults.add({ what: `${this.#events - this.#excerpts} events of the excerpt bring no proof` });
    const { right, signed, later } = this.#checkpoints(isWhole);
    this.#faults.name();

    return {
      isWhole,
      events: this.#events,
      streams: this.#heads.size,
      checkpoints: right,
      signed,
      later,
      madeAt: this.#header?.madeAt ?? null,
      faultCount: this.#faults.count,
      faults: this.#faults.kept,
    };
  }

  #want(note: string): { readonly size: number; readonly root: Uint8Array } | null {
    const [, size = '', root = ''] = parseNote(note)?.text.split('\n') ?? [];
    if (!/^\d{1,15}$/.test(size)) return null;
    if (Number(size) === this.#frontier.size) this.#roots.set(Number(size), rootOf(sha256, this.#frontier));
    this.#sizes.add(Number(size));
    return { size: Number(size), root: new Uint8Array(Buffer.from(root, 'base64')) };
  }

  #event(entry: LogEntry, excerpt: Excerpt | null): void {
    this.#events += 1;
    const isFollowing = this.#place(entry, excerpt);
    this.#content(entry, excerpt, isFollowing);
    if (excerpt) {
      this.#excerpts += 1;
      this.#proof(entry, excerpt.proof);
      return;
    }
    this.#frontier = growAll(sha256, this.#frontier, [logLeaf(entry.hash)]);
    if (this.#sizes.has(this.#frontier.size)) this.#roots.set(this.#frontier.size, rootOf(sha256, this.#frontier));
  }

  #proof(entry: LogEntry, proof: readonly Uint8Array[] | null): void {
    const base = this.#base;
    // Only what is newer than the checkpoint may come without a proof; it counts as not signed.
    if (proof === null && base !== null && entry.position >= base.size) return;
    const claim = base && { leaf: logLeaf(entry.hash), index: entry.position, size: base.size, root: base.root };
    if (claim && proof && provesInclusion(sha256, claim, proof)) this.#proved += 1;
    else this.#faults.add({ ...at(entry), column: 'proof', what: 'the proof does not lead to the signed checkpoint' });
  }

  /** Whether the event before it in its stream is the one we saw last. */
  #place(entry: LogEntry, excerpt: Excerpt | null): boolean {
    if (entry.position < this.#next) {
      this.#gaps = true;
      this.#faults.add({ ...at(entry), what: 'the event is out of order, or there twice' });
    } else if (entry.position > this.#next && excerpt === null) {
      this.#gaps = true;
      const many = entry.position - this.#next > 1 ? `positions ${this.#next} to ${entry.position - 1} are` : `position ${this.#next} is`;
      this.#faults.add({ position: this.#next, what: `${many} missing` });
    }
    this.#next = Math.max(this.#next, entry.position + 1);
    const head = this.#heads.get(entry.stream);
    const expected = (head?.version ?? 0) + 1;
    if (entry.version === expected) return true;
    const previous = head?.hash ?? NOTHING;
    if (entry.version > expected && excerpt === null)
      this.#faults.addMisplaced(`version ${expected} of the stream is missing before it`, { entry, previous, expected });
    if (entry.version < expected) this.#faults.addMisplaced(`version ${entry.version} of the stream is there twice`, { entry, previous, expected });
    return false;
  }

  #content(entry: LogEntry, excerpt: Excerpt | null, isFollowing: boolean): void {
    const head = isFollowing ? this.#heads.get(entry.stream) : undefined;
    const previous = head?.hash ?? excerpt?.previous ?? NOTHING;
    const leaf = eventLeaf(entry);
    const computed = chainHash(previous, leaf);
    let fault = -1;
    const isRight = equal(computed, entry.hash);
    const cannotTell = !isFollowing && excerpt === null; // the event before it is not there
    if (excerpt && head && !equal(excerpt.previous, head.hash))
      this.#faults.add({ ...at(entry), column: 'previous', what: 'it does not follow the event before it in its stream' });
    if (excerpt && (entry.version === 1) !== (excerpt.previous.length === 0))
      this.#faults.add({ ...at(entry), column: 'previous', what: 'only the first event of a stream follows nothing' });
    if (!isRight && !cannotTell) {
      if (head?.computed && equal(chainHash(head.computed, leaf), entry.hash)) this.#faults.wasHash(head.fault);
      else fault = this.#faults.addChanged(entry, previous);
    }
    this.#heads.set(entry.stream, { version: entry.version, hash: entry.hash, computed: fault < 0 ? null : computed, fault });
  }

  #checkpoints(isWhole: boolean): { readonly right: number; readonly signed: number; readonly later: number } {
    const { keys, faults } = followKeys(this.options.keys, this.#statements);
    for (const what of faults) this.#faults.add({ what });
    if (this.#notes.length === 0) this.#faults.add({ what: 'there is no checkpoint: nothing says that this is the record' });
    let [right, signed, later] = [0, 0, 0];
    const differing: number[] = [];
    for (const note of new Set(this.#notes)) {
      const read = readNote(note, keys);
      if (!read.ok) {
        this.#faults.add({ what: `a checkpoint cannot be relied on: ${read.why}` });
        continue;
      }
      const { size, root } = read.checkpoint;
      if (!isWhole) {
        if (size !== this.#base?.size) continue; // one of another size says nothing about an excerpt
        if (equal(root, this.#base.root)) [right, signed] = [right + 1, this.#proved];
        else this.#faults.add({ what: `there are two checkpoints of ${size} events with different roots: the log was shown in two versions` });
      } else if (size > this.#frontier.size && this.#saysItIsOlder(read.at)) {
        if (this.options.olderExport) later += 1;
        else
          this.#faults.add({
            position: this.#frontier.size,
            what: `the kept checkpoint covers ${size} events, this export has ${this.#frontier.size}: the log was cut, or the export is older (if you know that it is: --older-export)`,
          });
      } else if (size > this.#frontier.size)
        this.#faults.add({ position: this.#frontier.size, what: `a checkpoint says ${size} events, and there are ${this.#frontier.size}: the log was cut` });
      else if (equal(this.#roots.get(size) ?? NOTHING, root)) [right, signed] = [right + 1, Math.max(signed, size)];
      else differing.push(size);
    }
    const [first] = differing.sort((a, b) => a - b);
    if (first !== undefined)
      this.#faults.add({
        what: `the log has another root than the checkpoint of ${first} events${differing.length > 1 ? ` and ${differing.length - 1} more` : ''}: it was ${this.#gaps ? 'changed as said' : 'rewritten'}`,
      });
    return { right, signed, later };
  }

  #saysItIsOlder(signedAt: string | null): boolean {
    return this.#header !== null && signedAt !== null && signedAt > this.#header.madeAt;
  }
}
