import type * as z from 'zod';
import type { EventDraft } from '../../events/event.ts';
import { JsonError, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { ResolveContext } from '../integration.ts';
import { PlatformError } from '../platform-error.ts';
import { dataSchema, type Token, tokenSchema } from './answers.ts';
import { type Redemption, redeemedEvents, verifyBody } from './redemption.ts';
import { callSettingsSchema, DEFAULT_API } from './settings.ts';

/** An answer that takes longer is asked for again later; nothing else waits for it. */
const TIMEOUT_MS = 2_500;

const VERIFY_PATH = '/goodlife/v1/fulfilment/certificate/verify';

type ClientContext = Pick<ResolveContext, 'app' | 'fetch' | 'now' | 'deadlineMs'>;

/** What a call to redeem came to, as facts, beside what the platform answered. */
export interface RedemptionAnswer {
  readonly answer: JsonValue;
  readonly events: readonly EventDraft[];
}

/** What we ask of the platform, for one app. What the platform does wrong is a PlatformError. */
export class KuaishouLifeClient {
  private readonly context: ClientContext;

  constructor(context: ClientContext) {
    this.context = context;
  }

  /** A merchant's first token, for the code that its authorisation brought by the browser. */
  accessToken(code: string): Promise<Token> {
    return this.token('access_token', { grant_type: 'code', code });
  }

  /** The next token; of the refresh token the new one counts from now on. */
  refreshToken(refreshToken: string): Promise<Token> {
    return this.token('refresh_token', {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    });
  }

  /**
   * Redeems vouchers. When it is not clear what became of it, the same call is safe to repeat with the
   * same `verifyToken`, for a "short window" whose length is not known.
   * @throws RangeError, before anything is sent, when `at` is no instant
   */
  async verify(accessToken: string, redemption: Redemption): Promise<RedemptionAnswer> {
    const { app } = this.context;
    redeemedEvents(redemption, undefined, app);
    const name = 'certificate/verify';
    const answer = await this.send(name, `${this.base()}${VERIFY_PATH}`, {
      method: 'POST',
      headers: { 'access-token': accessToken, 'content-type': 'application/json' },
      body: JSON.stringify(verifyBody(redemption)),
    });
    const parsed = dataSchema.safeParse(answer);
    if (!parsed.success) throw unknownShape(name, parsed.error);
    const { error_code, verify_results } = parsed.data.data;
    if (error_code !== 0) {
      // No list of codes is known, so none is retried by itself.
      throw new PlatformError(`${name} answered error ${error_code}`, { retryable: false });
    }
    return { answer, events: redeemedEvents(redemption, verify_results, app) };
  }

  private async token(
    name: 'access_token' | 'refresh_token',
    query: Record<string, string>,
  ): Promise<Token> {
    const { appKey, secrets, settings } = this.context.app;
    const [secret] = secrets.appSecret ?? [];
    if (secret === undefined) {
      throw new PlatformError(`${name} needs the secret appSecret`, { retryable: false });
    }
    const base = callSettingsSchema.parse(settings).tokenBaseUrl ?? this.base();
    const all = new URLSearchParams({ app_id: appKey, ...query, app_secret: secret });
    const answer = await this.send(name, `${withoutEndSlash(base)}/oauth2/${name}?${all}`, {});
    const parsed = tokenSchema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const result = resultOf(answer);
    if (result === undefined || result === 1) throw unknownShape(name, parsed.error);
    throw new PlatformError(`${name} answered result ${result}`, { retryable: false });
  }

  /** One HTTP exchange; its body as JSON. */
  private async send(name: string, url: string, init: RequestInit): Promise<JsonValue> {
    const leftMs = this.context.deadlineMs - this.context.now();
    if (leftMs <= 0) throw new PlatformError(`no time left for ${name}`, { retryable: true });
    let response: Response;
    let bytes: Uint8Array;
    try {
      const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs));
      response = await this.context.fetch(url, { ...init, redirect: 'manual', signal });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new PlatformError(`${name} did not answer`, { retryable: true, down: true, cause });
    }
    if (response.status !== 200) throw httpRefusal(name, response);
    try {
      return parseJsonBytes(bytes);
    } catch (cause) {
      if (!(cause instanceof JsonError)) throw cause;
      throw new PlatformError(`${name} answered no JSON`, { retryable: true, down: true, cause });
    }
  }

  private base(): string {
    const { apiBaseUrl } = callSettingsSchema.parse(this.context.app.settings);
    return withoutEndSlash(apiBaseUrl ?? DEFAULT_API);
  }
}

function withoutEndSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The outer code, for a message to people: the token's answer alone is documented to have it. */
function resultOf(answer: JsonValue): number | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  return typeof answer.result === 'number' ? answer.result : undefined;
}

function unknownShape(name: string, error: z.ZodError): PlatformError {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 5);
  return new PlatformError(`${name} answered in an unknown shape at ${fields.join(', ')}`, {
    retryable: true,
  });
}

function httpRefusal(name: string, response: Response): PlatformError {
  const retryAfter = Number(response.headers.get('retry-after'));
  const retryable = response.status === 429 || response.status === 408 || response.status >= 500;
  return new PlatformError(`${name} answered HTTP ${response.status}`, {
    retryable,
    down: retryable,
    ...(retryAfter > 0 ? { retryAfterMs: Math.min(retryAfter, 900) * 1000 } : {}),
  });
}
