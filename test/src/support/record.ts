import { generateKeyPairSync } from 'node:crypto';
import { signerOf, type Signer } from '@handover/record-proof';

/** A key nobody had before, as PEM. */
export const newKey = (): string => String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

export const newSigner = (origin = 'test.example'): Signer => signerOf(newKey(), origin);
