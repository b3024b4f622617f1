import { isAddress, type MayCall } from '../http/addresses.ts';

/** Longer is no address that somebody runs. */
const MAX_URL = 2_000;

/**
 * What is wrong with the address of an endpoint, as far as it can be seen in its text: what a name leads to is looked
 * at each time that it is called (`outgoing`). Undefined where nothing is.
 * @param ownHost where we are called ourselves: a notice to us would be told to us
 */
export function wrongInUrl(text: string, mayCall: MayCall, ownHost: string): string | undefined {
  const url = URL.canParse(text) && text.length <= MAX_URL ? new URL(text) : undefined;
  if (url === undefined) return 'must be an address such as https://erp.example.com/hexiao';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') {
    return 'must have no name and password in it: put them into a header';
  }
  if (url.hash !== '') return 'must have no part behind a #';
  if (url.host === ownHost) return 'must not be an address of ours';
  const isEncrypted = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) {
    return mayCall('127.0.0.1', isEncrypted) ? undefined : PRIVATE;
  }
  if (isAddress(host)) {
    if (mayCall(host, isEncrypted)) return undefined;
    return mayCall(host, true) ? NOT_ENCRYPTED : PRIVATE;
  }
  return isEncrypted ? undefined : NOT_ENCRYPTED;
}

const NOT_ENCRYPTED = 'must begin with https://';
const PRIVATE = 'must be on the public internet, and not of a private network';
