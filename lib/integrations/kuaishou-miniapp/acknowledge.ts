import { JsonError, type JsonValue, parseJson, parseJsonBytes } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { isEncrypted, isObject } from './message.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/**
 * `{"result":1,"message_id":…}` with the notice's own id, as it was written; anything else makes the
 * platform send it again. An encrypted event's id is its envelope's `msgId`.
 * Source: the WebHook page, and encryptedMsg.
 */
export function acknowledge(request: SignedRequest): Answer {
  const id = idAsWritten(request.body);
  const body = id === undefined ? '{"result":1}' : `{"result":1,"message_id":${id}}`;
  return { status: 200, headers: JSON_HEADERS, body };
}

/** The id's JSON text. Undefined in a body that has none: it was stored, and will be looked at. */
function idAsWritten(body: Uint8Array): string | undefined {
  const envelope = readQuietly(body);
  if (!isObject(envelope)) return undefined;
  const name = isEncrypted(envelope) ? 'msgId' : 'message_id';
  const id = envelope[name];
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const written = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+)`, 'g');
  const texts = [...Buffer.from(body).toString('utf8').matchAll(written)].map(([, text]) => text);
  // The same name may stand deeper in the body, so the value decides.
  return texts.find((text) => text !== undefined && parseJson(text) === id) ?? JSON.stringify(id);
}

function readQuietly(body: Uint8Array): JsonValue | undefined {
  try {
    return parseJsonBytes(body);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
