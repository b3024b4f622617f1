import type { Context, Hono } from 'hono';
import * as z from 'zod';
import type { Fields } from './answers.ts';
import type { EndpointName } from './faults.ts';
import { type IssuedTokens, sameSecret } from './tokens.ts';

/** The endpoint's own codes, apart from those of the life-services API. Source: preparation/client_token. */
const WRONG_PARAMETER = 10002;
const UNKNOWN_CLIENT_KEY = 10003;
const WRONG_SECRET = 10013;

export interface OauthContext {
  readonly clientKey: string;
  readonly clientSecret: () => string;
  readonly tokens: IssuedTokens;
  readonly faulty: (name: EndpointName, empty: Fields) => Promise<Response | null>;
}

const requestSchema = z.object({
  client_key: z.string(),
  client_secret: z.string(),
  grant_type: z.literal('client_credential'),
});

/**
 * `client_token` and `stable_client_token`. Sources: preparation/client_token,
 * account-permission/generate-stable-client-token.
 */
export function addTokenEndpoints(app: Hono, context: OauthContext): void {
  const { tokens, faulty } = context;
  const answer = (issue: () => { token: string; expiresInS: number }) => async (c: Context) => {
    const fault = await faulty('client_token', {});
    if (fault) return fault;
    const refusal = await refusalOf(c, context);
    if (refusal) return c.json({ data: refusal, message: 'error' });
    const { token, expiresInS } = issue();
    return c.json({
      data: { access_token: token, description: '', error_code: 0, expires_in: expiresInS },
      message: 'success',
    });
  };
  app.post(
    '/oauth/client_token/',
    answer(() => tokens.issue()),
  );
  app.post(
    '/oauth/stable_client_token/',
    answer(() => tokens.issueStable()),
  );
}

async function refusalOf(c: Context, context: OauthContext): Promise<Fields | null> {
  const body: unknown = await c.req.json().catch(() => null);
  const request = requestSchema.safeParse(body);
  if (!request.success) return { error_code: WRONG_PARAMETER, description: '参数错误' };
  if (request.data.client_key !== context.clientKey) {
    return { error_code: UNKNOWN_CLIENT_KEY, description: 'client_key 不存在' };
  }
  if (!sameSecret(request.data.client_secret, context.clientSecret())) {
    return { error_code: WRONG_SECRET, description: 'client_key 或者 client_secret 报错' };
  }
  return null;
}
