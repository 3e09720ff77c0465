import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RecordExport, Sequencer, followLog } from '@handover/event-store-postgres';
import { vkeyOf } from '@handover/record-proof';
import type { DataSource } from 'typeorm';
import { openRecord, type OwnRecord } from '../support/own-record.ts';
import { happened, newSigner } from '../support/record.ts';

// What follows knows FORMAT.md of libs/record-proof and Node.js: nothing of ours is used to verify.

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const byte = (value: number): Buffer => Buffer.from([value]);
const big = (value: number | bigint, bytes: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeUInt32BE(Number(value));
  else buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([big(Buffer.byteLength(value), 4), Buffer.from(value)]);
const uuid = (value: string): Buffer => Buffer.from(value.replaceAll('-', ''), 'hex');

type Line = Record<string, string | number | null>;
const leafOf = (line: Line): Buffer =>
  sha256(
    byte(0),
    Buffer.from('EVv1'),
    uuid(String(line['eventId'])),
    text(String(line['stream'])),
    big(Number(line['version']), 8),
    text(String(line['type'])),
    big(Number(line['schema']), 4),
    big((BigInt(Date.parse(String(line['recordedAt']))) - BigInt(Date.parse('2000-01-01T00:00:00Z'))) * 1000n, 8),
    sha256(Buffer.from(String(line['body']), 'base64')),
    sha256(Buffer.from(String(line['meta']), 'base64')),
    line['sealed'] === null ? byte(0) : Buffer.concat([byte(1), uuid(String(line['keyId'])), sha256(Buffer.from(String(line['sealed']), 'base64'))]),
  );

/** RFC 6962, 2.1, word for word. */
const rootOf = (leaves: readonly Buffer[]): Buffer => {
  if (leaves.length === 1) return leaves[0] as Buffer;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(byte(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
};

const isSigned = (signed: string, bytes: Buffer, key: Buffer): boolean =>
  verify(
    null,
    Buffer.from(signed),
    createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]), type: 'spki', format: 'der' }),
    bytes,
  );

/** The size and root that a note says, if the key has signed it, and when. */
const readNote = (note: string, vkey: string): { size: number; root: string; at: number } => {
  const [origin = '', keyId = '', ...key] = vkey.split('+'); // base64 has a + of its own
  const raw = Buffer.from(key.join('+'), 'base64').subarray(1);
  const [body = '', signatures = ''] = note.split('\n\n');
  const signed = `${body}\n`;
  const [first, timed] = signatures
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64'));
  if (!first || !timed) throw new Error('no signatures');
  expect(first.subarray(0, 4).toString('hex')).toBe(keyId);
  expect(
    sha256(Buffer.from(`${origin}\n`), byte(1), raw)
      .subarray(0, 4)
      .toString('hex'),
  ).toBe(keyId);
  expect(isSigned(signed, first.subarray(4), raw)).toBe(true);
  expect(timed.subarray(0, 4)).toEqual(sha256(Buffer.from(`${origin}\n`), byte(4), raw).subarray(0, 4));
  const at = Number(timed.readBigUInt64BE(4));
  expect(isSigned(`cosignature/v1\ntime ${at}\n${signed}`, timed.subarray(12), raw)).toBe(true);
  const [, size, root = ''] = body.split('\n');

  return { size: Number(size), root, at };
};

let record: OwnRecord;
let db: DataSource;
const signer = newSigner('format.example');
beforeAll(async () => {
  record = await openRecord();
  db = record.db;
  for (const stream of ['ä', 'b'])
    for (let n = 0; n < 21; n += 1) {
      const event = happened(stream, n, { data: { n, ü: '€' } });
      await record.store.commit([{ stream, expected: n, events: [n % 2 === 0 ? event : { ...event, personal: { person: 'p', data: { name: 'Nora' } } }] }]);
    }
  await new Sequencer(db, { signer }).once({ checkpoint: true });
}, 60_000);
afterAll(() => record.drop());

describe('somebody who has only read the description of the format', () => {
  it('can verify an export with Node.js alone', async () => {
    const record = await RecordExport.begin(db, { filter: null, madeAt: new Date().toISOString() });
    const exported = record.head + (await record.lines(await followLog(db, { after: -1, limit: 1_000 }))) + record.end();
    const lines = exported
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines[0]).toMatchObject({ export: 'handover-record', version: 1, filter: null });
    const events = lines.filter((line) => 'position' in line);
    const heads = new Map<string, { version: number; hash: Buffer }>();
    const leaves: Buffer[] = [];
    for (const [position, line] of events.entries()) {
      const head = heads.get(String(line['stream'])) ?? { version: 0, hash: Buffer.alloc(0) };
      const hash = sha256(byte(2), head.hash, leafOf(line));
      expect([line['position'], line['version'], line['hash']]).toEqual([position, head.version + 1, hash.toString('hex')]);
      heads.set(String(line['stream']), { version: head.version + 1, hash });
      leaves.push(sha256(byte(0), hash));
    }
    const note = readNote(String(lines.find((line) => 'checkpoint' in line)?.['checkpoint']), vkeyOf(signer));
    expect([note.size, note.root]).toEqual([42, rootOf(leaves).toString('base64')]);
    expect(Math.abs(note.at - Date.now() / 1000)).toBeLessThan(120);
    expect(lines.at(-1)).toEqual({ end: { events: 42 } });
  });
});
