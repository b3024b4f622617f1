import { type ParseArgsConfig, parseArgs } from 'node:util';
import { reach } from './reach.ts';
import { UsageError } from './verb.ts';

/**
 * What every verb that asks a running Hexiao shares. Where it is and who asks come from --url and
 * --token, or from HEXIAO_URL and HEXIAO_TOKEN: better for the token, as arguments are seen by others
 * on the machine.
 */

export const REMOTE_OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  /** Lists as JSON, where people get a table. */
  json: { type: 'boolean' },
} as const;

/** Longer than any request may take; API Gateway gives up after 30 s. */
const TIMEOUT_MS = 35_000;

/** Who would send more requests than this for one thing is stuck. */
export const MAX_REQUESTS = 100_000;

export type Answer = Record<string, unknown>;

export class Remote {
  private readonly url: string;
  private readonly token: string;

  /** @throws UsageError when either is missing */
  constructor({ url = process.env.HEXIAO_URL, token = process.env.HEXIAO_TOKEN }: RemoteValues) {
    if (url === undefined || !/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      throw new UsageError('Give --url or HEXIAO_URL, such as http://127.0.0.1:8787.');
    }
    if (token === undefined || token === '') {
      throw new UsageError('Give the operator’s token in HEXIAO_TOKEN or with --token.');
    }
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  async get(path: string, query: object = {}): Promise<Answer> {
    return toAnswer(await this.text('GET', `${path}${queryText(query)}`));
  }

  async post(path: string, body: object = {}): Promise<Answer> {
    const sent = { type: 'application/json', content: JSON.stringify(body) };
    return toAnswer(await this.text('POST', path, sent));
  }

  async put(path: string, body: object): Promise<Answer> {
    const sent = { type: 'application/json', content: JSON.stringify(body) };
    return toAnswer(await this.text('PUT', path, sent));
  }

  async patch(path: string, body: object): Promise<Answer> {
    const sent = { type: 'application/json', content: JSON.stringify(body) };
    return toAnswer(await this.text('PATCH', path, sent));
  }

  async delete(path: string): Promise<void> {
    await this.text('DELETE', path);
  }

  /** Sends a file byte by byte: whether it is text, and in which encoding, is for Hexiao to judge. */
  async postFile(path: string, type: string, content: Uint8Array<ArrayBuffer>): Promise<Answer> {
    return toAnswer(await this.text('POST', path, { type, content }));
  }

  /** @throws with the problem's own words when it is refused */
  async text(method: Method, path: string, sent?: Sent): Promise<string> {
    return new TextDecoder().decode(await this.ask(method, path, sent));
  }

  /** A file, byte by byte. */
  async bytes(path: string): Promise<Uint8Array> {
    return this.ask('GET', path);
  }

  private async ask(method: Method, path: string, sent?: Sent): Promise<Uint8Array> {
    const authorization = `Bearer ${this.token}`;
    const response = await reach(this.url, path, {
      method,
      // A redirect would carry the token elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(sent === undefined
        ? { headers: { authorization } }
        : { headers: { authorization, 'content-type': sent.type }, body: sent.content }),
    });
    if (!response.ok) throw new Error(refusalOf(response.status, await response.text()));
    return new Uint8Array(await response.arrayBuffer());
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

interface Sent {
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

export interface RemoteValues {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

type Options = NonNullable<ParseArgsConfig['options']>;

interface TypedConfig<O extends Options> {
  readonly args: string[];
  readonly allowPositionals: true;
  readonly options: O & typeof REMOTE_OPTIONS;
}

/** What was typed of a verb that asks a running Hexiao, and whom it asks. @param options its own, beside those of all */
export function typedFor<const O extends Options>(args: readonly string[], options: O) {
  const { values, positionals } = parseArgs<TypedConfig<O>>({
    args: [...args],
    allowPositionals: true,
    options: { ...REMOTE_OPTIONS, ...options },
  });
  return { values, positionals, remote: new Remote(values as RemoteValues) };
}

/** A number in an answer; 0 when it is not there. */
export function numberIn(answer: Answer, name: string): number {
  const value = answer[name];
  return typeof value === 'number' ? value : 0;
}

/** Follows the pages of a list, each named by the `next` of the one before. */
export async function* pagesOf(
  read: (cursor?: string) => Promise<Answer>,
): AsyncGenerator<Answer, void, undefined> {
  let cursor: string | undefined;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const answer = await read(cursor);
    yield answer;
    if (typeof answer.next !== 'string') return;
    cursor = answer.next;
  }
  throw new Error('There is no end of pages. Narrow it down.');
}

/** What was typed, required. @throws UsageError */
export function need(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`${name} is missing.`);
  return value;
}

/** `NAME=VALUE` arguments. @throws UsageError, also where one of two values would be lost */
export function pairsOf(args: readonly string[]): Record<string, string> {
  const pairs = args.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`${pair}: write NAME=VALUE.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const named = Object.fromEntries(pairs);
  if (Object.keys(named).length < pairs.length) throw new UsageError('A name is given twice.');
  return named;
}

function toAnswer(text: string): Answer {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  throw new Error('Hexiao answered something that is not an object. Is --url right?');
}

function queryText(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function refusalOf(status: number, text: string): string {
  try {
    const { code, detail } = toAnswer(text);
    if (typeof detail === 'string') return `${String(code)} (${status}): ${detail}`;
  } catch {
    // Not one of ours: something stands between.
  }
  return `It answered ${status}, and not in Hexiao’s words. Is --url right?`;
}
