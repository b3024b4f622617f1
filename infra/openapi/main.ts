import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApi } from './document.ts';
import { markdownOf } from './markdown.ts';
import { pageOf } from './page.ts';

/** `npm run openapi` writes the description of the API; with `--check` it fails where one is stale. */

const ROOT = join(import.meta.dirname, '../..');

export function filesOf(): ReadonlyMap<string, string> {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const document = openApi(version);
  return new Map([
    ['docs/openapi.json', `${JSON.stringify(document, null, 1)}\n`],
    ['docs/api.html', pageOf(document)],
    ['docs/api.md', markdownOf(document)],
  ]);
}

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  for (const [file, text] of filesOf()) {
    const path = join(ROOT, file);
    if (!process.argv.includes('--check')) writeFileSync(path, text);
    else if (current(path) !== text) {
      console.error(`${file} is stale: run npm run openapi, and commit what it writes.`);
      process.exitCode = 1;
    }
  }
}
