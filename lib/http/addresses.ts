import { BlockList, isIP } from 'node:net';

/**
 * Which addresses the functions may call. A platform lives on the public internet; an address that
 * somebody wrote into an app's settings may lead into our own network, or to the machine itself.
 */

/** IPv4 ranges that are no host of the public internet. Source: IANA, IPv4 Special-Purpose Address Registry. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local; cloud providers keep their metadata, with credentials, at 169.254.169.254.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** All that IANA has given to hosts of the public internet … */
const PUBLIC_V6 = ['2000::/3'];
/** … but for protocols, documentation and tunnels, which carry an IPv4 address inside. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Whether it is an IP address and no name. */
export const isAddress = (host: string) => isIP(host) !== 0;

/**
 * @param address an IP address, as it is connected to
 * @param isEncrypted whether the connection is TLS
 */
export type MayCall = (address: string, isEncrypted: boolean) => boolean;

/**
 * The public internet over TLS, and the named addresses over anything.
 * @param named addresses and ranges, such as `10.1.0.0/16,fd00::/8`; empty for none
 * @throws when one of them is no address and no range
 */
export function callable(named: string): MayCall {
  const also = blockListOf(
    named
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );
  return (address, isEncrypted) => {
    const family = familyOf(address);
    if (family === undefined) return false;
    return also.check(address, family) || (isEncrypted && isPublic(address, family));
  };
}

const special = blockListOf([...SPECIAL_V4, ...SPECIAL_V6]);
const publicV6 = blockListOf(PUBLIC_V6);

/** An IPv4 address written as IPv6 is not public in that form: nothing we resolve comes as one. */
function isPublic(address: string, family: Family): boolean {
  if (special.check(address, family)) return false;
  return family === 'ipv4' || publicV6.check(address, family);
}

type Family = 'ipv4' | 'ipv6';

function familyOf(address: string): Family | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits, ...rest] = range.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === undefined || prefix < 0 || prefix > most || rest.length > 0) {
      throw new Error(`${range} is no address and no range such as 10.1.0.0/16 or fd00::/8.`);
    }
    list.addSubnet(address, prefix, family);
  }
  return list;
}
