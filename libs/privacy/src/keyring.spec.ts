import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Keyring, PersonErased, type KeyRow, type KeyTable } from './keyring.ts';

const memory = (): KeyTable & { destroy: (person: string) => void } => {
  const rows: KeyRow[] = [];
  return {
    ofPerson: (person) => Promise.resolve(rows.find((row) => row.person === person) ?? null),
    byId: (keyId) => Promise.resolve(rows.find((row) => row.keyId === keyId) ?? null),
    insert: (row) => Promise.resolve(void (rows.some((each) => each.person === row.person) || rows.push(row))),
    destroy: (person) => rows.forEach((row, n) => row.person === person && (rows[n] = { ...row, wrapped: null })),
  };
};
const at = { eventId: 'e1', stream: 's', type: 'T' };

describe('a person’s values', () => {
  let table: ReturnType<typeof memory>;
  let keyring: Keyring;
  const master = randomBytes(32);

  beforeEach(() => {
    table = memory();
    keyring = new Keyring(master, table);
  });

  it('seal to the same bytes when they are sealed again, so that a retry is no news', async () => {
    const [one, two] = [await keyring.seal('p', at, 'x'), await new Keyring(master, table).seal('p', at, 'x')];
    expect(one.bytes.equals(two.bytes)).toBe(true);
    expect((await keyring.seal('p', at, 'y')).bytes.subarray(0, 12).equals(one.bytes.subarray(0, 12))).toBe(false);
  });

  it('open where they were sealed and nowhere else', async () => {
    const { keyId, bytes } = await keyring.seal('p', at, 'bryony@example.com');
    expect((await keyring.open(keyId, at, bytes)).plain).toBe('bryony@example.com');
    await expect(keyring.open(keyId, { ...at, eventId: 'e2' }, bytes)).rejects.toThrow();
  });

  it('are gone once the key is destroyed, and nothing new can be sealed', async () => {
    const { keyId, bytes } = await keyring.seal('p', at, 'x');
    table.destroy('p');
    expect((await keyring.open(keyId, at, bytes)).plain).toBeNull();
    await expect(new Keyring(master, table).seal('p', at, 'x')).rejects.toBeInstanceOf(PersonErased);
  });

  it('are found by a hash that nobody can compute without the key', async () => {
    const index = await keyring.blindIndex('generic', '1');
    expect(index).toBe(await new Keyring(master, table).blindIndex('generic', '1'));
    expect(index).not.toBe(await new Keyring(randomBytes(32), memory()).blindIndex('generic', '1'));
    expect(index).not.toBe(await keyring.blindIndex('generic1', ''));
    await expect(new Keyring(randomBytes(32), table).blindIndex('generic', '1')).rejects.toThrow();
  });

  it('are opened from memory only while somebody tells of destroyed keys', async () => {
    const { keyId, bytes } = await keyring.seal('p', at, 'x');
    keyring.told(true);
    await keyring.open(keyId, at, bytes);
    table.destroy('p');
    expect((await keyring.open(keyId, at, bytes)).plain).toBe('x');
    keyring.forget('p');
    expect((await keyring.open(keyId, at, bytes)).plain).toBeNull();
  });
});
