import { expect, it } from 'vitest';
import { bundleSite, gzippedBytesOf } from './bundle.ts';

/** Kept small: it is loaded over a phone. */
const MOST_BYTES = 600 * 1024;

it('the page and the world in it travel in at most 600 KB', async () => {
  const bytes = gzippedBytesOf(await bundleSite());
  expect(bytes).toBeGreaterThan(100 * 1024);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
