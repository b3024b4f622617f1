import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import { type HttpQuestion, refusal } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { memoryTokens } from '../kit/live-tokens.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { PlatformToken } from '../kit/token-store.ts';

/**
 * Two ways to the same token. `client_token` makes a new one each time, and only the two newest are
 * valid; `stable_client_token` hands out the one in force, which programs that know nothing of each other can share.
 * Source: preparation/client_token.
 */
export const TOKEN_PATHS = {
  client: '/oauth/client_token/',
  stable: '/oauth/stable_client_token/',
} as const;

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 60_000;

/** When the platform does not say how long: its life is not confirmed anywhere. */
const DEFAULT_LIFE_MS = 30 * 60_000;

const answerSchema = z.looseObject({
  data: z.looseObject({
    access_token: z.string().optional(),
    expires_in: z.coerce.number().optional(),
    error_code: z.coerce.number().catch(0),
  }),
});

type Send = (what: string, request: HttpQuestion) => Promise<JsonValue>;

/**
 * The app's client_token, which all workers share: asked for once, until shortly before it ends.
 * Which way is `settings.clientToken`: `client` unless told.
 * @param refused one that the platform takes no more
 */
export async function clientToken(
  context: Pick<ResolveContext, 'app' | 'now' | 'tokens'>,
  base: string,
  send: Send,
  refused?: string,
): Promise<string> {
  const { app, now, tokens = memoryTokens } = context;
  const { integration, appKey, secrets } = app;
  const secret = secrets.clientSecret?.[0];
  if (secret === undefined) throw refusal('the app has no clientSecret to call with');
  return tokens.of(
    { integration, appKey, scope: base, secret },
    { now, refused, first: null, renew: () => request(context, base, send) },
  );
}

async function request(
  { app, now }: { app: App; now: () => number },
  base: string,
  send: Send,
): Promise<PlatformToken> {
  const { appKey, secrets, settings } = app;
  const path = TOKEN_PATHS[settings.clientToken === 'stable' ? 'stable' : 'client'];
  const form = {
    client_key: appKey,
    client_secret: secrets.clientSecret?.[0] ?? '',
    grant_type: 'client_credential',
  };
  const json = await send('client_token', {
    url: `${base}${path}`,
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    },
  });
  const parsed = answerSchema.safeParse(json);
  const data = parsed.success ? parsed.data.data : undefined;
  if (data?.access_token === undefined || data.error_code !== 0) {
    const code = data?.error_code ?? 'of an unknown shape';
    throw new PlatformError(`client_token answered error ${code}`, { retryable: true });
  }
  const told = data.expires_in !== undefined && data.expires_in > 0;
  const lifeMs = told ? (data.expires_in ?? 0) * 1000 : DEFAULT_LIFE_MS;
  const nowMs = now();
  return {
    ...{ accessToken: data.access_token, refreshToken: null, refreshExpiresAtMs: null },
    renewAtMs: nowMs + Math.max(lifeMs - MARGIN_MS, lifeMs / 2),
    expiresAtMs: nowMs + lifeMs,
  };
}
