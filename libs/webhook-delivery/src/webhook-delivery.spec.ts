import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { backOffMs, checkedUrl, createSender, mayCall, retryAfterMs } from './index.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const target = (url: string) => ({ url, secrets: [{ reveal: () => secret }] });
const message = { id: 'msg_1', body: Buffer.from('{"a":1}'), contentType: 'application/json' };

let server: Server | null = null;
const listening = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/here`;
};
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

describe('a delivery', () => {
  it('is signed so that the receiver can verify it over the bytes', async () => {
    const got: { headers: IncomingMessage['headers']; body: string }[] = [];
    const url = await listening((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    });
    expect(await createSender()(target(url), message)).toEqual({ ok: true, status: 204 });
    const [{ headers, body }] = got as [(typeof got)[0]];
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('that is refused, hangs, or meets nobody says so and does not throw', async () => {
    const busy = await listening((_request, response) => response.writeHead(503, { 'retry-after': '7' }).end('no'));
    expect(await createSender()(target(busy), message)).toEqual({ ok: false, code: 'http.503', retryAfterMs: 7_000, gone: false });
    server?.close();
    const gone = await listening((_request, response) => response.writeHead(410).end());
    expect(await createSender()(target(gone), message)).toMatchObject({ ok: false, gone: true });
    server?.close();
    const hangs = await listening(() => undefined);
    expect(await createSender({ timeoutMs: 150 })(target(hangs), message)).toMatchObject({ ok: false, code: 'timeout' });
    expect(await createSender()(target('http://127.0.0.1:9/'), message)).toMatchObject({ ok: false, code: 'connection.refused' });
  });

  it('does not follow a redirect to somewhere else', async () => {
    const url = await listening((_request, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end());
    expect(await createSender()(target(url), message)).toMatchObject({ ok: false, code: 'http.307' });
  });
});

describe('an address', () => {
  it.each([
    ['ftp://example.com/', 'expected https'],
    ['http://example.com/', 'expected https'],
    ['https://user:word@example.com/', 'no user or password'],
    ['https://10.0.0.5/', 'may not be called'],
    ['https://[::ffff:10.0.0.5]/', 'may not be called'],
    ['https://169.254.169.254/latest/meta-data', 'may not be called'],
    ['https://[fd00::1]/', 'may not be called'],
    ['https://0x0a000005/', 'may not be called'],
    ['nonsense', 'expected an address'],
  ])('%s is refused', (url, why) => {
    expect(() => checkedUrl(url, ['public', 'loopback'])).toThrow(why);
  });

  it('in a private network is called once the policy opens that network, and no other', () => {
    expect(mayCall('10.1.2.3', ['public'])).toBe(false);
    expect(mayCall('10.1.2.3', ['public', '10.1.0.0/16'])).toBe(true);
    expect(mayCall('10.2.2.3', ['public', '10.1.0.0/16'])).toBe(false);
    expect(mayCall('10.2.2.3', ['private'])).toBe(true);
    expect(mayCall('8.8.8.8', ['public'])).toBe(true);
    expect(mayCall('127.0.0.1', ['public'])).toBe(false);
    expect(mayCall('::ffff:127.0.0.1', ['loopback'])).toBe(true);
  });

  it('whose name leads into a closed network is refused when it is called', async () => {
    const sent = await createSender({ networks: ['public'] })(target('https://localhost:1/'), message);
    expect(sent).toMatchObject({ ok: false, code: 'url.network' });
  });
});

describe('the pause before the next attempt', () => {
  it('doubles, has jitter, and ends at six hours', () => {
    expect([1, 2, 3].map((attempt) => backOffMs(attempt, () => 1))).toEqual([5_000, 10_000, 20_000]);
    expect(backOffMs(1, () => 0)).toBe(2_500);
    expect(backOffMs(60, () => 1)).toBe(6 * 3_600_000);
  });

  it('is what the receiver asks for, within a day', () => {
    expect(retryAfterMs('120', 0)).toBe(120_000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:01:00 GMT', 0)).toBe(60_000);
    expect(retryAfterMs('soon', 0)).toBeNull();
    expect(retryAfterMs('99999999', 0)).toBe(86_400_000);
  });
});
