import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@handover/observability';
import type { Request, Response } from 'express';
import { ProblemFilter } from './problem.ts';

const filter = new ProblemFilter(createLogger('test', 'silent'));
const LINE = 'a line of the record\n';
let server: Server;

const page = (n: number): string => {
  if (n === 2) throw new Error('the database went away');
  return LINE;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const isZipped = request.url === '/zipped';
    const gzip = createGzip();
    if (isZipped) {
      response.setHeader('content-encoding', 'gzip');
      gzip.pipe(response);
      response.once('close', () => gzip.destroy());
    }
    response.flushHeaders();
    const out = isZipped ? gzip : response;
    try {
      for (let n = 0; ; n += 1) out.write(page(n));
    } catch (error) {
      filter.answer(error, request as Request, response as Response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('an answer that fails after its first byte', () => {
  it.each(['/plain', '/zipped'])('is a broken transfer for whoever reads it, and neither whole nor without an end (%s)', async (path) => {
    const { port } = server.address() as AddressInfo;
    const read = fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(3_000) }).then((answer) => answer.text());
    const error: unknown = await read.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'TypeError' }); // and no TimeoutError
  });
});
