/**
 * What a platform's API did instead of answering. `retryable`: the same call may work later.
 * `why` is made of endpoint names and codes, never of what the platform sent.
 */
export class PlatformError extends Error {
  readonly retryable: boolean;
  /** The API as a whole did not answer, so other questions are no use either. */
  readonly down: boolean;
  readonly retryAfterMs: number | undefined;
  /** The platform's own code, where it answered one: it understood the question, and said no. */
  readonly code: string | undefined;
  constructor(
    why: string,
    options: {
      retryable: boolean;
      down?: boolean;
      retryAfterMs?: number;
      code?: string;
      cause?: unknown;
    },
  ) {
    super(why, { cause: options.cause });
    this.name = 'PlatformError';
    this.retryable = options.retryable;
    this.down = options.down ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.code = options.code;
  }
}
