import { parseArgs } from 'node:util';
import { MAX_REQUESTS, need, numberIn, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- drop intake|attribution --reason WHY [--dry-run] [--delivery ID] [--type T]
                        [--integration I] [--app-key K] [--after INSTANT] [--before INSTANT]
npm run hexiao -- drop --list

  放弃死信，并记录原因；--list 列出已放弃的死信。
  Drops dead letters for good and keeps the reason; --dry-run counts them, --list shows what was dropped.
`;

export const drop: Verb = { help: HELP, run };

const QUEUES = ['intake', 'attribution'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      list: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      reason: { type: 'string' },
      delivery: { type: 'string' },
      type: { type: 'string' },
      integration: { type: 'string' },
      'app-key': { type: 'string' },
      after: { type: 'string' },
      before: { type: 'string' },
    },
  });
  const remote = new Remote(values);
  if (values.list) return list(remote);
  const [queue = ''] = positionals;
  if (positionals.length !== 1 || !QUEUES.includes(queue)) {
    throw new UsageError(`Say which queue: ${QUEUES.join(' or ')}.`);
  }
  const reason = need(values.reason, '--reason');
  const { delivery: deliveryId, type, integration, after, before } = values;
  const filter = { deliveryId, type, integration, appKey: values['app-key'], after, before };
  return dropAll(remote, { queue, reason, filter, dryRun: values['dry-run'] });
}

async function dropAll(remote: Remote, body: object): Promise<number> {
  let matched = 0;
  let dropped = 0;
  let until: unknown;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const answer = await remote.post('/v1/dead-letters/drop', { ...body, until });
    until = answer.until;
    matched += numberIn(answer, 'matched');
    dropped += numberIn(answer, 'dropped');
    if (answer.more !== true) {
      print({ matched, dropped, left: answer.left });
      return 0;
    }
  }
  throw new Error('There is no end of dead letters. Look at what fails first.');
}

async function list(remote: Remote): Promise<number> {
  let cursor: unknown;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const answer = await remote.get('/v1/dead-letters/dropped', {
      limit: 200,
      ...(typeof cursor === 'string' ? { cursor } : {}),
    });
    for (const letter of Array.isArray(answer.letters) ? answer.letters : []) {
      process.stdout.write(`${JSON.stringify(letter)}\n`);
    }
    cursor = answer.next;
    if (typeof cursor !== 'string') return 0;
  }
  throw new Error('There is no end of dropped letters.');
}
