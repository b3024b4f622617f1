import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { ContractTextError, readContractText } from '../attribution/contract-text.ts';
import { need, pairsOf, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- contracts list [--platform P --merchant ID] [--provider ID] [--history]
npm run hexiao -- contracts add NAME=VALUE…
npm run hexiao -- contracts end CONTRACT_ID --ends-at INSTANT
npm run hexiao -- contracts import FILE.csv [--dry-run]

  合同：列出、新增、终止、从 CSV 导入（UTF-8，第一行为列名）。
  Names are those of POST /v1/contracts: providerId, platform, merchantId, mode, shareBp, rateBp,
  commission, startsAt, endsAt. Lists (stores, channels, products, creators) are separated by ';',
  productRates are product=rate;product=rate, tiers are fromFen=rate;fromFen=rate. A file has these
  names in its first line and a contract in each other; an empty field is absent. What became of
  each line is said; one that is refused does not stop the others. A file may be sent again: what
  stands already stays as it is. It has at most 64 KiB: split a larger one.
`;

export const contracts: Verb = { help: HELP, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      platform: { type: 'string' },
      merchant: { type: 'string' },
      provider: { type: 'string' },
      history: { type: 'boolean', default: false },
      'ends-at': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const remote = new Remote(values);
  const [what = '', given] = positionals;
  switch (what) {
    case 'list': {
      const { platform, merchant: merchantId, provider: providerId } = values;
      const history = values.history ? 'true' : undefined;
      print(await remote.get('/v1/contracts', { platform, merchantId, providerId, history }));
      return 0;
    }
    case 'add':
      print(await remote.post('/v1/contracts', termsOf(pairsOf(positionals.slice(1)))));
      return 0;
    case 'end': {
      const path = `/v1/contracts/${encodeURIComponent(need(given, 'the contract’s id'))}/end`;
      print(await remote.post(path, { endsAt: need(values['ends-at'], '--ends-at') }));
      return 0;
    }
    case 'import':
      return importFile(remote, need(given, 'the file'), values['dry-run']);
    default:
      throw new UsageError('Say list, add, end or import.');
  }
}

/** @throws UsageError */
function termsOf(fields: Readonly<Record<string, string>>): object {
  try {
    return readContractText(fields);
  } catch (error) {
    if (!(error instanceof ContractTextError)) throw error;
    throw new UsageError(error.message);
  }
}

/** @returns 1 when any line was refused */
async function importFile(remote: Remote, file: string, dryRun: boolean): Promise<number> {
  const content = new Uint8Array(await readFile(file));
  const path = `/v1/contracts/import${dryRun ? '?dryRun=true' : ''}`;
  const answer = importSchema.parse(await remote.postFile(path, 'text/csv', content));
  const { rows, accepted, refused } = answer;
  for (const row of rows) process.stdout.write(`line ${row.line}: ${wordsOf(row)}\n`);
  // What Hexiao says it did, not what it was asked for.
  const written = answer.dryRun ? '; nothing is written in a dry run' : '';
  process.stdout.write(`${accepted} accepted, ${refused} refused${written}\n`);
  return refused === 0 ? 0 : 1;
}

const rowSchema = z.object({
  line: z.int(),
  result: z.enum(['recorded', 'would-be-recorded', 'standing', 'refused']),
  contractId: z.string().nullable(),
  affects: z.object({ from: z.string(), to: z.string() }).nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});

const importSchema = z.object({
  dryRun: z.boolean(),
  rows: z.array(rowSchema),
  accepted: z.int(),
  refused: z.int(),
});

function wordsOf(row: z.infer<typeof rowSchema>): string {
  const { result, contractId, affects, code, detail } = row;
  const due = affects === null ? '' : `; ${affects.from} to ${affects.to} should be restated`;
  switch (result) {
    case 'recorded':
      return `recorded as ${contractId}${due}`;
    case 'would-be-recorded':
      return `would be recorded${due}`;
    case 'standing':
      return `stands already as ${contractId}`;
    case 'refused':
      return `refused, ${code}: ${detail}`;
    default:
      return result satisfies never;
  }
}
