import { parseJson } from '../../json/parse.ts';
import { jsonAnswer } from '../kit/answer.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { objectOf } from '../kit/json.ts';
import { isEncrypted } from './message.ts';

/**
 * `{"result":1,"message_id":…}` with the notice's own id, as it was written; anything else makes the
 * platform send it again. An encrypted event's id is its envelope's `msgId`.
 * Source: the WebHook page, and encryptedMsg.
 */
export function acknowledge(request: SignedRequest): Answer {
  const id = idAsWritten(request.body);
  return jsonAnswer(id === undefined ? '{"result":1}' : `{"result":1,"message_id":${id}}`);
}

/** The id's JSON text. Undefined in a body that has none: it was stored, and will be looked at. */
function idAsWritten(body: Uint8Array): string | undefined {
  const envelope = objectOf(body);
  if (envelope === undefined) return undefined;
  const name = isEncrypted(envelope) ? 'msgId' : 'message_id';
  const id = envelope[name];
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const written = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+)`, 'g');
  const texts = [...Buffer.from(body).toString('utf8').matchAll(written)].map(([, text]) => text);
  // The same name may stand deeper in the body, so the value decides.
  return texts.find((text) => text !== undefined && parseJson(text) === id) ?? JSON.stringify(id);
}
