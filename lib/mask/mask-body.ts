import { type JsonValue, parseJson } from '../json/parse.ts';
import { isEmail, isPhone, mask } from './mask.ts';

/**
 * What a platform sent, to be looked at: its names, its shape, its words and its amounts. What it has of kinds that
 * nobody knows is masked too: only a text that cannot be personal by its form stays as it is.
 * @returns null where the bytes are neither JSON nor a form
 */
export function maskBody(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return null;
  }
  return openedOf(text);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function openedOf(text: string): JsonValue {
  const json = jsonIn(text);
  if (json !== undefined) return masked(json, '');
  if (!FORM.test(text)) return null;
  const fields = [...new URLSearchParams(text)];
  return Object.fromEntries(fields.map(([key, value]) => [nameOf(key), maskText(value, key)]));
}

const FORM = /^[\w.%[\]-]{1,64}=/;

/** A platform puts JSON into a text of JSON. */
function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** @param key what stands before it, also where it is one of a list */
function masked(value: JsonValue, key: string): JsonValue {
  if (typeof value === 'string') return maskText(value, key);
  if (typeof value === 'number') {
    return isHarmless(String(value), key) ? value : mask('id', String(value));
  }
  if (Array.isArray(value)) return value.map((one) => masked(one, key));
  if (value === null || typeof value === 'boolean') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [nameOf(name), masked(one, name)]),
  );
}

function maskText(text: string, key: string): JsonValue {
  const json = jsonIn(text);
  if (json !== undefined) return masked(json, key);
  if (isPhone(text)) return mask('phone', text);
  if (isEmail(text)) return mask('email', text);
  if (isHarmless(text, key)) return text;
  return PERSON.test(key) || HAN.test(text) ? mask('name', text) : mask('id', text);
}

/** A field is called by a word; what is called by an id or a number is masked as one. */
function nameOf(key: string): string {
  return /^[A-Za-z_][A-Za-z_.-]*\d{0,3}$/.test(key) ? key : mask('id', key);
}

/** Whose values are somebody's, or open something, whatever their form. */
const PERSON = /name|nick|contact|receiver|buyer|user|addr|remark|memo|comment|title|mobile|phone/i;
const OPENS = /code|secret|token|sign|password|open_?id|union_?id|id_?card|certificate|ticket/i;

const HAN = /\p{Script=Han}/u;

function isHarmless(text: string, key: string): boolean {
  if (PERSON.test(key) || OPENS.test(key)) return text === '';
  if (TIME_KEY.test(key) && /^1\d{9}(?:\d{3})?$/.test(text)) return true;
  return WORD.test(text) || AMOUNT.test(text) || TIME.test(text);
}

const TIME_KEY = /time|date|_at$|At$/;
/** `order_pay_success`, `SUCCESS`. */
const WORD = /^[A-Za-z][A-Za-z_.-]{0,47}$/;
/** Shorter than any phone number or code. */
const AMOUNT = /^-?\d{1,7}(?:\.\d{1,4})?$/;
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
