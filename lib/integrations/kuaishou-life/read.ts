import { JsonError, type JsonObject, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { Reading } from '../integration.ts';

/** What a platform calls a message, and nothing that a buyer is called. */
const NAME = /^[\w.:/-]{1,64}$/;

/** Where the platform's other doors put a message's name; a label for people, no more. */
const NAMED_BY = ['event', 'biz_type'] as const;

/**
 * What a verified body says. Neither the list of events nor any body is documented, so nothing is
 * booked from one: every JSON object is parked, whole, until somebody learns its kind.
 */
export function read(body: Uint8Array): Reading {
  let message: JsonValue;
  try {
    message = parseJsonBytes(body);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { outcome: 'malformed', kind: 'unreadable', why: error.message };
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return { outcome: 'malformed', kind: 'unreadable', why: 'did not fit: the whole' };
  }
  return { outcome: 'unknown', kind: nameOf(message) };
}

function nameOf(message: JsonObject): string {
  const name = NAMED_BY.map((field) => message[field]).find((value) => value !== undefined);
  return typeof name === 'string' && NAME.test(name) ? name : 'unnamed';
}
