import type { JsonValue } from '../../json/parse.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import { baseOf, exchange, refusal } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { isObject } from '../kit/json.ts';
import { OPEN_PLATFORM_CODES } from '../kit/kuaishou/codes.ts';
import { memoryTokens } from '../kit/live-tokens.ts';
import { actError, type CodeTable, tablesWith, unknownShape } from '../kit/platform-error.ts';
import { withToken } from '../kit/renewal.ts';
import type { PlatformToken } from '../kit/token-store.ts';
import { dataSchema, type Token, tokenSchema } from './answers.ts';
import { type Redeemed, type Redemption, verifiedOf, verifyBody } from './redemption.ts';
import { callSettingsSchema, DEFAULT_API } from './settings.ts';

const VERIFY_PATH = '/goodlife/v1/fulfilment/certificate/verify';

type ClientContext = Pick<
  ResolveContext,
  'app' | 'fetch' | 'now' | 'deadlineMs' | 'tokens' | 'requests'
>;

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 300_000;

/** What we ask of the platform, for one app. What the platform does wrong is a PlatformError. */
export class KuaishouLifeClient {
  private readonly context: ClientContext;

  constructor(context: ClientContext) {
    this.context = context;
  }

  /**
   * The merchant's token for `verify`: as it was registered where it is got and renewed elsewhere, or one
   * that comes from the refresh token that was registered, and is renewed here.
   * @param refused one that the platform takes no more
   */
  async tokenOf(merchant: string, refused?: string): Promise<string> {
    const { app, now, deadlineMs, tokens = memoryTokens } = this.context;
    const { integration, appKey, secrets } = app;
    const of = (name: string) => secrets[`${name}:${merchant}`]?.[0] ?? secrets[name]?.[0];
    const first = of('refreshToken');
    if (first === undefined) {
      const accessToken = of('accessToken');
      if (accessToken !== undefined) return accessToken;
      throw refusal(`no token of this merchant: give the app the secret ${WANTED}`);
    }
    return tokens.of(
      { integration, appKey, scope: 'merchant', secret: first },
      {
        now,
        deadlineMs,
        first,
        refused,
        renew: (refreshToken) => this.renewed(refreshToken ?? first),
      },
    );
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
  async verify(accessToken: string, redemption: Redemption): Promise<ActAnswer & Redeemed> {
    const { app } = this.context;
    verifiedOf(redemption, undefined, app);
    const name = 'certificate/verify';
    const init = {
      method: 'POST',
      headers: { 'access-token': accessToken, 'content-type': 'application/json' },
      body: JSON.stringify(verifyBody(redemption)),
    };
    const answer = await exchange(
      name,
      { url: `${this.base()}${VERIFY_PATH}`, init },
      this.context,
    );
    const parsed = dataSchema.safeParse(answer);
    if (!parsed.success) throw unknownShape(name, parsed.error);
    const { error_code, verify_results } = parsed.data.data;
    if (error_code !== 0) throw actError(name, error_code, this.tables());
    return { answer, ...verifiedOf(redemption, verify_results, app) };
  }

  /** The same with the merchant's token, and once more with a new one where the platform takes the old one no more. */
  verifyFor(merchant: string, redemption: Redemption): Promise<ActAnswer & Redeemed> {
    return withToken(
      (refused) => this.tokenOf(merchant, refused),
      (token) => this.verify(token, redemption),
    );
  }

  private async renewed(refreshToken: string): Promise<PlatformToken> {
    const next = await this.refreshToken(refreshToken);
    const nowMs = this.context.now();
    const lifeMs = next.lifeSeconds * 1000;
    const refreshLife = next.refreshLifeSeconds;
    return {
      ...{ accessToken: next.accessToken, refreshToken: next.refreshToken },
      renewAtMs: nowMs + Math.max(lifeMs - MARGIN_MS, lifeMs / 2),
      expiresAtMs: nowMs + lifeMs,
      refreshExpiresAtMs: refreshLife === null ? null : nowMs + refreshLife * 1000,
    };
  }

  private async token(
    name: 'access_token' | 'refresh_token',
    query: Record<string, string>,
  ): Promise<Token> {
    const { appKey, secrets, settings } = this.context.app;
    const [secret] = secrets.appSecret ?? [];
    if (secret === undefined) throw refusal(`${name} needs the secret appSecret`);
    const base = baseOf(callSettingsSchema.parse(settings).tokenBaseUrl, this.base());
    const all = new URLSearchParams({ app_id: appKey, ...query, app_secret: secret });
    const url = `${base}/oauth2/${name}?${all}`;
    const answer = await exchange(name, { url, init: {}, isForToken: true }, this.context);
    const parsed = tokenSchema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const result = resultOf(answer);
    if (result === undefined || result === 1) throw unknownShape(name, parsed.error);
    throw actError(name, result, this.tables().map(asOfTokens));
  }

  private tables(): readonly CodeTable[] {
    const { codes } = callSettingsSchema.parse(this.context.app.settings);
    return tablesWith(codes, OPEN_PLATFORM_CODES);
  }

  private base(): string {
    const { apiBaseUrl } = callSettingsSchema.parse(this.context.app.settings);
    return baseOf(apiBaseUrl, DEFAULT_API);
  }
}

/** Where a token is requested, a refused one is refused for good: the merchant must authorise again. */
function asOfTokens({ source, codes }: CodeTable): CodeTable {
  const entries = Object.entries(codes).map(([code, meaning]) => [
    code,
    meaning === 'token' ? 'refused' : meaning,
  ]);
  return { source, codes: Object.fromEntries(entries) };
}

const WANTED = 'refreshToken:<merchantId> or refreshToken, or accessToken';

/** The outer code, for a message to people: the token's answer alone is documented to have it. */
function resultOf(answer: JsonValue): number | undefined {
  return isObject(answer) && typeof answer.result === 'number' ? answer.result : undefined;
}
