import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { HEX, isSignedBy } from '../kit/signature.ts';
import { type Form, readForm } from './form.ts';
import { epochMsOf, fieldOf } from './push.ts';
import { signedPairs, signMeituan } from './sign.ts';

/**
 * `sign` = hex sha1(signKey + k1v1k2v2…), over the decoded fields sorted by name. The form is decoded
 * before that, which the scheme asks for; nothing in it is read. There is no nonce: a replay verifies,
 * and is the same delivery.
 */
export function verify(request: SignedRequest, app: App, nowMs = Date.now()): boolean {
  const form = readForm(request.body);
  if (form === undefined) return false;
  const given = form.get('sign') ?? '';
  const sign = (signKey: string) => signMeituan(signKey, form);
  const isSigned = isSignedBy(app.secrets.signKey, given, HEX.sha1, sign);
  return isSigned && isOfApp(form, app) && isInWindow(form, app, nowMs);
}

/**
 * What the signature covers, so that a message encoded in two ways is one delivery. Names and values
 * stay apart here: the signed text itself does not distinguish `a` + `bc` from `ab` + `c`.
 */
export function signedBytes(request: SignedRequest): Uint8Array {
  const form = readForm(request.body);
  return form === undefined ? request.body : Buffer.from(JSON.stringify(signedPairs(form)), 'utf8');
}

/** `developerId` is what a sign key belongs to; not every callback is known to carry it. */
function isOfApp(form: Form, { appKey }: App): boolean {
  const developerId = fieldOf(form, 'developerId');
  return developerId === null || developerId === appKey;
}

/** The platform is said to have a window and its length is not documented, so it is off unless set. */
function isInWindow(form: Form, app: App, nowMs: number): boolean {
  // Checked when the app was registered; to parse it again would load the schemas at every cold start.
  const { timestampWindowMs: windowMs } = app.settings;
  if (typeof windowMs !== 'number') return true;
  const sentMs = epochMsOf(fieldOf(form, 'timestamp'));
  return sentMs !== undefined && Math.abs(nowMs - sentMs) <= windowMs;
}
