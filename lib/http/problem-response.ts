import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Problem, problemBody } from '../errors/problem.ts';
import { errorFields, type Log } from '../log/log.ts';
import { headersFor, requestIdOf } from './answer-headers.ts';

/**
 * Answers an error as `application/problem+json`. Expects Hono's request-id middleware; what was not
 * meant for the caller is logged under the request's id and answered as `internal`.
 */
export function respondToError(error: Error, c: Context, log: Log): Response {
  const requestId = requestIdOf(c);
  const problem = problemOf(error);
  if (problem.code === 'internal')
    log('error', 'request-failed', { requestId, ...errorFields(error) });
  return problemResponse(problem, requestId);
}

/** The HTTP answer for a problem, under the id that the log has. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, retryAfterMs } = problem;
  return new Response(JSON.stringify(problemBody(problem, requestId)), {
    status,
    headers: {
      ...headersFor(requestId),
      'content-type': 'application/problem+json',
      ...(retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
  });
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  // Hono's own: a path it cannot decode, a body it cannot read.
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem('request-invalid', 'The request could not be read.', { cause: error });
  }
  return new Problem('internal', 'It is logged under this requestId. Try again.', { cause: error });
}
