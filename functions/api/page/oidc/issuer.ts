import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import { errorFields } from '../../../../lib/log/log.ts';
import type { ApiDeps } from '../../deps.ts';
import type { OidcSettings } from '../../oidc.ts';
import type { Flow } from './flow.ts';
import { SignInRefused } from './refused.ts';

/**
 * The calls of the issuer. `oauth4webapi` does what the standards say of them; it is loaded when somebody signs in this
 * way, and never before. The issuer's keys are read at each sign-in, so a key that was changed is known at once.
 */

/** Who the issuer says it is. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  /** Lower case. Null where the issuer told none. */
  readonly email: string | null;
  readonly isEmailVerified: boolean;
}

/** An issuer answers in this, or it is out of reach. */
const PATIENCE_MS = 8_000;

/** Clocks differ. */
const TOLERANCE_SECONDS = 30;

/** Where the browser is sent to. @throws SignInRefused `oidc.down` */
export async function authorizationUrl(
  { state, nonce, verifier }: Flow,
  redirectUri: string,
  deps: ApiDeps,
  settings: OidcSettings,
): Promise<string> {
  const issuer = await discover(deps, settings);
  const url = new URL(issuer.authorization_endpoint ?? '');
  const parameters = {
    ...{ client_id: settings.clientId, redirect_uri: redirectUri, response_type: 'code' },
    ...{ scope: 'openid email', state, nonce, code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Takes the issuer's answer, changes its code for an ID token and checks that whole: signature, issuer, audience,
 * time, nonce.
 * @throws SignInRefused
 */
export async function claimsOf(
  answer: URL,
  { state, nonce, verifier }: Flow,
  redirectUri: string,
  deps: ApiDeps,
  settings: OidcSettings,
): Promise<Claims> {
  const issuer = await discover(deps, settings);
  const { client, options } = clientOf(deps, settings);
  try {
    const parameters = oauth.validateAuthResponse(issuer, client, answer, state);
    const methods = issuer.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const secret = await settings.clientSecret();
    const authenticated = methods.includes('client_secret_basic')
      ? oauth.ClientSecretBasic(secret)
      : oauth.ClientSecretPost(secret);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([issuer, client, authenticated, parameters, redirectUri, verifier, options()] as const),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(issuer, client, response, {
      ...{ expectedNonce: nonce, requireIdToken: true },
    });
    // The code came over TLS and the standard would trust that; a signature is trusted by nobody's proxy.
    await oauth.validateApplicationLevelSignature(issuer, response, options());
    const told = oauth.getValidatedIdTokenClaims(tokens);
    if (told === undefined) throw new SignInRefused('oidc.invalid');
    const { sub: subject, iss } = told;
    const mail =
      told.email === undefined && issuer.userinfo_endpoint !== undefined
        ? await oauth.processUserInfoResponse(
            ...([issuer, client, subject] as const),
            await oauth.userInfoRequest(issuer, client, tokens.access_token, options()),
          )
        : told;
    return { issuer: iss, subject, ...emailIn(mail) };
  } catch (cause) {
    throw refusalOf(cause, deps);
  }
}

/** Some issuers send the flag as a text. */
const mailSchema = z.object({
  email: z.string().toLowerCase().nullable().catch(null),
  email_verified: z
    .union([z.literal(true), z.literal('true')])
    .optional()
    .catch(undefined),
});

function emailIn(claims: unknown): Pick<Claims, 'email' | 'isEmailVerified'> {
  const { email, email_verified: verified } = mailSchema.parse(claims);
  return { email, isEmailVerified: verified !== undefined };
}

async function discover(deps: ApiDeps, settings: OidcSettings): Promise<oauth.AuthorizationServer> {
  const { options } = clientOf(deps, settings);
  const issuer = new URL(settings.issuer);
  try {
    const found = await oauth.discoveryRequest(issuer, { ...options(), algorithm: 'oidc' });
    return await oauth.processDiscoveryResponse(issuer, found);
  } catch (cause) {
    deps.log('error', 'oidc-issuer-unreachable', errorFields(cause));
    throw new SignInRefused('oidc.down', { cause });
  }
}

function clientOf({ fetch, now }: ApiDeps, { issuer, clientId }: OidcSettings) {
  const client: oauth.Client = {
    client_id: clientId,
    [oauth.clockSkew]: Math.round((now() - Date.now()) / 1000),
    [oauth.clockTolerance]: TOLERANCE_SECONDS,
  };
  const options = () => ({
    [oauth.customFetch]: (url: string, init: object) => fetch(url, init),
    // On one machine alone: elsewhere what is not encrypted is refused by `outgoing` as well.
    [oauth.allowInsecureRequests]: ['127.0.0.1', 'localhost'].includes(new URL(issuer).hostname),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { client, options };
}

function refusalOf(cause: unknown, { log }: ApiDeps): SignInRefused {
  if (cause instanceof SignInRefused) return cause;
  log('warn', 'oidc-refused', errorFields(cause));
  // The person said no, or may not use it.
  if (cause instanceof oauth.AuthorizationResponseError)
    return new SignInRefused('oidc.denied', { cause });
  if (cause instanceof oauth.ResponseBodyError) {
    const word = cause.error === 'invalid_grant' ? 'oidc.expired' : 'oidc.down';
    return new SignInRefused(word, { cause });
  }
  // What the library did not judge never arrived.
  const isJudged =
    cause instanceof oauth.OperationProcessingError ||
    cause instanceof oauth.UnsupportedOperationError;
  return new SignInRefused(isJudged ? 'oidc.invalid' : 'oidc.down', { cause });
}
