import * as z from 'zod';
import type { App } from '../app.ts';
import { PlatformError } from '../platform-error.ts';
import { baseOf, type CallContext, codeOf, post } from './transport.ts';

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 60_000;

/** When the platform does not say how long. */
const DEFAULT_LIFE_MS = 30 * 60_000;

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

const tokens = new Map<string, { token: Promise<string>; untilMs: number }>();

/**
 * The app's client_token, asked for once and shared by concurrent calls until shortly before it ends.
 * Its client_key is the app_id, which is the app key. Source: agency-trade-system/common-param.
 */
export async function clientToken(context: CallContext): Promise<string> {
  const key = keyOf(context.app);
  const cached = tokens.get(key);
  if (cached !== undefined && cached.untilMs > context.now()) return cached.token;
  const entry = { token: Promise.resolve(''), untilMs: context.now() + DEFAULT_LIFE_MS };
  entry.token = request(context).then(({ token, lifeMs }) => {
    entry.untilMs = context.now() + lifeMs;
    return token;
  });
  tokens.set(key, entry);
  // Only the failed one is forgotten: a newer one may already stand in its place.
  entry.token.catch(() => tokens.get(key) === entry && tokens.delete(key));
  return entry.token;
}

/** Forgets a token that the platform no longer takes, unless a newer one stands there already. */
export async function forgetToken(app: App, token: string): Promise<void> {
  const key = keyOf(app);
  const standing = tokens.get(key);
  if (standing !== undefined && (await standing.token.catch(() => token)) === token) {
    if (tokens.get(key) === standing) tokens.delete(key);
  }
}

async function request(context: CallContext): Promise<{ token: string; lifeMs: number }> {
  const { appKey, secrets } = context.app;
  const clientSecret = secrets.clientSecret?.[0];
  if (clientSecret === undefined) {
    throw new PlatformError('the app has no clientSecret to call with', { retryable: false });
  }
  const answer = await post(context, 'client_token', {
    url: `${baseOf(context)}/oauth/client_token/`,
    body: { client_key: appKey, client_secret: clientSecret, grant_type: 'client_credential' },
  });
  const code = codeOf(answer) ?? 0;
  const parsed = answerSchema.safeParse(answer.data);
  if (code !== 0 || !parsed.success) {
    const what = code === 0 ? 'in an unknown shape' : `error ${code}`;
    throw new PlatformError(`client_token answered ${what}`, { retryable: true });
  }
  const { access_token: token, expires_in: expiresIn } = parsed.data;
  const lifeMs = expiresIn === undefined ? DEFAULT_LIFE_MS : expiresIn * 1000;
  return { token, lifeMs: Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
}

function keyOf(app: App): string {
  return JSON.stringify([baseOf({ app }), app.appKey, app.secrets.clientSecret?.[0] ?? '']);
}
