import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';

/** Smaller than this, a page fits one packet as it is. */
const LEAST_BYTES = 1_024;

/**
 * Packs a page for a browser that takes gzip: neither the HTTP API in front of the function nor the local server
 * does it. Nothing secret of one person stands on a page beside what another chose, so its size betrays nothing.
 */
export async function compressed(c: Context, page: Response): Promise<Response> {
  const isPage = (page.headers.get('content-type') ?? '').startsWith('text/html');
  if (!isPage || !/(?:^|,)\s*gzip\b/.test(c.req.header('accept-encoding') ?? '')) return page;
  const bytes = Buffer.from(await page.arrayBuffer());
  const isSmall = bytes.length < LEAST_BYTES;
  const headers = new Headers(page.headers);
  headers.append('vary', 'accept-encoding');
  headers.delete('content-length');
  if (!isSmall) headers.set('content-encoding', 'gzip');
  const body = new Uint8Array(isSmall ? bytes : gzipSync(bytes));
  return new Response(body, { status: page.status, headers });
}
