import type { Logger } from '@handover/observability';
import { keepThread } from './kept-thread.ts';

export interface SealingPart {
  readonly databaseUrl: string;
  /** File of the Ed25519 key that signs checkpoints, read again when it is replaced; null: nothing is signed. */
  readonly key: { readonly file: string; readonly origin: string } | null;
  readonly checkpointEveryMs: number;
}

/**
 * Seals events in a thread of its own. A look takes some ms in one piece, ten times a second: in the thread that decides
 * cases it made every append wait for it, and cost a fifth of them.
 */
export const sequenceApart = ({ log, ...part }: SealingPart & { readonly log: Logger }): { readonly stop: () => Promise<void> } =>
  keepThread({ entry: new URL('./thread.js', import.meta.url), data: part, what: 'sealing', log });
