import { parseArgs } from 'node:util';
import { need, pairsOf, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import type { Verb } from './verb.ts';

const HELP = `npm run hexiao -- entries NAME=VALUE…

  查询分录。
  The ledger's entries, asked as GET /v1/entries is: from=2025-10-01 …
`;

export const entries: Verb = { help: HELP, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: REMOTE_OPTIONS,
  });
  print(await new Remote(values).get('/v1/entries', pairsOf(positionals)));
  return 0;
}

const EXPLANATION_HELP = `npm run hexiao -- explanation ENTRY_ID

  这笔分录为什么是这样。
  Why an entry is what it is.
`;

export const explanation: Verb = { help: EXPLANATION_HELP, run: explain };

async function explain(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: REMOTE_OPTIONS,
  });
  const id = encodeURIComponent(need(positionals[0], 'the entry’s id'));
  print(await new Remote(values).get(`/v1/entries/${id}/explanation`));
  return 0;
}
