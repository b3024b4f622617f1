import { timingSafeEqual } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { HEX, isSignedBy } from '../../lib/integrations/kit/signature.ts';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

const compared = vi.mocked(timingSafeEqual);

const RIGHT = 'b'.repeat(40);

test.each([
  ['right', RIGHT],
  ['wrong at its end', `${'b'.repeat(39)}c`],
  ['wrong at its beginning', `a${'b'.repeat(39)}`],
])('a signature that is %s is compared in constant time, with each live secret', (_how, given) => {
  compared.mockClear();
  const isSigned = isSignedBy(['one', 'two'], given, HEX.sha1, () => RIGHT);
  expect(isSigned).toBe(given === RIGHT);
  expect(compared).toHaveBeenCalledTimes(2);
});
