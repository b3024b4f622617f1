import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { callable, type MayCall } from './addresses.ts';

/** A connection that nobody uses is closed after this; servers close theirs a little later. */
const IDLE_MS = 4_000;

/** Statuses of answers that have no body: a Response refuses one. */
const BODILESS = new Set([204, 205, 304]);

/** The address is none that may be called from here; nothing was sent. */
export class AddressRefused extends Error {
  constructor() {
    super(
      'its address is of a private network, or not encrypted: name it in PRIVATE_ADDRESSES ' +
        '(privateAddresses of the stage) if that is meant',
    );
    this.name = 'AddressRefused';
  }
}

export interface OutgoingOptions {
  /** Addresses and ranges that may be called though they are private; none when absent. */
  readonly named?: string | undefined;
  /** How names are resolved; the system's way when absent. */
  readonly lookup?: LookupFunction;
}

/**
 * A `fetch` that connects to public addresses only. Node's own takes no part in choosing the address:
 * what a name resolved to when it was checked need not be where the connection then goes. Here the
 * addresses are checked between resolving and connecting, for each connection. It follows no redirect and
 * asks for no compression, which could make a small answer large.
 * @throws AddressRefused, from the promise; at once when a named range is none
 */
export function outgoing({ named = '', lookup = systemLookup as LookupFunction }: OutgoingOptions) {
  const mayCall = callable(named);
  const options = { keepAlive: true, timeout: IDLE_MS };
  const ways = {
    'http:': way(requestHttp, new HttpAgent(options), checked(lookup, mayCall, false)),
    'https:': way(requestHttps, new HttpsAgent(options), checked(lookup, mayCall, true)),
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const { protocol } = url;
    if (protocol !== 'http:' && protocol !== 'https:') throw new AddressRefused();
    // A name is checked once it is resolved; an address is connected to as it stands.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !mayCall(host, protocol === 'https:')) throw new AddressRefused();
    // The caller's own signal: the one of a Request follows it only for as long as nobody collects the Request.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const body = Buffer.from(await request.arrayBuffer());
    return ways[protocol](url, { method: request.method, headers: request.headers, signal }, body);
  };
  return fetch;
}

interface Asked {
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
}

type Way = (url: URL, asked: Asked, body: Buffer) => Promise<Response>;

function way(send: typeof requestHttps, agent: HttpAgent, lookup: LookupFunction): Way {
  return (url, { method, headers, signal }, body) =>
    new Promise((resolve, reject) => {
      const all = {
        'user-agent': 'hexiao',
        ...Object.fromEntries(headers),
        'accept-encoding': 'identity',
        ...(body.byteLength > 0 || method === 'POST' ? { 'content-length': body.byteLength } : {}),
      };
      const ends = signal === undefined ? {} : { signal };
      const sent = send(url, { method, headers: all, agent, lookup, ...ends }, (answer) => {
        try {
          resolve(toResponse(answer));
        } catch (error) {
          answer.destroy();
          reject(error);
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/** @throws when it is none that a caller of `fetch` could be handed */
function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  if (!['identity', ''].includes(headers.get('content-encoding') ?? '')) {
    throw new Error('the answer is in an encoding that was not requested');
  }
  // Node and browsers, where the tests' world runs too, have two types of the same stream.
  const body = Readable.toWeb(answer) as ConstructorParameters<typeof Response>[0];
  if (!BODILESS.has(status)) return new Response(body, { status, headers });
  answer.resume();
  return new Response(null, { status, headers });
}

/** Resolves as its options say, and hands on addresses only if each of them may be called. */
function checked(lookup: LookupFunction, mayCall: MayCall, isEncrypted: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const addresses = typeof found === 'string' ? [] : found;
      const [first] = addresses;
      const areAll = addresses.every(({ address }) => mayCall(address, isEncrypted));
      if (first === undefined || !areAll) return callback(new AddressRefused(), '');
      return options.all === true
        ? callback(null, addresses)
        : callback(null, first.address, first.family);
    });
  };
}
