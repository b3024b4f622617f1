import { print, printList } from './print.ts';
import { need, pairsOf, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `NAME=VALUE are the parameters of GET /v1/entries:
  from=2025-10-01 to=2025-10-31 platform storeId providerId limit cursor
`;

export const entries: Verb = { details: DETAILS, run };

const COLUMNS = [
  ...['entryId', 'businessDay', 'kind', 'providerId', 'platform', 'storeId', 'voucherId'],
  ...['count', 'amountFen', 'commissionFen'],
];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {});
  const answer = await remote.get('/v1/entries', pairsOf(positionals));
  printList(answer, { rows: 'entries', columns: COLUMNS, json: values.json });
  return 0;
}

export const explanation: Verb = { details: '', run: explain };

async function explain(args: readonly string[]): Promise<number> {
  const { positionals, remote } = typedFor(args, {});
  const id = encodeURIComponent(need(positionals[0], 'the entry’s id'));
  print(await remote.get(`/v1/entries/${id}/explanation`));
  return 0;
}
