import { statSync } from 'node:fs';
import { loadSecretFile } from '@handover/config';
import { signerOf, type Signer } from '@handover/record-proof';

/** The key in a file, read again whenever the file is replaced: `keys rotate checkpoint` needs no restart. */
export const signerIn = (file: string, origin: string): (() => Signer) => {
  const read = (): Signer => signerOf(loadSecretFile(file).reveal(), origin);
  const markNow = (): string => {
    const { ino, mtimeMs } = statSync(file);
    return `${ino} ${mtimeMs}`;
  };
  let [mark, signer] = [markNow(), read()];

  return () => {
    const now = markNow();
    if (now !== mark) [mark, signer] = [now, read()];
    return signer;
  };
};
