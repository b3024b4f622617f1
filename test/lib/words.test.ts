import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FOLDER = new URL('../../lib/i18n/', import.meta.url);

it('have ASCII quotes in English, as the pages are looked at for in a browser', () => {
  const texts = readdirSync(FOLDER).flatMap((file) => {
    const source = readFileSync(new URL(file, FOLDER), 'utf8');
    const found = source.matchAll(/\ben:\s*('[^'\n]*'|"[^"\n]*"|`[^`]*`)/g);
    return [...found].map(([, text = '']) => `${file}: ${text}`);
  });
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.filter((text) => /[‘’“”]/.test(text))).toEqual([]);
});
