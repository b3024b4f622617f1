import { base64Bytes, openAesCbc } from '../../crypto/aes-envelope.ts';
import { sameText } from '../../crypto/hash.ts';
import type { JsonObject } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import { objectOf } from '../kit/json.ts';

/** Sixteen zero bytes. Source: kwaishop-digital-access-demo, PlatformEventSecurityUtil. */
const IV = new Uint8Array(16);

/**
 * The message of a body that one of the app's live secrets opens and that names the app itself. The
 * scheme has no signature, so these two together are all that authenticates it: cipher blocks can
 * still be moved about by who saw them. What moves money is therefore only a hint (see read.ts).
 */
export function openMessage(body: Uint8Array, { appKey, secrets }: App): JsonObject | undefined {
  const sealed = base64Bytes(inOneLine(body));
  if (sealed === undefined) return undefined;
  // Every live secret is tried, so that the time taken does not show which one is in use.
  const opened = (secrets.messageSecret ?? []).map((secret) => {
    const plain = openAesCbc(sealed, { key: Buffer.from(secret, 'base64'), iv: IV, block: 16 });
    const message = plain && objectOf(plain);
    return message !== undefined && isOf(message, appKey) ? message : undefined;
  });
  return opened.find((message) => message !== undefined);
}

/** The console's test of the address, and the heartbeats after it, are `{"test":true}` and name no app. */
function isOf(message: JsonObject, appKey: string): boolean {
  const { appKey: named, test } = message;
  if (named === undefined) return test === true && Object.keys(message).length === 1;
  return typeof named === 'string' && sameText(named, appKey);
}

/**
 * Base64 as some encoders write it: in lines of one length, the last one perhaps shorter, each with the
 * same ending, and the last one with it or without. Anything else stays as it came.
 */
export function inOneLine(body: Uint8Array): string {
  const text = Buffer.from(body).toString('latin1');
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const [first = '', ...more] = text.split(ending);
  if (more.at(-1) === '') more.pop();
  const isWrapped =
    more.length > 0 &&
    first.length % 4 === 0 &&
    more.every((line, at) =>
      at < more.length - 1
        ? line.length === first.length
        : line !== '' && line.length <= first.length,
    );
  return isWrapped ? [first, ...more].join('') : text;
}
