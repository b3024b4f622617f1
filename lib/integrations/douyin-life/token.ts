import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../app.ts';
import { PlatformError } from '../platform-error.ts';

/**
 * Two ways to the same token. `client_token` makes a new one each time, and only the two newest are
 * valid; `stable_client_token` hands out the one in force, which several workers can share.
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

const tokens = new Map<string, { token: Promise<string>; untilMs: number }>();

type Send = (what: string, request: { url: string; init: RequestInit }) => Promise<JsonValue>;

/**
 * The app's client_token, asked for once and shared by concurrent calls until shortly before it ends.
 * Which way is `settings.clientToken`: `client` unless told.
 */
export async function clientToken(
  context: { app: App; now: () => number },
  base: string,
  send: Send,
): Promise<string> {
  const key = keyOf(context.app, base);
  const cached = tokens.get(key);
  if (cached !== undefined && cached.untilMs > context.now()) return cached.token;
  const entry = { token: Promise.resolve(''), untilMs: context.now() + DEFAULT_LIFE_MS };
  entry.token = request(context, base, send).then(({ token, lifeMs }) => {
    entry.untilMs = context.now() + lifeMs;
    return token;
  });
  tokens.set(key, entry);
  entry.token.catch(() => forget(key, entry));
  return entry.token;
}

/** Forgets a token that the platform no longer takes. */
export function forgetToken(app: App, base: string): void {
  tokens.delete(keyOf(app, base));
}

async function request(
  context: { app: App },
  base: string,
  send: Send,
): Promise<{ token: string; lifeMs: number }> {
  const { appKey, secrets, settings } = context.app;
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
  return { token: data.access_token, lifeMs: Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
}

/** Only the failed one: a newer one may already stand in its place. */
function forget(key: string, entry: { token: Promise<string>; untilMs: number }): void {
  if (tokens.get(key) === entry) tokens.delete(key);
}

function keyOf(app: App, base: string): string {
  return `${base} ${app.appKey} ${app.secrets.clientSecret?.[0] ?? ''}`;
}
