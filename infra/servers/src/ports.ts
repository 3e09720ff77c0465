import { createServer } from 'node:net';
import { StartError } from './start-error.ts';

/** A port nobody listens on right now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

export const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });

/** @throws StartError naming the port, who wanted it and how to choose another. */
export const assertFree = async (port: number, what: string, variable: string, flag: string): Promise<void> => {
  if (await isTaken(port)) {
    throw new StartError(`port ${port} for ${what} is taken by another program; stop it, or choose another port with ${variable}=… or --${flag} …`);
  }
};
