import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ContractTextError, readContractText } from '../attribution/contract-text.ts';
import { print, printList } from './print.ts';
import { need, pairsOf, type Remote, typedFor } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `Names are those of POST /v1/contracts: providerId, platform, merchantId,
mode, shareBp, rateBp, commission, startsAt, endsAt. Lists (stores,
channels, products, creators) are separated by ';', productRates are
product=rate;product=rate, tiers are fromFen=rate;fromFen=rate.
A file is CSV in UTF-8, of at most 64 KiB: split a larger one. Its first
line has these names, each other line is a contract; an empty field is
absent. Each line is answered; one that is refused does not stop the others.
A file may be sent again: a contract that stands already stays as it is.
`;

export const contracts: Verb = { details: DETAILS, run };

const COLUMNS = [
  ...['contractId', 'version', 'providerId', 'platform', 'merchantId', 'mode'],
  ...['shareBp', 'rateBp', 'startsAt', 'endsAt'],
];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    platform: { type: 'string' },
    merchant: { type: 'string' },
    provider: { type: 'string' },
    history: { type: 'boolean', default: false },
    'ends-at': { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  });
  const [what = '', given] = positionals;
  const tried = values['dry-run'] ? '?dryRun=true' : '';
  switch (what) {
    case 'list': {
      const { platform, merchant: merchantId, provider: providerId } = values;
      const history = values.history ? 'true' : undefined;
      const query = { platform, merchantId, providerId, history };
      const answer = await remote.get('/v1/contracts', query);
      printList(answer, { rows: 'contracts', columns: COLUMNS, json: values.json });
      return 0;
    }
    case 'add':
      print(await remote.post(`/v1/contracts${tried}`, termsOf(pairsOf(positionals.slice(1)))));
      return 0;
    case 'end': {
      const path = `/v1/contracts/${encodeURIComponent(need(given, 'the contract’s id'))}/end`;
      print(await remote.post(`${path}${tried}`, { endsAt: need(values['ends-at'], '--ends-at') }));
      return 0;
    }
    case 'import':
      return importFile(remote, need(given, 'the file'), values);
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
async function importFile(
  remote: Remote,
  file: string,
  { 'dry-run': dryRun, json }: { 'dry-run': boolean; json?: boolean | undefined },
): Promise<number> {
  const content = new Uint8Array(await readFile(file));
  const path = `/v1/contracts/import${dryRun ? '?dryRun=true' : ''}`;
  const answer = importSchema.parse(await remote.postFile(path, 'text/csv', content));
  const { rows, accepted, refused } = answer;
  if (json === true) print(answer);
  else {
    for (const row of rows) process.stdout.write(`line ${row.line}: ${wordsOf(row)}\n`);
    // What Hexiao says it did, not what was requested.
    const written = answer.dryRun ? '; nothing is written in a dry run' : '';
    process.stdout.write(`${accepted} accepted, ${refused} refused${written}\n`);
  }
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
