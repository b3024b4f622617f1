import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { JsonError, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { ResolveContext } from '../integration.ts';
import { GENERAL_CODES, LIFE_CODES } from '../open-douyin-codes.ts';
import { codeError, meaningOf, PlatformError } from '../platform-error.ts';
import { RateLimit } from '../rate-limit.ts';
import { clientToken } from './token.ts';

const DEFAULT_API = 'https://open.douyin.com';

/** An answer that takes longer is asked for again later; nothing else waits for it. */
const TIMEOUT_MS = 2_500;

/** How long a call may wait for its slot under the rate limit before its hint waits instead. */
const PATIENCE_MS = 1_500;

const TABLES = [LIFE_CODES, GENERAL_CODES];

export interface Endpoint {
  readonly name: string;
  readonly path: string;
  /** Calls a second and app, as documented for orders (20) and records (100); the others are kept civil. */
  readonly perSecond: number;
  /** It does something, or is the first step of that: a business number is then a refusal. */
  readonly isAct?: true;
}

const limits = new Map<string, RateLimit>();

export type TransportContext = Pick<
  ResolveContext,
  'app' | 'fetch' | 'now' | 'deadlineMs' | 'rateShare' | 'tokens'
>;

/**
 * One question to the platform and its answer: token, rate limit, time-out, envelope, error codes.
 * Throws only PlatformError.
 */
export class Transport {
  private readonly context: TransportContext;

  constructor(context: TransportContext) {
    this.context = context;
  }

  /** Asks an endpoint; a token that ended is renewed once. @returns the answer's data */
  async get<T>(
    endpoint: Endpoint,
    query: Record<string, string>,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const url = `${this.base()}${endpoint.path}?${new URLSearchParams(query)}`;
    return dataOf(endpoint, await this.exchange(endpoint, { url, init: {} }), schema);
  }

  /** Posts a question whose repetition must be harmless. @returns the answer's data */
  async ask<T>(endpoint: Endpoint, fields: object, schema: z.ZodType<T>): Promise<T> {
    const url = `${this.base()}${endpoint.path}`;
    const init = { method: 'POST', body: JSON.stringify(fields) };
    return dataOf(endpoint, await this.exchange(endpoint, { url, init }), schema);
  }

  /** Tells an endpoint something. A repetition must be harmless: the answer may get lost. */
  async post(endpoint: Endpoint, fields: object): Promise<void> {
    const url = `${this.base()}${endpoint.path}`;
    await this.exchange(endpoint, { url, init: { method: 'POST', body: JSON.stringify(fields) } });
  }

  private async exchange(endpoint: Endpoint, request: Exchange): Promise<Envelope> {
    const token = await this.token();
    let envelope = await this.call(endpoint, request, token);
    if (meaningOf(codeOf(envelope), TABLES) === 'token') {
      envelope = await this.call(endpoint, request, await this.token(token));
    }
    const code = codeOf(envelope);
    if (code === 0) return envelope;
    const subCode = envelope.extra?.sub_error_code || undefined;
    const { name, isAct = false } = endpoint;
    throw codeError(name, { code, isAct, ...(subCode !== undefined && { subCode }) }, TABLES);
  }

  private token(refused?: string): Promise<string> {
    const send = (what: string, request: Exchange) => this.send(what, request);
    return clientToken(this.context, this.base(), send, refused);
  }

  private async call(
    endpoint: Endpoint,
    { url, init }: Exchange,
    token: string,
  ): Promise<Envelope> {
    await this.waitForSlot(endpoint);
    const headers = { 'access-token': token, 'content-type': 'application/json' };
    const request = { url, init: { ...init, headers } };
    return readEnvelope(endpoint.name, await this.send(endpoint.name, request));
  }

  private async waitForSlot(endpoint: Endpoint): Promise<void> {
    const { app, now, rateShare } = this.context;
    const key = `${this.base()} ${app.appKey} ${endpoint.name}`;
    let limit = limits.get(key);
    if (limit === undefined) {
      limit = new RateLimit(endpoint.perSecond * rateShare);
      limits.set(key, limit);
    }
    const slot = limit.take(now(), PATIENCE_MS);
    if ('tooFarMs' in slot) {
      throw new PlatformError(`${endpoint.name} is at its rate limit`, {
        retryable: true,
        retryAfterMs: slot.tooFarMs,
      });
    }
    if (slot.waitMs > 0) await sleep(slot.waitMs);
  }

  /** One HTTP exchange; its body as JSON. */
  private async send(what: string, request: Exchange): Promise<JsonValue> {
    const leftMs = this.context.deadlineMs - this.context.now();
    if (leftMs <= 0) throw new PlatformError(`no time left for ${what}`, { retryable: true });
    let response: Response;
    let bytes: Uint8Array;
    try {
      const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs));
      response = await this.context.fetch(request.url, { ...request.init, signal });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new PlatformError(`${what} did not answer`, { retryable: true, down: true, cause });
    }
    if (response.status !== 200) throw refused(what, response);
    try {
      return parseJsonBytes(bytes);
    } catch (cause) {
      if (!(cause instanceof JsonError)) throw cause;
      throw new PlatformError(`${what} answered no JSON`, { retryable: true, down: true, cause });
    }
  }

  private base(): string {
    return (this.context.app.settings.apiBaseUrl ?? DEFAULT_API).replace(/\/+$/, '');
  }
}

function dataOf<T>({ name }: Endpoint, { data }: Envelope, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 5);
  throw new PlatformError(`${name} answered in an unknown shape at ${fields.join(', ')}`, {
    retryable: true,
  });
}

interface Exchange {
  readonly url: string;
  readonly init: RequestInit;
}

const codeSchema = z.coerce.number().catch(0);

const envelopeSchema = z.looseObject({
  data: z.looseObject({ error_code: codeSchema }),
  extra: z.looseObject({ error_code: codeSchema, sub_error_code: codeSchema }).optional(),
});
type Envelope = z.infer<typeof envelopeSchema>;

function readEnvelope(what: string, json: JsonValue): Envelope {
  const parsed = envelopeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new PlatformError(`${what} answered without data`, { retryable: true });
}

/** Success only if both codes are 0. Source: OpenAPI common answers. */
function codeOf(envelope: Envelope): number {
  return envelope.data.error_code || envelope.extra?.error_code || 0;
}

function refused(what: string, response: Response): PlatformError {
  const retryAfter = Number(response.headers.get('retry-after'));
  const retryable = response.status === 429 || response.status === 408 || response.status >= 500;
  return new PlatformError(`${what} answered HTTP ${response.status}`, {
    retryable,
    down: retryable,
    ...(retryAfter > 0 ? { retryAfterMs: Math.min(retryAfter, 900) * 1000 } : {}),
  });
}
