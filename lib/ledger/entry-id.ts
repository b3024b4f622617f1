import { fnv128, headOf } from '../events/short-id.ts';

/** Where two ids meet in one: no platform's id of an act starts with it. */
const JOINT = '~';

/** Longer ids are cut here, so that a sort key with one stays under DynamoDB's 1,024 bytes. */
const MAX_LENGTH = 240;
const HEAD_LENGTH = 160;

/**
 * One id made of several, the same for the same parts. A long one keeps its head, to be recognized by,
 * and a hash of the whole.
 */
export function joinIds(...parts: readonly string[]): string {
  const whole = parts.join(JOINT);
  if (whole.length <= MAX_LENGTH) return whole;
  return `${headOf(whole, HEAD_LENGTH)}${JOINT}=${fnv128(whole)}`;
}

/** The id under which an entry stands the nth time, after the times before were corrected; 0 is the first. */
export function revisionId(entryId: string, revision: number): string {
  return revision === 0 ? entryId : `${entryId}${JOINT}v${revision}`;
}

/** The id of the entry that corrects another. */
export function correctionId(entryId: string): string {
  return `${entryId}${JOINT}correction`;
}
