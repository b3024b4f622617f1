import { parseArgs } from 'node:util';
import { print, printList } from './print.ts';
import { need, numberIn, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `The CSV has all lines, however many files they are in.
`;

export const statements: Verb = { details: DETAILS, run };

const COLUMNS = [
  ...['statementId', 'providerId', 'month', 'status', 'closedAt'],
  ...['totals.paidFen', 'totals.redeemedFen', 'totals.commissionFen', 'files'],
];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      provider: { type: 'string' },
      month: { type: 'string' },
      csv: { type: 'boolean', default: false },
      html: { type: 'boolean', default: false },
    },
  });
  const remote = new Remote(values);
  const [what = '', given] = positionals;
  switch (what) {
    case 'list':
      printList(
        await remote.get('/v1/statements', { providerId: values.provider, month: values.month }),
        { rows: 'statements', columns: COLUMNS, json: values.json },
      );
      return 0;
    case 'get':
      return get(remote, need(given, 'the statement’s id'), values);
    case 'close':
      print(
        await remote.post(`/v1/statements/${encodeURIComponent(need(given, 'the month'))}/close`),
      );
      return 0;
    default:
      throw new UsageError('Say list, get or close.');
  }
}

async function get(remote: Remote, id: string, { csv, html }: { csv: boolean; html: boolean }) {
  if (csv && html) throw new UsageError('Either --csv or --html.');
  const path = `/v1/statements/${encodeURIComponent(id)}`;
  if (csv) return printCsv(remote, path);
  if (html) process.stdout.write(await remote.text('GET', `${path}.html`));
  else print(await remote.get(path));
  return 0;
}

/** All its files as one: each begins with the headings, of which the first file's are kept. */
async function printCsv(remote: Remote, path: string): Promise<number> {
  const files = Math.max(1, numberIn(await remote.get(path, { limit: 1 }), 'files'));
  for (let part = 1; part <= files; part += 1) {
    const text = await remote.text('GET', `${path}.csv?part=${part}`);
    process.stdout.write(part === 1 ? text : text.slice(text.indexOf('\r\n') + 2));
  }
  return 0;
}
