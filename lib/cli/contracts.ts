import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readCsv } from './csv.ts';
import { need, pairsOf, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- contracts list [--platform P --merchant ID] [--provider ID] [--history]
npm run hexiao -- contracts add NAME=VALUE…
npm run hexiao -- contracts end CONTRACT_ID --ends-at INSTANT
npm run hexiao -- contracts import FILE.csv [--dry-run]

  合同：列出、新增、终止、从 CSV 导入。
  Names are those of POST /v1/contracts: providerId, platform, merchantId, mode, shareBp, rateBp,
  commission, startsAt, endsAt. Lists (stores, channels, products, creators) are separated by ';',
  productRates are product:rate, tiers are fromFen:rate. A file has a line of names first; an empty
  field is absent. A line that is refused is named, and the others go on.
`;

export const contracts: Verb = { help: HELP, run };

const NUMBERS = ['shareBp', 'rateBp'];
const SCOPES = ['stores', 'channels', 'products', 'creators'];
const TEXTS = ['providerId', 'platform', 'merchantId', 'mode', 'commission', 'startsAt', 'endsAt'];

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
      print(await remote.post('/v1/contracts', bodyOf(pairsOf(positionals.slice(1)))));
      return 0;
    case 'end': {
      const path = `/v1/contracts/${encodeURIComponent(need(given, 'the contract’s id'))}/end`;
      print(await remote.post(path, { endsAt: need(values['ends-at'], '--ends-at') }));
      return 0;
    }
    case 'import':
      return importAll(remote, need(given, 'the file'), values['dry-run']);
    default:
      throw new UsageError('Say list, add, end or import.');
  }
}

/** @returns 1 when any line was refused */
async function importAll(remote: Remote, file: string, dryRun: boolean): Promise<number> {
  // Every line is read before the first is sent: a misspelt name stops all of it.
  const bodies = readCsv(await readFile(file, 'utf8')).map(bodyOf);
  let refused = 0;
  for (const [index, body] of bodies.entries()) {
    if (dryRun) print(body);
    if (dryRun) continue;
    try {
      const { contractId } = await remote.post('/v1/contracts', body);
      process.stdout.write(`line ${index + 2}: ${String(contractId)}\n`);
    } catch (error) {
      refused += 1;
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`line ${index + 2}: ${why}\n`);
    }
  }
  return refused === 0 ? 0 : 1;
}

/** A contract's body of named texts. @throws UsageError for a name or number that is none */
function bodyOf(fields: Readonly<Record<string, string>>): object {
  const body: Record<string, unknown> = {};
  const scope: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === '') continue;
    if (TEXTS.includes(name)) body[name] = value;
    else if (NUMBERS.includes(name)) body[name] = wholeOf(name, value);
    else if (SCOPES.includes(name)) scope[name] = listOf(value);
    else if (name === 'productRates') body[name] = ratesOf(value);
    else if (name === 'tiers') body[name] = tiersOf(value);
    else throw new UsageError(`A contract has no ${name}.`);
  }
  return Object.keys(scope).length === 0 ? body : { ...body, scope };
}

function ratesOf(value: string): Record<string, number> {
  return Object.fromEntries(
    listOf(value).map((pair) => {
      const at = pair.lastIndexOf(':');
      if (at < 1) throw new UsageError('productRates are written product:rate;product:rate.');
      return [pair.slice(0, at), wholeOf('productRates', pair.slice(at + 1))];
    }),
  );
}

function tiersOf(value: string): { fromFen: number; rateBp: number }[] {
  return listOf(value).map((pair) => {
    const [from = '', rate = ''] = pair.split(':');
    return { fromFen: wholeOf('tiers', from), rateBp: wholeOf('tiers', rate) };
  });
}

function wholeOf(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new UsageError(`${name}: whole numbers only.`);
  return Number(value);
}

function listOf(value: string): string[] {
  return value
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
