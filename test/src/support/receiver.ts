import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivery {
  readonly id: string;
  readonly body: string;
  readonly signedBy: string | null;
}

/** Somebody else's server, which may be busy, hang, die and come back at the same port. */
export const startReceiver = async (secrets: () => readonly string[]) => {
  const deliveries: Delivery[] = [];
  const taken: Delivery[] = [];
  let answer: (response: ServerResponse) => boolean = (response) => (response.writeHead(204).end(), true);
  let server: Server;
  let port = 0;
  let under = 0;
  let most = 0;

  const listen = async (): Promise<void> => {
    server = createServer((request, response) => {
      under += 1;
      most = Math.max(most, under);
      response.once('close', () => (under -= 1));
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const header = (name: string): string => String(request.headers[name] ?? '');
        const signatures = header('webhook-signature').split(' ');
        const signedBy = secrets().find((secret) =>
          signatures.includes(
            `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
              .update(`${header('webhook-id')}.${header('webhook-timestamp')}.${body}`)
              .digest('base64')}`,
          ),
        );
        const delivery = { id: header('webhook-id'), body, signedBy: signedBy ?? null };
        deliveries.push(delivery);
        if (answer(response)) taken.push(delivery);
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  await listen();

  return {
    url: `http://127.0.0.1:${port}/audit`,
    /** Every attempt that arrived. */
    deliveries,
    /** Those that were answered with 2xx. */
    taken,
    /** How many deliveries were under way at the same moment, at most. */
    most: (): number => most,
    takes: (): void => void (answer = (response) => (response.writeHead(204).end(), true)),
    refuses: (status: number, headers: Readonly<Record<string, string>> = {}): void =>
      void (answer = (response) => (response.writeHead(status, headers).end('no'), false)),
    hangs: (): void => void (answer = () => false),
    takesAndDropsTheAnswer: (): void => void (answer = (response) => (response.destroy(), true)),
    dies: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
    comesBack: listen,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
};

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
