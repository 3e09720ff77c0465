import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A Transit secrets engine as HashiCorp Vault and OpenBao answer over HTTP, with AES-256-GCM keys that have versions:
 * https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export const startTransit = async (token: string) => {
  const keys = new Map<string, Buffer[]>();
  const calls: { path: string; status: number }[] = [];
  let failing = 0;
  const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
  };
  const from = (value: unknown): Buffer => Buffer.from(String(value ?? ''), 'base64');

  const answer = (verb: string, name: string, body: Record<string, unknown>): { status: number; body: object } => {
    const versions = keys.get(name);
    if (!versions) return { status: 400, body: { errors: ['encryption key not found'] } };
    if (verb === 'encrypt') {
      const version = Number(body['key_version'] ?? versions.length);
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', versions[version - 1] ?? Buffer.alloc(0), nonce).setAAD(from(body['associated_data']));
      const sealed = Buffer.concat([nonce, cipher.update(from(body['plaintext'])), cipher.final(), cipher.getAuthTag()]);
      return { status: 200, body: { data: { ciphertext: `vault:v${version}:${sealed.toString('base64')}`, key_version: version } } };
    }
    const [, version = '', text] = /^vault:v(\d+):(.+)$/.exec(String(body['ciphertext'])) ?? [];
    try {
      const sealed = from(text);
      const decipher = createDecipheriv('aes-256-gcm', versions[Number(version) - 1] ?? Buffer.alloc(0), sealed.subarray(0, 12));
      decipher.setAAD(from(body['associated_data'])).setAuthTag(sealed.subarray(-16));
      const plaintext = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('base64');
      return { status: 200, body: { data: { plaintext } } };
    } catch {
      return { status: 400, body: { errors: ['cipher: message authentication failed'] } };
    }
  };

  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const [, verb = '', name = ''] = /^\/v1\/transit\/(encrypt|decrypt)\/([^/]+)$/.exec(request.url ?? '') ?? [];
      const refused = request.headers['x-vault-token'] !== token ? { status: 403, body: { errors: ['permission denied'] } } : null;
      const down = failing > 0 ? { status: 503, body: { errors: ['Vault is sealed'] } } : null;
      if (failing > 0) failing -= 1;
      const said = down ?? refused ?? answer(verb, name, body);
      calls.push({ path: request.url ?? '', status: said.status });
      response.writeHead(said.status, { 'content-type': 'application/json' }).end(JSON.stringify(said.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    create: (name: string): void => void keys.set(name, [randomBytes(32)]),
    rotate: (name: string): void => void keys.get(name)?.push(randomBytes(32)),
    fail: (times: number): void => void (failing = times),
    stop: (): Promise<void> => new Promise((resolve) => server.close(() => resolve())),
  };
};
