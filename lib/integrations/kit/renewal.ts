import { PlatformError } from './platform-error.ts';

/**
 * A call with a token, and once more with a new one where the platform takes the old one no more: it did nothing
 * then.
 * @param tokenOf the token to call with, another than the refused one where there is a way to get one
 * @throws PlatformError
 */
export async function withToken<T>(
  tokenOf: (refused?: string) => Promise<string>,
  call: (token: string) => Promise<T>,
): Promise<T> {
  const token = await tokenOf();
  try {
    return await call(token);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.meaning !== 'token') throw error;
    const next = await tokenOf(token);
    if (next === token) throw error;
    return call(next);
  }
}
