import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { PAGE_HEADERS } from './page/layout.ts';

/**
 * The API's description for people and for programs, as `npm run openapi` has written it. The files are
 * read when they are requested.
 */
export function referenceRoutes(api: Hono, directory: string): void {
  const read = (name: string) => readFile(join(directory, name), 'utf8');

  api.get('/docs', async (c) => c.html(await read('api.html'), 200, PAGE_HEADERS));

  api.get('/openapi.json', async (c) =>
    c.body(await read('openapi.json'), 200, { 'content-type': 'application/json' }),
  );
}
