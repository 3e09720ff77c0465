import type { Keyring } from '@handover/privacy';
import pg from 'pg';

const AGAIN_MS = 1_000;

/**
 * Tells a keyring of keys that another process destroyed, the moment it commits. One connection of its own, because a
 * pooled one would be given away; while it is lost the keyring looks at the table each time.
 */
export const tellOfKeys = (url: string, keyring: Pick<Keyring, 'forget' | 'told'>, onLost: (error: unknown) => void = () => undefined) => {
  let client: pg.Client | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  const lost = (gone: pg.Client, error: unknown): void => {
    if (client !== gone) return;
    client = null;
    keyring.told(false);
    void gone.end().catch(() => undefined);
    if (stopped) return;
    onLost(error);
    timer = setTimeout(() => void connect(), AGAIN_MS).unref();
  };
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, application_name: 'handover-keys', keepAlive: true, connectionTimeoutMillis: 5_000 });
    client = next;
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, new Error('the connection ended')));
    next.on('notification', ({ payload }) => payload && keyring.forget(payload));
    try {
      await next.connect();
      await next.query('LISTEN handover_keys');
      if (client === next) keyring.told(true);
    } catch (error) {
      lost(next, error);
    }
  };
  const ready = connect();

  return {
    ready,
    stop: async (): Promise<void> => {
      stopped = true;
      if (timer) clearTimeout(timer);
      const last = client;
      client = null;
      keyring.told(false);
      await last?.end().catch(() => undefined);
    },
  };
};
