import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectorError } from '@handover/connector-kit';
import type { Ensured } from './types.ts';

/** How long Dialpad may take to show what a lost reply did, as pauses in ms between looks. */
export type Settle = readonly number[];

/** Twelve seconds in all. Dialpad documents no consistency; its lists are taken to lag by seconds, not minutes. */
export const DEFAULT_SETTLE: Settle = [500, 1_500, 3_000, 7_000];

export interface Promised {
  /** One reading: is it so already? */
  readonly isSo: () => Promise<boolean>;
  readonly write: () => Promise<void>;
  /** For what must not exist twice: after a lost reply look as often as this before giving up, and after a refusal too. */
  readonly settle?: Settle;
  /** An earlier attempt may have written: look through the window before the first write as well. */
  readonly repeated?: boolean;
}

/**
 * Look, write what differs, and look again where the answer leaves it open: a lost reply, or a refusal that others may have
 * caused by doing the same. What is so then is a success. Anything else is thrown as it came.
 */
export const ensure = async ({ isSo, write, settle = [], repeated = false }: Promised): Promise<Ensured> => {
  if ((await isSo()) || (repeated && (await lookedAgain(isSo, settle)))) return { changed: false };
  try {
    await write();
    return { changed: true };
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    // A refusal is final at once; who lost a race, or never heard, may see it late.
    const mayShowLate = error.ambiguous || error.kind === 'conflict';
    const isOpen = mayShowLate || OTHERS_MAY_HAVE.some((kind) => error.kind === kind);
    if (isOpen && (await isSoAfterAll(isSo, mayShowLate ? settle : []))) return { changed: error.ambiguous };
    throw error;
  }
};

const OTHERS_MAY_HAVE = ['not-found', 'invalid', 'refused'] as const;

const isSoAfterAll = async (isSo: () => Promise<boolean>, settle: Settle): Promise<boolean> => {
  try {
    return (await isSo()) || (await lookedAgain(isSo, settle));
  } catch {
    return false; // the first error says more than that of the look
  }
};

/** True as soon as one of the looks shows it. */
export const lookedAgain = async (isSo: () => Promise<boolean>, settle: Settle): Promise<boolean> => {
  for (const pause of settle) {
    await sleep(pause);
    if (await isSo()) return true;
  }
  return false;
};
