export { sequenceApart } from './apart.ts';
export { signerIn } from './checkpoint-signer.ts';
export { startSequencing } from './sequencing.ts';
