import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { download, freePort } from '@handover/servers';

let folder: string;
let server: Server;
let base: string;
const asked: string[] = [];

/** A stand-in for the official download host: one path answers the archive, one never answers, one is broken. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  writeFileSync(join(folder, 'temporal'), '#!/bin/sh\necho temporal version 9.9.9\n');
  chmodSync(join(folder, 'temporal'), 0o644);
  execFileSync('tar', ['-czf', 'archive.tar.gz', 'temporal'], { cwd: folder });
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/silent')) return;
    if (request.url?.startsWith('/gone')) return void response.writeHead(404).end();
    if (request.url?.startsWith('/broken')) return void response.end('not an archive');
    response.end(readFileSync(join(folder, 'archive.tar.gz')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the download of a server', () => {
  it('is unpacked, made executable and moved into place in one step', async () => {
    const target = join(folder, 'cache', 'temporal');
    expect(await download(`${base}/cli/archive/v1?platform=linux&arch=amd64`, 'temporal', target)).toBe(target);
    expect(execFileSync(target, { encoding: 'utf8' })).toContain('9.9.9');
  });

  it('is given up after a few seconds without an answer, and says so', async () => {
    const begun = Date.now();
    await expect(download(`${base}/silent`, 'temporal', join(folder, 'cache', 'silent'))).rejects.toThrow(/no answer from 127\.0\.0\.1/);
    expect(Date.now() - begun).toBeLessThan(8_000);
  }, 15_000);

  it('that is refused, broken or not reachable says which, and leaves nothing behind', async () => {
    const target = join(folder, 'cache', 'none');
    await expect(download(`${base}/gone`, 'temporal', target)).rejects.toThrow(/answered 404/);
    await expect(download(`${base}/broken`, 'temporal', target)).rejects.toThrow(/tar failed/);
    await expect(download(`http://127.0.0.1:${await freePort()}/`, 'temporal', target)).rejects.toThrow(/cannot be reached/);
    expect(() => readFileSync(target)).toThrow();
  });
});
