import { createHash } from 'node:crypto';

/**
 * The words of a proof's lines. Each line is a word, a check and a body, with one blank between them; the first
 * and the last line are fixed. docs/proof.md says it for whoever writes a checker of their own.
 */
export type ProofWord =
  | 'head'
  | 'sign'
  | 'key'
  | 'totals'
  | 'tier'
  | 'contract'
  | 'rate'
  | 'line'
  | 'block'
  | 'path'
  | 'page';

export const FIRST_LINE = 'hexiao-proof 1';
export const LAST_LINE = 'end';

/** 132 bits of a hash are enough to name something by it. */
const SHORT = 22;

/** What a body's own hash is taken of begins with 0, an inner node's with 1: neither passes for the other (RFC 6962). */
const OF_BODY = Uint8Array.of(0);

/** SHA-256 of the texts one after the other, in base64url. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url');
}

export function shortHash(text: string): string {
  return hashOf(text).slice(0, SHORT);
}

/** The hash that stands for a body in the tree; a line's check is how it begins. */
export function bodyHash(body: string): string {
  return hashOf(OF_BODY, body);
}

export function proofLine(word: ProofWord, body: string): string {
  return `${word} ${bodyHash(body).slice(0, SHORT)} ${body}`;
}

/** JSON in ASCII that can stand in a page as it is: nobody's editor or mail changes it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
