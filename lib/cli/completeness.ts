import { printAllDays } from './all-days.ts';
import { print, printList } from './print.ts';
import { type Answer, need, pairsOf, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const PARAMETERS = 'from=2025-10-01 to=2025-10-31 platform merchantId cursor';

const ALL = '--all goes through every page, with a progress bar; with --json a row a line.\n';

export const completeness: Verb = {
  details: `NAME=VALUE are the parameters of GET /v1/completeness:\n  ${PARAMETERS}\n${ALL}losses says how many redemptions no webhook brought (GET /v1/losses):\n  from=2025-10-01 to=2025-10-31 integration appKey\n`,
  run: listDays,
};

export const differences: Verb = {
  details: `NAME=VALUE are the parameters of GET /v1/differences:\n  ${PARAMETERS}\n${ALL}accept lets one be, with the reason.\n`,
  run: listDifferences,
};

const DAYS = [
  ...['businessDay', 'platform', 'merchantId', 'storeId', 'status', 'ours', 'theirs'],
  ...['checkedAt', 'reason'],
];

const DIFFERENCES = [
  ...['differenceId', 'businessDay', 'merchantId', 'storeId', 'voucherId', 'orderId'],
  ...['kind', 'ours', 'theirs', 'state', 'reason'],
];

const LOSSES = [
  ...['businessDay', 'integration', 'appKey', 'byWebhook', 'byAsking', 'lossBp', 'latestSeconds'],
  'isLosing',
];

async function listDays(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    all: { type: 'boolean', default: false },
  });
  const [what, ...pairs] = positionals;
  if (what === 'losses') {
    const lost = await remote.get('/v1/losses', pairsOf(pairs));
    printList(lost, { rows: 'rows', columns: LOSSES, json: values.json });
    return 0;
  }
  const listed = { rows: 'rows', columns: DAYS, json: values.json };
  const shown = (answer: Answer) => {
    const rows = Array.isArray(answer.rows) ? answer.rows.map(flat) : answer.rows;
    return values.json === true ? answer : { ...answer, rows };
  };
  const query = pairsOf(positionals);
  if (values.all) await printAllDays(remote, '/v1/completeness', query, listed, shown);
  else printList(shown(await remote.get('/v1/completeness', query)), listed);
  return 0;
}

async function listDifferences(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    ...{ reason: { type: 'string' }, all: { type: 'boolean', default: false } },
  });
  const [what, given] = positionals;
  if (what === 'accept') {
    const id = encodeURIComponent(need(given, 'the difference’s id'));
    const reason = need(values.reason, '--reason');
    print(await remote.post(`/v1/differences/${id}/accept`, { reason }));
    return 0;
  }
  const listed = { rows: 'differences', columns: DIFFERENCES, json: values.json };
  const query = pairsOf(positionals);
  if (values.all) await printAllDays(remote, '/v1/differences', query, listed);
  else printList(await remote.get('/v1/differences', query), listed);
  return 0;
}

/** Both sides as people read them: how many, and fen. */
function flat(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const { ours, theirs, ...rest } = row as { ours?: unknown; theirs?: unknown };
  return { ...rest, ours: sideText(ours), theirs: sideText(theirs) };
}

function sideText(side: unknown): string {
  if (typeof side !== 'object' || side === null) return '-';
  const { count, fen } = side as { count?: unknown; fen?: unknown };
  return `${Number(count)} × ${fen === null ? '?' : Number(fen)}`;
}
