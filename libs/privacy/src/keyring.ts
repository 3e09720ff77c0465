import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { decrypt, encrypt, subKey, syntheticNonce } from './crypto.ts';

/** Where wrapped keys are kept. `wrapped` is null once a key is destroyed, and it never comes back. */
export interface KeyRow {
  readonly keyId: string;
  readonly person: string;
  readonly wrapped: Uint8Array | null;
}

export interface KeyTable {
  readonly ofPerson: (person: string) => Promise<KeyRow | null>;
  readonly byId: (keyId: string) => Promise<KeyRow | null>;
  /** Keeps the first key a person was given, whoever comes second. */
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
  readonly enc: Buffer;
  readonly nonce: Buffer;
}

const KEK_ID = 'master-1';
/** An erased person's key must leave memory soon, in every process; re-reading one costs a query. */
const CACHE_MS = 30_000;
const CACHE_SIZE = 5_000;

/** One random key per person, wrapped by the master key. Destroying the wrapped key erases the person everywhere at once. */
export class Keyring {
  private readonly kek: Buffer;
  private readonly indexKey: Buffer;
  private readonly serviceKey: Buffer;
  private readonly cache = new Map<string, { readonly key: OpenKey; readonly until: number }>();

  constructor(
    master: Uint8Array,
    private readonly table: KeyTable,
  ) {
    this.kek = subKey(master, 'kek');
    this.indexKey = subKey(master, 'index');
    this.serviceKey = subKey(master, 'service');
  }

  /** @throws PersonErased */
  async seal(person: string, context: SealContext, plain: string): Promise<Sealed> {
    const key = await this.keyFor(person);
    const about = contextText(context, key.keyId);
    const bytes = Buffer.from(plain, 'utf8');

    return { keyId: key.keyId, bytes: encrypt(key.enc, syntheticNonce(key.nonce, about, bytes), bytes, about) };
  }

  /** The plain text, or `erased`. */
  async open(keyId: string, context: SealContext, sealed: Uint8Array): Promise<{ readonly person: string; readonly plain: string | null }> {
    const row = await this.table.byId(keyId);
    if (!row) throw new Error(`no key ${keyId}`);
    if (row.wrapped === null) {
      this.forget(row.person);
      return { person: row.person, plain: null };
    }
    const key = this.cached(row.person) ?? this.remember(row.person, this.unwrap(row, row.wrapped));

    return { person: row.person, plain: decrypt(key.enc, sealed, contextText(context, keyId)).toString('utf8') };
  }

  forget(person: string): void {
    this.cache.delete(person);
  }

  /** A keyed hash to find somebody by, hex: without the key nobody can try identifiers out. */
  blindIndex(...parts: readonly string[]): string {
    return createHmac('sha256', this.indexKey).update(parts.join('\u001f')).digest('hex');
  }

  /** For bytes whose person is not known yet: a webhook's body until it is processed. */
  sealBytes(plain: Uint8Array, context: string): Buffer {
    return encrypt(this.serviceKey, randomBytes(12), plain, context);
  }

  openBytes(sealed: Uint8Array, context: string): Buffer {
    return decrypt(this.serviceKey, sealed, context);
  }

  private async keyFor(person: string): Promise<OpenKey> {
    const cached = this.cached(person);
    if (cached) return cached;
    const known = await this.table.ofPerson(person);
    if (known) return this.opened(known);

    const keyId = randomUUID();
    await this.table.insert({ keyId, person, kekId: KEK_ID, wrapped: encrypt(this.kek, randomBytes(12), randomBytes(32), keyId) });
    const winner = await this.table.ofPerson(person);
    if (!winner) throw new Error('a key was inserted and is not there');

    return this.opened(winner);
  }

  private opened(row: KeyRow): OpenKey {
    if (row.wrapped === null) throw new PersonErased(row.person);
    return this.remember(row.person, this.unwrap(row, row.wrapped));
  }

  private unwrap(row: KeyRow, wrapped: Uint8Array): OpenKey {
    const dek = decrypt(this.kek, wrapped, row.keyId);
    return { keyId: row.keyId, enc: subKey(dek, 'enc'), nonce: subKey(dek, 'nonce') };
  }

  private cached(person: string): OpenKey | null {
    const hit = this.cache.get(person);
    if (!hit || hit.until < Date.now()) return null;
    return hit.key;
  }

  private remember(person: string, key: OpenKey): OpenKey {
    if (this.cache.size >= CACHE_SIZE) this.cache.clear();
    this.cache.set(person, { key, until: Date.now() + CACHE_MS });

    return key;
  }
}

const contextText = ({ eventId, stream, type }: SealContext, keyId: string): string => [eventId, stream, type, keyId].join('\u001f');
