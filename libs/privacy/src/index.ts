export * from './keyring.ts';
export * from './rotation.ts';
export * from './master-keys/master-key.ts';
export * from './master-keys/local.ts';
export * from './master-keys/transit.ts';
export * from './master-keys/file.ts';
export { decrypt, encrypt, subKey } from './crypto.ts';
