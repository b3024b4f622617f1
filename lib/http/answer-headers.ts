import type { Context, MiddlewareHandler } from 'hono';

/**
 * What every answer says besides: nobody keeps it, nobody takes it for another type than it has, and
 * under which id it is logged. Expects Hono's request-id middleware behind it.
 */
export function answerHeaders(): MiddlewareHandler {
  return async function answerHeaders(c, next) {
    await next();
    for (const [name, value] of Object.entries(headersFor(requestIdOf(c)))) {
      // A page has stricter ones of its own. By `c.header` the whole answer would be copied for each.
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}

/** The same for an answer that is made outside of the middlewares: that to an error. */
export function headersFor(requestId: string): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
}

export function requestIdOf(c: Context): string {
  return String(c.get('requestId') ?? '');
}
