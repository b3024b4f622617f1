import { parseArgs } from 'node:util';
import { need, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- statements list [--provider ID] [--month YYYY-MM]
npm run hexiao -- statements get ID [--csv|--html]
npm run hexiao -- statements close YYYY-MM

  月结单：列出、查看、关账。
  Monthly statements: what there is, one of them, and closing a month.
`;

export const statements: Verb = { help: HELP, run };

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
      print(
        await remote.get('/v1/statements', { providerId: values.provider, month: values.month }),
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
  if (!csv && !html) print(await remote.get(path));
  else process.stdout.write(await remote.text('GET', `${path}${csv ? '.csv' : '.html'}`));
  return 0;
}
