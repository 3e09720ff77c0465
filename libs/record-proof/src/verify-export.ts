import type { LogEntry } from './entry.ts';
import { LogVerifier, type ExportVerified } from './log-verifier.ts';
import type { PublicKey } from './note.ts';

/** `LogVerifier` over entries of a whole log that are at hand. */
export const verifyExport = (entries: Iterable<LogEntry>, notes: readonly string[], keys: readonly PublicKey[]): ExportVerified => {
  const verifier = new LogVerifier({ keys, notes });
  for (const entry of entries) verifier.add({ kind: 'event', entry, excerpt: null });

  return verifier.end();
};
