import { BlockList, isIP } from 'node:net';

/** Where may be called: `public` addresses, this machine (`loopback`), `private` ranges, or single ones like `10.1.0.0/16`. */
export type Network = string;

/** Private ranges are closed unless the policy opens them: a subscription must not become a way into the network behind us. */
export const defaultNetworks: readonly Network[] = ['public', 'loopback'];

export class AddressRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'AddressRefused';
    this.code = code;
  }
}

const listOf = (...ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return list;
};

const addRange = (list: BlockList, range: string): void => {
  const [address = '', bits] = range.split('/');
  const version = isIP(address);
  if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) throw new AddressRefused('network.invalid', `${range} is no network like 10.1.0.0/16`);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(address, bits === undefined ? (version === 6 ? 128 : 32) : Number(bits), family);
};

const LOOPBACK = listOf('127.0.0.0/8', '::1');
const PRIVATE = listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');
/** Never: link-local holds the clouds' metadata services; the rest is no place for a receiver (RFC 6890). */
const NEVER = listOf(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::',
  '64:ff9b::/96',
  '100::/64',
  '2001:db8::/32',
  '2002::/16',
  'fe80::/10',
  'ff00::/8',
);

/** `::ffff:10.0.0.1` is 10.0.0.1, however it is written. */
const plain = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (!hex) return address;
  const [high, low] = [Number.parseInt(hex[1] ?? '0', 16), Number.parseInt(hex[2] ?? '0', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
};

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether this address may be called. */
export const mayCall = (given: string, networks: readonly Network[]): boolean => {
  const address = plain(given);
  if (isIP(address) === 0) return false;
  const named = networks.filter((each) => !['public', 'loopback', 'private'].includes(each));
  if (named.length > 0 && isIn(listOf(...named), address)) return true;
  if (isIn(NEVER, address)) return false;
  if (isIn(LOOPBACK, address)) return networks.includes('loopback');
  return networks.includes(isIn(PRIVATE, address) ? 'private' : 'public');
};

export const isLoopbackHost = (host: string): boolean => host === 'localhost' || (isIP(host) !== 0 && isIn(LOOPBACK, plain(host)));

/** @throws AddressRefused with a code and what to do. Names are not resolved here: the connection does, and asks again. */
export const checkedUrl = (text: string, networks: readonly Network[]): URL => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new AddressRefused('url.invalid', 'expected an address like https://siem.example.com/handover');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') throw new AddressRefused('url.credentials', 'no user or password in the address: deliveries are signed');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(host)))
    throw new AddressRefused('url.scheme', 'expected https; plain http only to this machine');
  if (isIP(host) !== 0 && !mayCall(host, networks))
    throw new AddressRefused('url.network', 'this network may not be called; open it in the policy (push.networks) if it should be');
  if (host === 'localhost' && !networks.includes('loopback'))
    throw new AddressRefused('url.network', 'this machine may not be called; add loopback to push.networks in the policy if it should be');
  url.hash = '';

  return url;
};
