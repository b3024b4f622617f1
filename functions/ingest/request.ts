import type { Context } from 'hono';
import { Problem } from '../../lib/errors/problem.ts';
import type { Answer, SignedRequest } from '../../lib/integrations/kit/integration.ts';

/** HTTP as the receiver reads and answers it. */

export type Call = Context<object, '/:integration/:appKey'>;

export async function readRequest(c: Call, spi: string | undefined): Promise<SignedRequest> {
  const { raw } = c.req;
  const body = new Uint8Array(await raw.arrayBuffer());
  const query = new URL(raw.url).searchParams;
  return { headers: new Map(raw.headers), query, body, ...(spi === undefined ? {} : { spi }) };
}

export function raise(problem: Problem): never {
  throw problem;
}

export function nowhere(): Problem {
  const places = '/webhooks/{integration}/{appKey} and /spi/{integration}/{appKey}/…';
  return new Problem('not-found', `Platforms send to POST ${places}.`);
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
