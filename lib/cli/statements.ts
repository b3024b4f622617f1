import { takeFile } from './export-file.ts';
import { print, printList } from './print.ts';
import { need, numberIn, type Remote, typedFor } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `file has one file made of all lines and all that is held, however many.
The CSV has all lines, however many files they are in; so has the proof, a
page that checks itself offline.
What follows the closing: the operator sends, answers and records payments
(pay); the provider's owner or finance confirms and disputes; either records
an invoice. FEN is in fen, 1/100 yuan.
Closed is not paid: get says what is due, invoiced and paid.
`;

export const statements: Verb = { details: DETAILS, run };

const COLUMNS = [
  ...['statementId', 'providerId', 'month', 'status', 'state', 'closedAt'],
  ...['totals.paidFen', 'totals.redeemedFen', 'totals.commissionFen'],
  ...['dueFen', 'invoicedFen', 'paidFen', 'files'],
];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    provider: { type: 'string' },
    month: { type: 'string' },
    csv: { type: 'boolean', default: false },
    html: { type: 'boolean', default: false },
    ...{ entry: { type: 'string' }, reason: { type: 'string' } },
    ...{
      accept: { type: 'boolean', default: false },
      refuse: { type: 'boolean', default: false },
    },
    ...{ number: { type: 'string' }, reference: { type: 'string' } },
    ...{ date: { type: 'string' }, fen: { type: 'string' } },
    proof: { type: 'boolean', default: false },
    ...{ format: { type: 'string', default: 'xlsx' }, to: { type: 'string' } },
  });
  const [what = '', given, disputeId] = positionals;
  switch (what) {
    case 'list':
      printList(
        await remote.get('/v1/statements', { providerId: values.provider, month: values.month }),
        { rows: 'statements', columns: COLUMNS, json: values.json },
      );
      return 0;
    case 'get':
      return get(remote, need(given, 'the statement’s id'), values);
    case 'file':
      return takeFile(remote, {
        statementId: need(given, 'the statement’s id'),
        format: values.format,
        to: need(values.to, '--to'),
      });
    case 'close':
      return post(remote, `${need(given, 'the month')}/close`);
    case 'send':
    case 'confirm':
      return post(remote, `${need(given, 'the statement’s id')}/${what}`);
    case 'dispute': {
      const body = {
        entryId: need(values.entry, '--entry'),
        reason: need(values.reason, '--reason'),
      };
      return post(remote, `${need(given, 'the statement’s id')}/disputes`, body);
    }
    case 'answer': {
      if (values.accept === values.refuse) throw new UsageError('Either --accept or --refuse.');
      const id = `${need(given, 'the statement’s id')}/disputes/${need(disputeId, 'the dispute’s id')}`;
      const body = { accept: values.accept, reason: need(values.reason, '--reason') };
      return post(remote, `${id}/answer`, body);
    }
    case 'invoice': {
      const body = { number: need(values.number, '--number'), ...moneyOf(values) };
      return post(remote, `${need(given, 'the statement’s id')}/invoices`, body);
    }
    case 'pay': {
      const body = { reference: need(values.reference, '--reference'), ...moneyOf(values) };
      return post(remote, `${need(given, 'the statement’s id')}/payments`, body);
    }
    default:
      throw new UsageError(
        'Say list, get, file, close, send, confirm, dispute, answer, invoice or pay.',
      );
  }
}

async function post(remote: Remote, path: string, body?: object): Promise<number> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  print(await remote.post(`/v1/statements/${encoded}`, body));
  return 0;
}

function moneyOf({ date, fen }: { date?: string | undefined; fen?: string | undefined }) {
  const amount = Number(need(fen, '--fen'));
  if (!Number.isSafeInteger(amount))
    throw new UsageError('--fen is an integer of fen: 46783.75 yuan are 4678375.');
  return { date: need(date, '--date'), fen: amount };
}

interface Forms {
  readonly csv: boolean;
  readonly html: boolean;
  readonly proof: boolean;
}

async function get(remote: Remote, id: string, { csv, html, proof }: Forms) {
  if ([csv, html, proof].filter(Boolean).length > 1) {
    throw new UsageError('One of --csv, --html and --proof.');
  }
  const path = `/v1/statements/${encodeURIComponent(id)}`;
  if (csv) return printCsv(remote, path);
  if (proof) return printProof(remote, path);
  if (html) process.stdout.write(await remote.text('GET', `${path}.html`));
  else print(await remote.get(path));
  return 0;
}

/** Its parts one after the other are the page. */
async function printProof(remote: Remote, path: string): Promise<number> {
  const files = Math.max(1, numberIn(await remote.get(path, { limit: 1 }), 'files'));
  for (let part = 1; part <= files; part += 1) {
    process.stdout.write(await remote.text('GET', `${path}.proof?part=${part}`));
  }
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
