import type { IdSource } from './ids.ts';

/** Documented in the common error codes of the life-services OpenAPI. */
export const CODES = {
  busy: 2100004,
  badParameter: 2100005,
  tokenInvalid: 2190002,
  capabilityDenied: 2190004,
  tokenExpired: 2190008,
  merchantNotAuthorised: 2119005,
  /** A business refusal; what it was is in `sub_error_code`. */
  refused: 3000001,
} as const;

/** An answer of the platform that is not a success. HTTP 200 all the same, as the platform does. */
export class ApiFailure extends Error {
  readonly errorCode: number;
  constructor(errorCode: number, description: string) {
    super(description);
    this.name = 'ApiFailure';
    this.errorCode = errorCode;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** Builds `{data, extra}`; `extra.now` is in seconds as in the certificate APIs. */
export class Envelopes {
  readonly #now: () => number;
  readonly #nextId: IdSource;

  constructor(now: () => number, nextId: IdSource) {
    this.#now = now;
    this.#nextId = nextId;
  }

  success(fields: Fields): Fields {
    return {
      data: { error_code: 0, description: 'success', ...fields },
      extra: this.#extra(0, 'success'),
    };
  }

  failure(failure: ApiFailure): Fields {
    const { errorCode, message } = failure;
    return {
      data: { error_code: errorCode, description: message },
      extra: this.#extra(errorCode, message),
    };
  }

  #extra(errorCode: number, description: string): Fields {
    return {
      error_code: errorCode,
      description,
      sub_error_code: 0,
      sub_description: '',
      logid: this.#nextId('log'),
      now: Math.floor(this.#now() / 1000),
    };
  }
}
