import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { followKeys, notesIn, readNote, readStatement, signerOf, stateKey, vkeyOf, type Signer } from './index.ts';

const signer = (origin = 'log.example'): Signer => signerOf(String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })), origin);
const at = new Date('2026-11-25T10:00:00.700Z');
const root = new Uint8Array(32).fill(7);
const [a, b, c, thief] = [signer(), signer(), signer(), signer()];
const aToB = stateKey(b, a, { size: 10, at });
const bToC = stateKey(c, b, { size: 20, at });

describe('a checkpoint', () => {
  const note = a.note({ size: 5, root }, at);

  it('says its size, root, key and signed time', () => {
    expect(readNote(note, [a])).toEqual({ ok: true, checkpoint: { origin: 'log.example', size: 5, root }, keyId: a.keyId, at: '2026-11-25T10:00:00.000Z' });
    expect(note.split('\n').slice(0, 4)).toEqual(['log.example', '5', Buffer.from(root).toString('base64'), '']);
    expect(vkeyOf(a)).toMatch(/^log\.example\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
  });

  it.each([
    ['its size', note.replace('\n5\n', '\n6\n')],
    ['its root', note.replace(Buffer.from(root).toString('base64'), Buffer.from(root.map(() => 8)).toString('base64'))],
    ['its signature', note.replace(/([A-Za-z0-9+/=]{20}\n)/, (_, end: string) => end.replace(/[A-Z]/, (letter) => (letter === 'A' ? 'B' : 'A')))],
    ['a line put in', note.replace('\n\n', '\nmore\n\n')],
    ['its end', note.slice(0, -2)],
  ])('is refused with %s changed', (_what, touched) => {
    expect(touched).not.toBe(note);
    expect(readNote(touched, [a]).ok).toBe(false);
  });

  it('is refused with its time changed', () => {
    const other = a.note({ size: 5, root }, new Date(at.getTime() + 5_000)).split('\n');
    const mixed = [...note.split('\n').slice(0, 5), other[5] ?? '', ''].join('\n');
    expect(readNote(mixed, [a])).toMatchObject({ ok: true, at: '2026-11-25T10:00:05.000Z' }); // signed by the same key: it is true
    const bytes = Buffer.from((note.split('\n')[5] ?? '').split(' ')[2] ?? '', 'base64');
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
    const forged = [...note.split('\n').slice(0, 5), `\u2014 log.example ${bytes.toString('base64')}`, ''].join('\n');
    expect(readNote(forged, [a])).toEqual({ ok: false, why: 'the signature of its time is wrong' });
  });

  it('is not taken from another key or for another log', () => {
    expect(readNote(note, [b])).toEqual({ ok: false, why: 'none of the known keys has signed it' });
    expect(readNote(note, [{ ...a, origin: 'other' }]).ok).toBe(false);
  });

  it('is found among others in a file', () => {
    const more = b.note({ size: 6, root }, at);
    expect(notesIn(`# kept by the auditor\n${note}\n${more}\n`)).toEqual([note, more]);
  });
});

describe('a key that was replaced', () => {
  it('is followed by whoever knows the first one only', () => {
    const { keys, faults } = followKeys([a], [bToC, aToB]);
    expect([keys.map(({ keyId, until }) => [keyId, until]), faults]).toEqual([
      [
        [a.keyId, 10],
        [b.keyId, 20],
        [c.keyId, null],
      ],
      [],
    ]);
    expect(readNote(c.note({ size: 30, root }, at), keys).ok).toBe(true);
  });

  it('goes on proving what it signed before, and nothing after', () => {
    const { keys } = followKeys([a], [aToB]);
    expect(readNote(a.note({ size: 10, root }, at), keys).ok).toBe(true);
    expect(readNote(a.note({ size: 11, root }, at), keys)).toEqual({ ok: false, why: `the key ${a.keyId} has signed it after it was replaced at 10 events` });
  });

  it('cannot be followed without its signature, and that is said', () => {
    const alone = stateKey(thief, null, { size: 10, at, replaces: a.keyId });
    const { keys, faults } = followKeys([a], [alone]);
    expect(keys.map(({ keyId }) => keyId)).toEqual([a.keyId]);
    expect(faults).toEqual([`the key ${thief.keyId} says that it replaces ${a.keyId}, which has not signed that`]);
    expect(followKeys([a, thief], [alone]).faults).toEqual([]); // whoever trusts both was told so otherwise
  });

  it('and stolen shows when it vouches for a second one', () => {
    expect(followKeys([a], [aToB, stateKey(thief, a, { size: 12, at })]).faults).toEqual([`the key ${a.keyId} was replaced twice: it has signed for two keys`]);
  });

  it('says nothing that was touched', () => {
    expect(readStatement(aToB)).toMatchObject({ ok: true, said: { keyId: b.keyId, previous: a.keyId, size: 10, at: '2026-11-25T10:00:00.000Z' } });
    for (const touched of [aToB.replace('\n10\n', '\n11\n'), aToB.replace(a.keyId, c.keyId), aToB.replace('v1', 'v2'), a.note({ size: 5, root }, at)])
      expect(readStatement(touched).ok).toBe(false);
  });
});
