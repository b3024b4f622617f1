/**
 * Errors carry a decision: what it is (`code`), whether the same call may work later (`retryable`),
 * and a text that says what was expected, what came, and what to do. docs/errors has a page each.
 */

const PROBLEMS = {
  'request-invalid': { status: 400, title: 'The request is not of the documented form' },
  'cursor-foreign': { status: 400, title: 'The cursor is of another list' },
  'signature-invalid': { status: 401, title: 'The signature does not match' },
  'token-missing': { status: 401, title: 'No valid bearer token' },
  'token-expired': { status: 401, title: 'The token has ended' },
  'token-revoked': { status: 401, title: 'The token was revoked' },
  'role-forbidden': { status: 403, title: 'This token may not do that' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'identity-code-invalid': { status: 404, title: 'The code shows nobody' },
  'contract-overlap': { status: 409, title: 'The shares would add up to more than the whole' },
  'last-owner': { status: 409, title: 'Somebody must be left who may do it' },
  'refund-decided': { status: 409, title: 'The refund request is decided already' },
  'request-reused': { status: 409, title: 'The requestId stands for another request' },
  'request-in-progress': { status: 409, title: 'The same request is being done' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'export-running': { status: 409, title: 'The file is being made' },
  'statement-closing': { status: 409, title: 'The month is being closed' },
  'statement-order': { status: 409, title: 'Months are closed in their order' },
  'statement-not-closed': { status: 409, title: 'The month is not closed yet' },
  'statement-disputed': { status: 409, title: 'A line is in dispute' },
  'statement-confirmed': { status: 409, title: 'The statement is confirmed' },
  'line-disputed': { status: 409, title: 'The line is in dispute already' },
  'dispute-answered': { status: 409, title: 'The dispute is answered already' },
  'lead-taken': { status: 409, title: 'It is a lead already' },
  'number-reused': { status: 409, title: 'The number stands for something else' },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key stands for another request',
  },
  'dispute-unmet': { status: 422, title: 'The contracts do not make it theirs' },
  'window-too-large': { status: 422, title: 'There is too much in this window' },
  'month-not-over': { status: 422, title: 'The month is not over' },
  'line-unknown': { status: 422, title: 'The statement has no such line' },
  'over-invoiced': { status: 422, title: 'Invoices would come to more than is due' },
  'over-paid': { status: 422, title: 'Payments would come to more than is due' },
  'merchant-unknown': { status: 422, title: 'The merchant is not registered' },
  'store-unknown': { status: 422, title: 'The store is not registered for this merchant' },
  archived: { status: 422, title: 'It is archived' },
  'provider-unknown': { status: 422, title: 'The provider is not registered' },
  'code-pool-missing': { status: 422, title: 'The merchant has no pool for imported codes' },
  'platform-refused': { status: 422, title: 'The platform refused it' },
  'not-shown': { status: 422, title: 'Nobody can show what the code stands for' },
  'prepare-expired': { status: 422, title: 'What was prepared is too old' },
  'integration-unknown': { status: 422, title: 'There is no such integration' },
  'secret-unreadable': { status: 422, title: 'The secret cannot be read' },
  'too-many-requests': { status: 429, title: 'Too many requests with this token' },
  'too-many-tries': { status: 429, title: 'Too many wrong tries to sign in' },
  internal: { status: 500, title: 'Something failed on our side' },
  'platform-unavailable': { status: 503, title: 'The platform did not answer' },
  'act-unrecorded': { status: 503, title: 'Done at the platform, and not recorded yet' },
  'body-key-missing': { status: 503, title: 'The key of raw bodies is missing' },
  'proof-key-missing': { status: 503, title: 'The key of proofs is missing' },
  'queue-unavailable': { status: 503, title: 'The delivery could not be stored' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** An error that is the caller's to read. Its text never repeats secrets, codes or personal data. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly retryable: boolean;
  /** When the same call makes sense again, where somebody said so. */
  readonly retryAfterMs: number | undefined;
  /** What of the request it is about, by names of ours: a page says it in its reader's language. */
  readonly fields: readonly string[];
  constructor(
    code: ProblemCode,
    detail: string,
    options?: { cause?: unknown; retryAfterMs?: number; fields?: readonly string[] },
  ) {
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.retryable = this.status >= 500 || this.status === 429 || code === 'request-in-progress';
    this.retryAfterMs = options?.retryAfterMs;
    this.fields = options?.fields ?? [];
  }
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    type: `urn:hexiao:problem:${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    retryable: problem.retryable,
    requestId,
  };
}
