import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';

export interface Health {
  readonly port: number;
  /** What `/metrics` shows. */
  readonly registry: Registry;
  readonly stop: () => Promise<void>;
}

/** `/health/live` while the process runs, `/health/ready` while it works, `/metrics` for Prometheus. */
export const startHealth = async ({
  host,
  port,
  isReady,
}: {
  readonly host: string;
  readonly port: number;
  readonly isReady: () => boolean;
}): Promise<Health> => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const say = (status: number, body: string, type = 'application/json'): void => void response.writeHead(status, { 'content-type': type }).end(body);
    if (path === '/health/live') return say(200, '{"status":"live"}');
    if (path === '/health/ready') return isReady() ? say(200, '{"status":"ready"}') : say(503, '{"status":"starting"}');
    if (path === '/metrics') return void registry.metrics().then((text) => say(200, text, registry.contentType));
    say(404, '{"title":"Not Found","status":404}', 'application/problem+json');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return { registry, port: (server.address() as AddressInfo).port, stop: () => new Promise((resolve) => void server.close(() => resolve())) };
};
