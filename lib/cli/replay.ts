import { print, printPages } from './print.ts';
import { withProgress } from './progress.ts';
import { need, numberIn, pagesOf, type Remote, typedFor } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `After an adapter learnt what it could not read. --list shows the deliveries
that were set aside; show prints one with what may be a buyer's masked, with
--clear as it came, which leaves a trace. A window reads the whole table, at
its price.
`;

export const replay: Verb = { details: DETAILS, run };

const SET_ASIDE_REASONS = ['parked', 'quarantined'];
const IDS_PER_REQUEST = 100;
const COUNTS = ['matched', 'sent', 'expired', 'erased', 'scanned'] as const;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    list: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    integration: { type: 'string' },
    kind: { type: 'string' },
    'app-key': { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    clear: { type: 'boolean', default: false },
  });
  const { integration, kind } = values;
  const dryRun = values['dry-run'];
  const [first] = positionals;
  if (first !== undefined && SET_ASIDE_REASONS.includes(first)) {
    if (positionals.length > 1) throw new UsageError('One of parked and quarantined at a time.');
    if (values.list) return list(remote, first, values.json);
    return replayAll(remote, [{ setAside: first, integration, kind, dryRun }]);
  }
  if (first === 'show')
    return show(remote, need(positionals[1], 'the delivery’s id'), values.clear);
  if (first !== undefined) {
    const bodies = idChunks(positionals).map((deliveryIds) => ({ deliveryIds, dryRun }));
    return replayAll(remote, bodies);
  }
  const window = {
    integration: need(integration, '--integration'),
    appKey: need(values['app-key'], '--app-key'),
    from: need(values.from, '--from'),
    to: need(values.to, '--to'),
  };
  return replayAll(remote, [{ ...window, dryRun }]);
}

async function replayAll(remote: Remote, bodies: readonly object[]): Promise<number> {
  const total: Record<string, number> = {};
  await withProgress(async (progress) => {
    for (const [done, body] of bodies.entries()) {
      const pages = pagesOf((cursor) => remote.post('/v1/replays', { ...body, cursor }));
      for await (const answer of pages) {
        for (const name of COUNTS) total[name] = (total[name] ?? 0) + numberIn(answer, name);
        // Only how many ids were named is known beforehand.
        const share = bodies.length > 1 ? (done + 1) / bodies.length : undefined;
        if (progress.isDrawn) progress.at(`${total.matched} matched, ${total.sent} sent`, share);
      }
    }
  });
  print(total);
  return 0;
}

async function show(remote: Remote, deliveryId: string, clear: boolean): Promise<number> {
  const path = `/v1/deliveries/${encodeURIComponent(deliveryId)}`;
  if (clear) process.stdout.write(`${await remote.text('GET', `${path}/body`)}\n`);
  else print(await remote.get(path));
  return 0;
}

async function list(remote: Remote, setAside: string, json: boolean | undefined): Promise<number> {
  const path = `/v1/set-aside/${setAside}`;
  const pages = pagesOf((cursor) => remote.get(path, { limit: 200, cursor }));
  await printPages(pages, { rows: 'deliveries', columns: COLUMNS, json });
  return 0;
}

const COLUMNS = ['deliveryId', 'integration', 'appKey', 'receivedAt', 'kind', 'why'];

function idChunks(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
    chunks.push(ids.slice(at, at + IDS_PER_REQUEST));
  }
  return chunks;
}
