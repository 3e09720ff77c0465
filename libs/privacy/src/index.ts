export * from './keyring.ts';
export { decrypt, encrypt, subKey } from './crypto.ts';
