import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { scanner } from './scan.ts';

const look = scanner(['Bryony.Canary@example.com', '+491715550199', 'Strä"ße 5']);
const found = (text: string): string[] => look.inText('here', text).map((hit) => hit.value);
const mail = 'Bryony.Canary@example.com';

describe('a scan for values', () => {
  it.each([
    ['as it is', `x ${mail} y`],
    ['in capitals', mail.toUpperCase()],
    ['in a URL', `?email=${encodeURIComponent(mail)}`],
    ['in base64', Buffer.from(`{"email":"${mail}"}`).toString('base64')],
    ['in base64 after other characters', `data/${Buffer.from(`{"email":"${mail}"}`).toString('base64')}`],
    ['in base64url within base64', Buffer.from(Buffer.from(mail).toString('base64url')).toString('base64')],
    ['in hex, as PostgreSQL shows bytes', `\\x${Buffer.from(mail).toString('hex')}`],
    ['in UTF-16', Buffer.from(mail, 'utf16le').toString('latin1')],
    ['as a plain hash', createHash('sha256').update(mail).digest('hex')],
    ['as a plain hash in base64', createHash('sha1').update(mail).digest('base64')],
  ])('finds one %s', (_how, text) => {
    expect(found(text)).toEqual([mail]);
  });

  it('finds what JSON escapes, in bytes as in text, and nothing that is not there', () => {
    expect(found(JSON.stringify({ street: 'Strä"ße 5' }))).toEqual(['Strä"ße 5']);
    expect(look.inBytes('file', Buffer.from('…+491715550199…')).map((hit) => hit.value)).toEqual(['+491715550199']);
    expect(found('bryony@example.com +49171555')).toEqual([]);
  });
});
