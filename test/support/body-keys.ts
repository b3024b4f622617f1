import type { BodyKeys } from '../../lib/crypto/body-keys.ts';

/** Of tables that tests look into, also in a browser. */
const KEY = { keyId: '7e57c0de', secret: 'a key of the tests in memory' };

export const TEST_BODY_KEYS: BodyKeys = {
  newest: () => Promise.resolve(KEY),
  of: () => Promise.resolve(KEY),
};
