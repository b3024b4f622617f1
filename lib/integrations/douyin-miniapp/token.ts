import * as z from 'zod';
import { refusal } from '../kit/http.ts';
import { memoryTokens } from '../kit/live-tokens.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { PlatformToken } from '../kit/token-store.ts';
import { baseOf, type CallContext, codeOf, post } from './transport.ts';

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 60_000;

/** When the platform does not say how long. */
const DEFAULT_LIFE_MS = 30 * 60_000;

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/**
 * The app's client_token, which all workers share: asked for once, until shortly before it ends.
 * Its client_key is the app_id, which is the app key. Source: agency-trade-system/common-param.
 * @param refused one that the platform takes no more
 */
export async function clientToken(context: CallContext, refused?: string): Promise<string> {
  const { app, now, tokens = memoryTokens } = context;
  const { integration, appKey, secrets } = app;
  const secret = secrets.clientSecret?.[0];
  if (secret === undefined) throw refusal('the app has no clientSecret to call with');
  return tokens.of(
    { integration, appKey, scope: baseOf(context), secret },
    { now, refused, first: null, renew: () => request(context, secret) },
  );
}

async function request(context: CallContext, clientSecret: string): Promise<PlatformToken> {
  const answer = await post(context, 'client_token', {
    url: `${baseOf(context)}/oauth/client_token/`,
    body: {
      client_key: context.app.appKey,
      client_secret: clientSecret,
      grant_type: 'client_credential',
    },
  });
  const code = codeOf(answer) ?? 0;
  const parsed = answerSchema.safeParse(answer.data);
  if (code !== 0 || !parsed.success) {
    const what = code === 0 ? 'in an unknown shape' : `error ${code}`;
    throw new PlatformError(`client_token answered ${what}`, { retryable: true });
  }
  const { access_token: accessToken, expires_in: expiresIn } = parsed.data;
  const lifeMs = expiresIn === undefined ? DEFAULT_LIFE_MS : expiresIn * 1000;
  const nowMs = context.now();
  return {
    ...{ accessToken, refreshToken: null, refreshExpiresAtMs: null },
    renewAtMs: nowMs + Math.max(lifeMs - MARGIN_MS, lifeMs / 2),
    expiresAtMs: nowMs + lifeMs,
  };
}
