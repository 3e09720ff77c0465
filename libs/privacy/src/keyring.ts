import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { decrypt, encrypt, subKey, syntheticNonce } from './crypto.ts';
import { singleMasterKey } from './master-keys/local.ts';
import { MasterKeyError, type MasterKeys } from './master-keys/master-key.ts';

/** Where wrapped keys are kept. `wrapped` is null once a key is destroyed, and it never comes back. */
export interface KeyRow {
  readonly keyId: string;
  readonly person: string;
  readonly kekId: string;
  readonly wrapped: Uint8Array | null;
}

export interface KeyTable {
  readonly ofPerson: (person: string) => Promise<KeyRow | null>;
  readonly byId: (keyId: string) => Promise<KeyRow | null>;
  /** Keeps the first key a person was given, whoever comes second. @throws MasterKeyError `retired` when `kekId` is. */
  readonly insert: (row: { keyId: string; person: string; kekId: string; wrapped: Uint8Array }) => Promise<void>;
}

/** The person's key is destroyed: nothing can be sealed for them any more, and nothing opened. */
export class PersonErased extends Error {
  constructor(readonly person: string) {
    super('the key of this person is destroyed');
    this.name = 'PersonErased';
  }
}

/** Where a sealed value belongs: it opens nowhere else. */
export interface SealContext {
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
}

export interface Sealed {
  readonly keyId: string;
  readonly bytes: Buffer;
}

interface OpenKey {
  readonly keyId: string;
  readonly person: string;
  readonly enc: Buffer;
  readonly nonce: Buffer;
}

/** A key that was destroyed: known, and nothing to open with. */
interface Gone {
  readonly person: string;
  readonly enc: null;
}

/** Subjects of keys that belong to the service itself: wrapped, and re-wrapped, like those of persons; never destroyed. */
export const SERVICE = 'service/';

/** An erased person's key must leave memory soon, in every process, also where the news of it was missed. */
const CACHE_MS = 30_000;
const CACHE_SIZE = 5_000;
/** Pepper in, hash out, but never two fields that could be read as one. */
const SEPARATOR = '\u001f';

/** One random key per person, wrapped by a master key. Destroying the wrapped key erases the person everywhere at once. */
export class Keyring {
  private readonly master: MasterKeys;
  private readonly cache = new Map<string, { readonly key: OpenKey; readonly until: number }>();
  private readonly loading = new Map<string, Promise<OpenKey | Gone>>();
  private readonly own = new Map<string, Promise<Buffer>>();
  private isTold = false;

  constructor(
    master: Uint8Array | MasterKeys,
    private readonly table: KeyTable,
  ) {
    this.master = master instanceof Uint8Array ? singleMasterKey(master) : master;
  }

  /** @throws PersonErased */
  async seal(person: string, context: SealContext, plain: string): Promise<Sealed> {
    const key = await this.keyFor(person);
    const about = contextText(context, key.keyId);
    const bytes = Buffer.from(plain, 'utf8');

    return { keyId: key.keyId, bytes: encrypt(key.enc, syntheticNonce(key.nonce, about, bytes), bytes, about) };
  }

  /** The plain text; null once the key is destroyed. */
  async open(keyId: string, context: SealContext, sealed: Uint8Array): Promise<{ readonly person: string; readonly plain: string | null }> {
    const key = await this.keyById(keyId);
    if (key.enc === null) return { person: key.person, plain: null };

    return { person: key.person, plain: decrypt(key.enc, sealed, contextText(context, keyId)).toString('utf8') };
  }

  forget(person: string): void {
    const known = this.cache.get(person);
    this.cache.delete(person);
    if (known) this.cache.delete(known.key.keyId);
  }

  /**
   * Whether somebody tells this keyring of destroyed keys. Only then does it open from memory; else it looks each time.
   * What was missed in between is unknown, so the news of being told begins with nothing in memory.
   */
  told(isTold: boolean): void {
    this.isTold = isTold;
    this.cache.clear();
  }

  /** A keyed hash to find somebody by, hex: without the key nobody can try identifiers out. */
  async blindIndex(...parts: readonly string[]): Promise<string> {
    return createHmac('sha256', await this.ownKey('index'))
      .update(parts.join(SEPARATOR))
      .digest('hex');
  }

  /** For bytes whose person is not known yet: a webhook's body until it is processed. */
  async sealBytes(plain: Uint8Array, context: string): Promise<Buffer> {
    return encrypt(await this.ownKey('service'), randomBytes(12), plain, context);
  }

