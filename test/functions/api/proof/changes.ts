import { checkProof, splitFile } from './checker.ts';

/** A proof with one byte changed, and what was done. */
export interface Change {
  readonly at: number;
  readonly was: string;
  readonly is: string;
  readonly file: string;
}

/** @param random from 0 to below 1 */
export function changeByte(file: string, random: () => number): Change {
  const at = Math.floor(random() * file.length);
  const was = file[at] ?? '';
  const shift = 1 + Math.floor(random() * 255);
  const is = String.fromCharCode((was.charCodeAt(0) + shift) % 256);
  return { at, was, is, file: file.slice(0, at) + is + file.slice(at + 1) };
}

/** What the checker says of it: where it is, in bytes of the file, what it was and is, and of what. */
export async function sayOf(file: string) {
  const { text, page, start } = splitFile(file);
  const { damage, isMended, isSound } = await checkProof(text, page);
  const [first, ...others] = damage;
  if (first === undefined) return { isSound, isMended, said: null };
  const { word, field, at = -1, was, is, row } = first;
  const isPage = word === 'page' && first.line === 0;
  const place = isPage ? (at < start ? at : at + text.length) : start + at;
  return { isSound, isMended, said: { at: place, was, is, word, field, row }, others };
}
