import { ApiFailure, CODES, type Fields } from './answers.ts';

/** `sub_error_code` of a cancel later than an hour after the redemption. Source: certificate.cancel. */
export const REVERSAL_WINDOW_PASSED = 2034000910;

/** The platform would refuse the operation: nothing changed, no message was made. */
export class Refusal extends Error {
  /** Null where no code is documented. The outer code of every refusal is 3000001. */
  readonly subErrorCode: number | null;
  constructor(message: string, subErrorCode: number | null = null) {
    super(message);
    this.name = 'Refusal';
    this.subErrorCode = subErrorCode;
  }
}

/** What the platform's API answers to an act, or that it refuses. @throws ApiFailure */
export function refusing(act: () => Fields): Fields {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ApiFailure(CODES.refused, error.message);
  }
}
