import { jsonAnswer } from '../kit/answer.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { readForm } from './form.ts';
import { kindOf } from './kinds.ts';
import { callbackOf } from './push.ts';

/**
 * By what came: a store mapping has words of its own, and a question that we have no data for is
 * refused rather than answered with none (a code that is not 0 is a failure).
 */
export function acknowledge(request: SignedRequest): Answer {
  const form = readForm(request.body);
  if (form === undefined) return jsonAnswer({ code: 0, message: 'success' });
  // Source: HanSon/meituan-sdk, Application/Store.
  if (callbackOf(form) === 'storemap') return jsonAnswer({ data: 'success' });
  const found = kindOf(form);
  const isQuestion = found?.kind.asks !== undefined && found.kind.meaning === 'kept';
  return isQuestion ? refuse('not supported') : jsonAnswer({ code: 0, message: 'success' });
}

/** Wants its data as an object; the other questions are seen to take it as a string of JSON. */
const OBJECT_DATA = new Set(['110029']);

/** The answer to a question, for whoever has the data. */
export function answerQuery(msgType: string, data: Readonly<Record<string, unknown>>): Answer {
  const sent = OBJECT_DATA.has(msgType) ? data : JSON.stringify(data);
  return jsonAnswer({ code: 0, message: 'success', data: sent });
}

/** A code that is not 0 is a failure; which of them mean what is not documented. */
export function refuse(message: string): Answer {
  return jsonAnswer({ code: 1, message });
}

/** "This failed here, ask again." A store mapping has one word only, so an HTTP error says it. */
export function busy(request: SignedRequest): Answer | undefined {
  const form = readForm(request.body);
  return form !== undefined && callbackOf(form) === 'storemap'
    ? undefined
    : refuse('busy, ask again');
}

/** Whether answer.ts has something to do for it. */
export function asksForData(request: SignedRequest): boolean {
  const form = readForm(request.body);
  const kind = form && kindOf(form)?.kind;
  return kind?.asks !== undefined || kind?.meaning === 'refunded';
}
