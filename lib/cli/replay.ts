import { parseArgs } from 'node:util';
import {
  type Answer,
  MAX_REQUESTS,
  need,
  numberIn,
  print,
  REMOTE_OPTIONS,
  Remote,
} from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- replay parked|quarantined [--list] [--dry-run] [--integration I] [--kind K]
npm run hexiao -- replay DELIVERY_ID… [--dry-run]
npm run hexiao -- replay --integration I --app-key K --from INSTANT --to INSTANT [--dry-run]

  适配器学会之后，把归档的推送重新读取一遍。
  Has deliveries read again from the archive, after an adapter learnt; --list shows a setAside. A window
  reads the whole table, at its price.
`;

export const replay: Verb = { help: HELP, run };

const SET_ASIDE_REASONS = ['parked', 'quarantined'];
const IDS_PER_REQUEST = 100;
const COUNTS = ['matched', 'sent', 'expired', 'erased', 'scanned'] as const;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      list: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      integration: { type: 'string' },
      kind: { type: 'string' },
      'app-key': { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const remote = new Remote(values);
  const { integration, kind } = values;
  const dryRun = values['dry-run'];
  const [first] = positionals;
  if (first !== undefined && SET_ASIDE_REASONS.includes(first)) {
    if (positionals.length > 1) throw new UsageError('One setAside at a time.');
    if (values.list) return list(remote, first);
    return replayAll(remote, [{ setAside: first, integration, kind, dryRun }]);
  }
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
  for (const body of bodies) {
    for await (const answer of pages((cursor) => remote.post('/v1/replays', { ...body, cursor }))) {
      for (const name of COUNTS) total[name] = (total[name] ?? 0) + numberIn(answer, name);
    }
  }
  print(total);
  return 0;
}

async function list(remote: Remote, setAside: string): Promise<number> {
  const path = `/v1/set-aside/${setAside}`;
  for await (const { deliveries } of pages((cursor) => remote.get(path, { limit: 200, cursor }))) {
    for (const each of Array.isArray(deliveries) ? deliveries : []) {
      process.stdout.write(`${JSON.stringify(each)}\n`);
    }
  }
  return 0;
}

async function* pages(ask: (cursor?: string) => Promise<Answer>): AsyncGenerator<Answer> {
  let cursor: string | undefined;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const answer = await ask(cursor);
    yield answer;
    if (typeof answer.next !== 'string') return;
    cursor = answer.next;
  }
  throw new Error('There is no end of pages. Narrow it down.');
}

function idChunks(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
    chunks.push(ids.slice(at, at + IDS_PER_REQUEST));
  }
  return chunks;
}
