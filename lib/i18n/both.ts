import { isWord, sayIn, type Word } from './words.ts';

/** A word in both languages: files go from hand to hand. */
export function both(key: Word): string {
  const [zh, en] = [sayIn('zh')(key), sayIn('en')(key)];
  return zh === en ? zh : `${zh} ${en}`;
}

/** The word for a value of the vocabulary; the value where there is none. */
export function wordIn(text: string): string {
  return isWord(text) ? both(text) : text;
}
