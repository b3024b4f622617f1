import { jsonAnswer } from '../../kit/answer.ts';
import type { Answer } from '../../kit/integration.ts';

/**
 * The platform's error numbers for SPIs, of 0 to 999999. 100: ask again (online-ordering pages), which
 * issuing and refund requests do for every number but 0. 20: no order, for another reason than those
 * that have a number (tripartite.code/precreateorder).
 */
export const ASK_AGAIN = 100;
export const NO_ORDER = 20;
/**
 * For a request that nobody here answers. No page gives it a number, so it is one of those that are neither
 * success nor "ask again": to be called again would not change it.
 */
export const NOT_SUPPORTED = 1;

/** Everything is within `data`, numbers as numbers: beside it or as text the platform misreads them. */
export function success(fields: Readonly<Record<string, unknown>> = {}): Answer {
  return jsonAnswer({ data: { error_code: 0, description: 'success', ...fields } });
}

export function failure(errorCode: number, description: string): Answer {
  return jsonAnswer({ data: { error_code: errorCode, description } });
}
