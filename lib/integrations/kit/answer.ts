import type { Answer } from './integration.ts';

/** HTTP 200 with JSON. @param words their text as it must be byte for byte, or the value itself */
export function jsonAnswer(words: object | string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: typeof words === 'string' ? words : JSON.stringify(words),
  };
}
