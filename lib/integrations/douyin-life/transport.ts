import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import { turnOf } from '../kit/call-budget.ts';
import { douyinBaseOf } from '../kit/douyin/call.ts';
import { GENERAL_CODES, LIFE_CODES } from '../kit/douyin/codes.ts';
import { withClientToken } from '../kit/douyin/token.ts';
import { exchange, type HttpQuestion } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { codeError, meaningOf, PlatformError, unknownShape } from '../kit/platform-error.ts';

const TABLES = [LIFE_CODES, GENERAL_CODES];

export interface Endpoint {
  readonly name: string;
  readonly path: string;
  /** Calls a second and app, as documented for orders (20) and records (100); the others are kept civil. */
  readonly perSecond: number;
  /** It does something, or is the first step of that: a business number is then a refusal. */
  readonly isAct?: true;
}

export type TransportContext = Pick<
  ResolveContext,
  'app' | 'fetch' | 'now' | 'deadlineMs' | 'calls' | 'tokens' | 'requests'
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
    const request = { url, init: {}, accountId: query.account_id };
    return dataOf(endpoint, await this.exchange(endpoint, request), schema);
  }

  /** Posts a question whose repetition must be harmless. @returns the answer's data */
  async ask<T>(endpoint: Endpoint, fields: object, schema: z.ZodType<T>): Promise<T> {
    return dataOf(endpoint, await this.exchange(endpoint, this.posted(endpoint, fields)), schema);
  }

  /** Reports something to an endpoint. A repetition must be harmless: the answer may get lost. */
  async post(endpoint: Endpoint, fields: object): Promise<void> {
    await this.exchange(endpoint, this.posted(endpoint, fields));
  }

  private posted({ path }: Endpoint, fields: { readonly account_id?: unknown }): LifeQuestion {
    const init = { method: 'POST', body: JSON.stringify(fields) };
    const { account_id } = fields;
    const accountId = typeof account_id === 'string' ? account_id : undefined;
    return { url: `${this.base()}${path}`, init, accountId };
  }

  private async exchange(endpoint: Endpoint, request: LifeQuestion): Promise<Envelope> {
    const envelope = await withClientToken(
      this.context,
      (token) => this.call(endpoint, request, token),
      (one) => meaningOf(codeOf(one), TABLES) === 'token',
    );
    const code = codeOf(envelope);
    if (code === 0) return envelope;
    const subCode = envelope.extra?.sub_error_code || undefined;
    const { name, isAct = false } = endpoint;
    throw codeError(name, { code, isAct, ...(subCode !== undefined && { subCode }) }, TABLES);
  }

  private async call(
    endpoint: Endpoint,
    { url, init, accountId }: LifeQuestion,
    token: string,
  ): Promise<Envelope> {
    await turnOf(this.context, endpoint);
    const headers = {
      'access-token': token,
      'content-type': 'application/json',
      ...headersOf(this.context.app, accountId),
    };
    const request = { url, init: { ...init, headers } };
    return readEnvelope(endpoint.name, await exchange(endpoint.name, request, this.context));
  }

  private base(): string {
    return douyinBaseOf(this.context);
  }
}

/** A call, with the merchant whose it is where it names one. */
type LifeQuestion = HttpQuestion & { readonly accountId?: string | undefined };

/** What the settings have sent along. Source: OpenAPI common headers, recommended where an app has several merchants. */
function headersOf({ settings }: App, accountId: string | undefined): Record<string, string> {
  const { rootAccountId, rootAccounts, stressTag } = headerSettings.parse(settings);
  const root = rootAccounts?.[accountId ?? ''] ?? rootAccountId;
  return {
    ...(root !== undefined && { 'Rpc-Transit-Life-Account': root }),
    ...(stressTag !== undefined && { 'X-Stress-Tag': stressTag }),
  };
}

const headerSettings = z.looseObject({
  rootAccountId: z.string().optional(),
  rootAccounts: z.record(z.string(), z.string()).optional(),
  stressTag: z.string().optional(),
});

function dataOf<T>({ name }: Endpoint, { data }: Envelope, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw unknownShape(name, parsed.error, 'data');
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
