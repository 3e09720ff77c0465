import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadSecretFile } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'handover-secrets-'));
const file = join(folder, 'key');
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file with a secret', () => {
  it.each([0o600, 0o400, 0o440])('of mode %o is read', (mode) => {
    writeFileSync(file, 'secret\n', { mode: 0o600 });
    chmodSync(file, mode);
    expect(loadSecretFile(file).reveal()).toBe('secret');
    chmodSync(file, 0o600);
  });

  it.each([0o644, 0o604, 0o602])('of mode %o is refused, with what to do', (mode) => {
    chmodSync(file, mode);
    expect(() => loadSecretFile(file)).toThrow('is open to everybody on this machine; chmod 600 it');
  });
});
