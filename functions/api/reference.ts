import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';

/** Its style sheet is in it, because it is one file that can be sent; it runs no script. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/**
 * The API's description for people and for programs, as `npm run openapi` has written it. The files are
 * read when they are requested.
 */
export function referenceRoutes(api: Hono, directory: string): void {
  const read = (name: string) => readFile(join(directory, name), 'utf8');

  api.get('/docs', async (c) => c.html(await read('api.html'), 200, HEADERS));

  api.get('/openapi.json', async (c) =>
    c.body(await read('openapi.json'), 200, { 'content-type': 'application/json' }),
  );
}
