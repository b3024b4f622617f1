import { type ExchangeContext, redirectOf } from './http.ts';
import type { GuestCode } from './prepare.ts';

/**
 * What stands in a QR code that a guest shows: a link whose query holds the platform's secret of the voucher,
 * or a short link that redirects to such a one.
 */

/** How one platform's links are read. */
export interface QrReading {
  /** Hosts whose links redirect; only these are ever called. */
  readonly shortHosts: readonly string[];
  /** A name that ends with one of these is the platform's. */
  readonly hosts: readonly string[];
  /** The query's parameter that holds the secret. */
  readonly parameter: string;
}

/** More hops than any link has that was seen. */
const MAX_HOPS = 3;

/** Long links that were seen have some hundred. */
const MAX_LENGTH = 2_048;

export type QrText =
  | { readonly is: 'code'; readonly code: string }
  /** A link, whose platform's integrations may read it. */
  | { readonly is: 'link'; readonly url: URL }
  | { readonly is: 'nothing' };

/** Digits and letters are a code; a link is a link. */
export function contentOf(text: string): QrText {
  const content = text.trim();
  if (content.length > MAX_LENGTH) return { is: 'nothing' };
  if (/^https:\/\//i.test(content)) {
    return URL.canParse(content) ? { is: 'link', url: new URL(content) } : { is: 'nothing' };
  }
  const code = withoutBlanks(content);
  return /^[0-9A-Za-z_-]{4,64}$/.test(code) ? { is: 'code', code } : { is: 'nothing' };
}

/** Codes are shown in groups, and typed or pasted so. */
export function withoutBlanks(code: string): string {
  return code.replaceAll(/\s/gu, '');
}

export function isOf(reading: QrReading, url: URL): boolean {
  return isShort(reading, url) || reading.hosts.some((host) => isUnder(url.hostname, host));
}

/**
 * What a platform's link holds. Short ones are followed by hand, from one of the platform's hosts to the next
 * and to no other, and nothing of an answer but its `location` is read.
 * @returns undefined where it holds nothing of the kind
 * @throws PlatformError that is retryable, where a host does not answer in time
 */
export async function readLink(
  reading: QrReading,
  link: URL,
  context: Pick<ExchangeContext, 'fetch'>,
): Promise<GuestCode | undefined> {
  let url = link;
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    if (!isOf(reading, url) || url.protocol !== 'https:') return undefined;
    const encryptedData = url.searchParams.get(reading.parameter);
    if (encryptedData !== null && encryptedData !== '') return { encryptedData };
    if (!isShort(reading, url) || hop === MAX_HOPS) return undefined;
    const location = await redirectOf('the link in the QR code', url, context);
    if (location === null || !URL.canParse(location, url.href)) return undefined;
    url = new URL(location, url.href);
  }
  return undefined;
}

function isShort({ shortHosts }: QrReading, { hostname }: URL): boolean {
  return shortHosts.includes(hostname);
}

function isUnder(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}
