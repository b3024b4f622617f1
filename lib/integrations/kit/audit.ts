import type { Audit } from './integration.ts';
import { PlatformError } from './platform-error.ts';

/**
 * What became of reporting a decision. Only the platform's own no, with its code, is a refusal: a missing
 * secret or a proxy's 403 can be mended, so the decision waits.
 * @param report one call or more, each of which throws only PlatformError
 */
export async function auditBy(report: () => Promise<void>): Promise<Audit> {
  try {
    await report();
    return { outcome: 'notified' };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { message: why, code, retryable, retryAfterMs } = error;
    if (code !== undefined && !retryable) return { outcome: 'refused', why };
    return { outcome: 'wait', why, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}
