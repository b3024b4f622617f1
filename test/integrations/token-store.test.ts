import { describe, expect, test } from 'vitest';
import { liveToken, MemoryTokens, type StoredToken } from '../../lib/integrations/token-store.ts';

const NOW = 1_795_312_800_000;
const HOUR = 3_600_000;

const token = (name: string, change: Partial<StoredToken> = {}): StoredToken => ({
  accessToken: name,
  refreshToken: `${name}-refresh`,
  expiresAtMs: NOW + HOUR,
  refreshExpiresAtMs: NOW + 100 * HOUR,
  ...change,
});

const kept = async (standing?: StoredToken) => {
  const store = new MemoryTokens();
  if (standing !== undefined) await store.write('k', standing, undefined);
  const renewed: string[] = [];
  const renew = async (refreshToken: string) => {
    renewed.push(refreshToken);
    return token(`next-${renewed.length}`);
  };
  return { store, renewed, live: () => liveToken(store, 'k', { nowMs: NOW, renew }) };
};

describe('a token', () => {
  test('that lives is taken as it stands', async () => {
    const { live, renewed } = await kept(token('a'));
    expect([await live(), renewed]).toEqual(['a', []]);
  });

  test.each([HOUR * -1, 0, 299_999, 300_000])(
    'that ends in %i ms is renewed and kept',
    async (leftMs) => {
      const { live, renewed } = await kept(token('a', { expiresAtMs: NOW + leftMs }));
      expect(await live()).toBe('next-1');
      expect(await live()).toBe('next-1');
      expect(renewed).toEqual(['a-refresh']);
    },
  );

  test('whose refreshing ended, or that nobody gave, is the merchant’s to give', async () => {
    const ended = await kept(token('a', { expiresAtMs: NOW, refreshExpiresAtMs: NOW }));
    await expect(ended.live()).rejects.toMatchObject({ retryable: false });
    expect(ended.renewed).toEqual([]);
    const none = await kept();
    await expect(none.live()).rejects.toThrow('authorise first');
  });

  test('whose refreshing has no known end is tried', async () => {
    const { live } = await kept(token('a', { expiresAtMs: NOW, refreshExpiresAtMs: null }));
    expect(await live()).toBe('next-1');
  });

  test('renewed by two workers at once is for both the one that was written', async () => {
    const { live, store } = await kept(token('a', { expiresAtMs: NOW }));
    const both = await Promise.all([live(), live()]);
    const standing = (await store.read('k'))?.accessToken;
    expect(both).toEqual([standing, standing]);
  });
});

describe('a renewal that fails', () => {
  const refused = new Error('that refresh token was used');

  test('gives way to another worker’s, which made it fail', async () => {
    const store = new MemoryTokens();
    const old = token('a', { expiresAtMs: NOW });
    await store.write('k', old, undefined);
    const renew = async () => {
      await store.write('k', token('theirs'), old);
      throw refused;
    };
    expect(await liveToken(store, 'k', { nowMs: NOW, renew })).toBe('theirs');
  });

  test('is told where nobody renewed it', async () => {
    const { store } = await kept(token('a', { expiresAtMs: NOW }));
    const renew = () => Promise.reject(refused);
    await expect(liveToken(store, 'k', { nowMs: NOW, renew })).rejects.toBe(refused);
  });
});

describe('a store', () => {
  test('takes a token only over the one it was made from', async () => {
    const store = new MemoryTokens();
    expect(await store.write('k', token('a'), undefined)).toBe(true);
    expect(await store.write('k', token('b'), undefined)).toBe(false);
    expect(await store.write('k', token('b'), token('z'))).toBe(false);
    expect(await store.write('k', token('b'), token('a'))).toBe(true);
    expect((await store.read('k'))?.accessToken).toBe('b');
    expect(await store.read('other')).toBeUndefined();
  });
});