  async openBytes(sealed: Uint8Array, context: string): Promise<Buffer> {
    return decrypt(await this.ownKey('service'), sealed, context);
  }

  /** Null: it was spoilt at rest, and nobody can read it. @throws where only the key cannot be had now. */
  async openBytesIfWhole(sealed: Uint8Array, context: string): Promise<Buffer | null> {
    const key = await this.ownKey('service');
    try {
      return decrypt(key, sealed, context);
    } catch {
      return null;
    }
  }

  private async keyFor(person: string): Promise<OpenKey> {
    const known = this.cached(person) ?? (await this.found(person)) ?? (await this.made(person, randomBytes(32)));
    if (known.enc === null) throw new PersonErased(person);

    return known;
  }

  private async keyById(keyId: string): Promise<OpenKey | Gone> {
    const known = this.isTold ? this.cached(keyId) : null;
    if (known) return known;
    // A stream is opened event by event at once: they share one look.
    const running = this.loading.get(keyId) ?? this.load(keyId).finally(() => this.loading.delete(keyId));
    this.loading.set(keyId, running);

    return running;
  }

  private async load(keyId: string): Promise<OpenKey | Gone> {
    const row = await this.table.byId(keyId);
    if (!row) throw new Error(`no key ${keyId}`);
    return this.opened(row);
  }

  private async found(person: string): Promise<OpenKey | Gone | null> {
    const row = await this.table.ofPerson(person);
    return row && this.opened(row);
  }

  private async made(person: string, fresh: Uint8Array): Promise<OpenKey | Gone> {
    await this.insert(person, fresh);
    const winner = await this.found(person);
    if (!winner) throw new Error('a key was inserted and is not there');

    return winner;
  }

  private async insert(person: string, fresh: Uint8Array): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const keyId = randomUUID();
      const master = await this.master.current();
      try {
        return await this.table.insert({ keyId, person, kekId: master.id, wrapped: await master.wrap(fresh, keyId) });
      } catch (error) {
        // Rotated behind our back: the key we still took for the current one is refused by now.
        if (!(error instanceof MasterKeyError) || error.code !== 'retired' || tries > 1) throw error;
        this.master.refresh();
      }
    }
  }

  private async opened(row: KeyRow): Promise<OpenKey | Gone> {
    if (row.wrapped === null) {
      this.forget(row.person);
      return { person: row.person, enc: null };
    }
    const known = this.cached(row.keyId);
    if (known) return known;
    const dek = await this.unwrapped(row, row.wrapped);

    return this.remember({ keyId: row.keyId, person: row.person, enc: subKey(dek, 'enc'), nonce: subKey(dek, 'nonce') });
  }

  private async unwrapped(row: KeyRow, wrapped: Uint8Array): Promise<Uint8Array> {
    return (await this.master.byId(row.kekId)).unwrap(wrapped, row.keyId);
  }

  /** The index and the service have keys of their own: they outlive every master key, by being wrapped anew. */
  private ownKey(purpose: string): Promise<Buffer> {
    const known = this.own.get(purpose);
    if (known) return known;
    const loading = this.loadOwn(purpose).catch((error: unknown) => {
      this.own.delete(purpose);
      throw error;
    });
    this.own.set(purpose, loading);

    return loading;
  }

  private async loadOwn(purpose: string): Promise<Buffer> {
    const subject = `${SERVICE}${purpose}`;
    if (!(await this.table.ofPerson(subject))) await this.insert(subject, (await this.master.seed?.(purpose)) ?? randomBytes(32));
    const row = await this.table.ofPerson(subject);
    if (!row?.wrapped) throw new Error(`the key ${subject} is not there`);

    return Buffer.from(await this.unwrapped(row, row.wrapped));
  }

  private cached(name: string): OpenKey | null {
    const hit = this.cache.get(name);
    if (!hit || hit.until < Date.now()) return null;
    return hit.key;
  }

  private remember(key: OpenKey): OpenKey {
    if (this.cache.size >= 2 * CACHE_SIZE) this.cache.clear();
    const hit = { key, until: Date.now() + CACHE_MS };
    this.cache.set(key.person, hit).set(key.keyId, hit);

    return key;
  }
}

const contextText = ({ eventId, stream, type }: SealContext, keyId: string): string => [eventId, stream, type, keyId].join(SEPARATOR);
