import type { Answer, SignedRequest } from '../integration.ts';
import { readForm } from './form.ts';
import { KINDS } from './kinds.ts';
import { callbackOf, fieldOf } from './push.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/**
 * By what came: a store mapping has words of its own, and a question that we have no data for is
 * refused rather than answered with none (a code that is not 0 is a failure).
 */
export function acknowledge(request: SignedRequest): Answer {
  const form = readForm(request.body);
  if (form === undefined) return say({ code: 0, message: 'success' });
  // Source: HanSon/meituan-sdk, Application/Store.
  if (callbackOf(form) === 'storemap') return say({ data: 'success' });
  const isQuery = KINDS.get(fieldOf(form, 'msgType') ?? '')?.isQuery === true;
  return say(isQuery ? { code: 1, message: 'not supported' } : { code: 0, message: 'success' });
}

/** Wants its data as an object; the other questions are seen to take it as a string of JSON. */
const OBJECT_DATA = new Set(['110029']);

/** The answer to a question, for whoever has the data. */
export function answerQuery(msgType: string, data: Readonly<Record<string, unknown>>): Answer {
  const told = OBJECT_DATA.has(msgType) ? data : JSON.stringify(data);
  return say({ code: 0, message: 'success', data: told });
}

function say(words: object): Answer {
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(words) };
}
