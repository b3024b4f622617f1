import * as z from 'zod';
import { exchangeObject, refusal } from '../http.ts';
import { memoryTokens } from '../live-tokens.ts';
import { PlatformError, unknownShape } from '../platform-error.ts';
import type { PlatformToken } from '../token-store.ts';
import { codeOf, type DouyinContext, douyinBaseOf } from './call.ts';

/**
 * Two ways to the same token. `client_token` makes a new one each time, and only the two newest are
 * valid; `stable_client_token` hands out the one in force, which programs that know nothing of each
 * other can share. Sources: preparation/client_token; agency-trade-system/common-param.
 */
const PATHS = { client: '/oauth/client_token/', stable: '/oauth/stable_client_token/' } as const;

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 60_000;

/** When the platform does not say how long: its life is not confirmed anywhere. */
const DEFAULT_LIFE_MS = 30 * 60_000;

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/**
 * The app's client_token, which all workers share: requested once, until shortly before it ends. Its
 * client_key is the app key. Which way is `settings.clientToken`, `client` where it says nothing.
 * @param refused one that the platform takes no more
 * @throws PlatformError
 */
async function clientToken(context: DouyinContext, refused?: string): Promise<string> {
  const { app, now, tokens = memoryTokens } = context;
  const { integration, appKey, secrets } = app;
  const secret = secrets.clientSecret?.[0];
  if (secret === undefined) throw refusal('the app has no clientSecret to call with');
  return tokens.of(
    { integration, appKey, scope: douyinBaseOf(context), secret },
    { now, refused, first: null, renew: () => request(context, secret) },
  );
}

/**
 * A call with the app's token, and once more with a new one where the platform takes the old one no longer.
 * @param isRefused whether an answer says that
 * @throws PlatformError
 */
export async function withClientToken<T>(
  context: DouyinContext,
  call: (token: string) => Promise<T>,
  isRefused: (answer: T) => boolean,
): Promise<T> {
  const token = await clientToken(context);
  const answer = await call(token);
  return isRefused(answer) ? call(await clientToken(context, token)) : answer;
}

async function request(context: DouyinContext, clientSecret: string): Promise<PlatformToken> {
  const { app, now } = context;
  const path = PATHS[app.settings.clientToken === 'stable' ? 'stable' : 'client'];
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_key: app.appKey,
      client_secret: clientSecret,
      grant_type: 'client_credential',
    }),
  };
  const url = `${douyinBaseOf(context)}${path}`;
  const answer = await exchangeObject('client_token', { url, init, isForToken: true }, context);
  const code = codeOf(answer) ?? 0;
  if (code !== 0) {
    throw new PlatformError(`client_token answered error ${code}`, { retryable: true });
  }
  const parsed = answerSchema.safeParse(answer.data);
  if (!parsed.success) throw unknownShape('client_token');
  const { access_token: accessToken, expires_in: lifeSeconds } = parsed.data;
  const lifeMs = lifeSeconds === undefined ? DEFAULT_LIFE_MS : lifeSeconds * 1000;
  const nowMs = now();
  return {
    ...{ accessToken, refreshToken: null, refreshExpiresAtMs: null },
    renewAtMs: nowMs + Math.max(lifeMs - MARGIN_MS, lifeMs / 2),
    expiresAtMs: nowMs + lifeMs,
  };
}
