import { jsonAnswer } from '../kit/answer.ts';
import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { isSignedBy } from '../kit/signature.ts';
import { inOneLine } from './cipher.ts';

/**
 * 电子凭证 requests: what the platform asks an issuer of tickets. How it authenticates them is not
 * documented, so they are refused, unless the operator gave the platform addresses that only it knows:
 * `/spi/kuaishou-shop/{appKey}/{secret}/{action}`, by the setting `eticketAuth`.
 */
export const ACTIONS = ['send', 'query', 'destroy', 'deduct'] as const;
export type Action = (typeof ACTIONS)[number];

/** Where a request came to; undefined on `/webhooks`. */
interface Address {
  readonly secret: string;
  readonly action: string;
}

function addressOf({ spi }: SignedRequest): Address | undefined {
  if (spi === undefined) return undefined;
  const [secret = '', action = '', ...more] = spi.replace(/^\/+/, '').split('/');
  return { secret, action: more.length === 0 ? action : '' };
}

/** Whether it came to an address that the app's operator gave to the platform. */
export function isAtSecretAddress(request: SignedRequest, { secrets, settings }: App): boolean {
  const given = addressOf(request)?.secret ?? '';
  const isRight = isSignedBy(secrets.eticketSecret, given, /./, (secret) => secret);
  return isRight && settings.eticketAuth === 'path';
}

/** What a ticket request asks for, known or not; undefined for a message. */
export function actionOf(request: SignedRequest): string | undefined {
  return addressOf(request)?.action;
}

/** Before the action in what the archive says about a delivery. */
const ABOUT = 'eticket/';

/** The body does not say what it asks for, so this is kept with it; the secret is not. */
export function about(request: SignedRequest): string | undefined {
  const action = actionOf(request);
  return action === undefined ? undefined : `${ABOUT}${action.slice(0, 64)}`;
}

/** The action of a delivery by what was kept about it; undefined for a message. */
export function actionIn(kept: string | undefined): string | undefined {
  return kept?.startsWith(ABOUT) === true ? kept.slice(ABOUT.length) : undefined;
}

/**
 * A ticket request's identity: the action and the body, without the secret, which is replaced. A message's:
 * its base64, in however many lines it came.
 */
export function signedBytes(request: SignedRequest): Uint8Array {
  const action = actionOf(request);
  return action === undefined
    ? Buffer.from(inOneLine(request.body), 'latin1')
    : Buffer.concat([Buffer.from(`${ABOUT}${action}\n`, 'utf8'), request.body]);
}

/** "This failed here, ask again." Of a message an HTTP error says it: it knows one word only. */
export function busy(request: SignedRequest): Answer | undefined {
  return actionOf(request) === undefined ? undefined : failure('busy, ask again');
}

/** Any `result` but the success is a failure; -1 can be set as none. */
const FAILURE = -1;

export function failure(errorMsg: string): Answer {
  return jsonAnswer({ result: FAILURE, errorMsg });
}
