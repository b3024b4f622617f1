import type { Context } from 'hono';

/**
 * Where a request comes from, as whoever took the connection saw it: API Gateway, or the local server. What a
 * request says about itself (`x-forwarded-for`) is anybody's to write.
 */
export function addressOf(c: Context): string {
  const { requestContext, incoming } = (c.env ?? {}) as Connection;
  const address = requestContext?.http?.sourceIp ?? incoming?.socket?.remoteAddress;
  return address?.replace(/^::ffff:/, '') ?? 'unknown';
}

interface Connection {
  readonly requestContext?: { readonly http?: { readonly sourceIp?: string } };
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** The network that one customer of a carrier has: of IPv6 the first 64 bits, of IPv4 the address. */
export function networkOf(address: string): string {
  return isIPv6(address) ? groupsOf(address).slice(0, 4).join(':') : address;
}

/** What may be kept of an address: of IPv4 three of four parts, of IPv6 the first 48 bits. */
export function truncated(address: string): string {
  if (isIPv6(address)) return `${groupsOf(address).slice(0, 3).join(':')}::`;
  return address.replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0');
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
}

const isIPv6 = (address: string) => address.includes(':');
