import { generateKeyPairSync } from 'node:crypto';
import { eventIdOf } from '@handover/event-ids';
import type { NewEvent } from '@handover/event-store';
import type { Sequencer } from '@handover/event-store-postgres';
import { signerOf, type Signer } from '@handover/record-proof';

/** A key nobody had before, as PEM. */
export const newKey = (): string => String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

export const newSigner = (origin = 'test.example'): Signer => signerOf(newKey(), origin);

export const happened = (stream: string, n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  id: eventIdOf(stream, ['event', n]),
  type: 'Happened',
  schema: 1,
  data: { n },
  meta: { actor: 'tester', channel: 'system' },
  ...more,
});

/** As `happened`, to somebody with a name. */
export const happenedTo = (stream: string, n: number, more: Partial<NewEvent> = {}): NewEvent =>
  happened(stream, n, { personal: { person: `p-${stream}`, data: { name: `Name ${n}` } }, ...more });

/** Events of two types, by three actors in turn. */
export const mixed = (stream: string, from: number, count: number): readonly NewEvent[] =>
  Array.from({ length: count }, (_, n) =>
    happenedTo(stream, from + n, {
      type: (from + n) % 2 === 0 ? 'Happened' : 'Decided',
      meta: { actor: `actor-${n % 3}`, channel: 'system' },
    }),
  );

/** Until nothing waits for its place in the log any more. */
export const sealAll = async (sequencer: Sequencer, how: Parameters<Sequencer['once']>[0] = {}): Promise<void> => {
  while ((await sequencer.once(how)) > 0);
};
