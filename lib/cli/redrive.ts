import { parseArgs } from 'node:util';
import { MAX_REQUESTS, numberIn, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const HELP = `npm run hexiao -- redrive intake|attribution [--list] [--dry-run] [--type T] [--integration I]
                        [--app-key K] [--after INSTANT] [--before INSTANT]

  把死信送回原队列。
  Sends dead letters back to their queue; --list shows them, --dry-run counts them.
`;

export const redrive: Verb = { help: HELP, run };

const QUEUES = ['intake', 'attribution'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      list: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      type: { type: 'string' },
      integration: { type: 'string' },
      'app-key': { type: 'string' },
      after: { type: 'string' },
      before: { type: 'string' },
    },
  });
  const [queue = ''] = positionals;
  if (positionals.length !== 1 || !QUEUES.includes(queue)) {
    throw new UsageError(`Say which queue: ${QUEUES.join(' or ')}.`);
  }
  const remote = new Remote(values);
  if (values.list) {
    print(await remote.get('/v1/dead-letters', { queue, limit: 1_000 }));
    return 0;
  }
  const { type, integration, after, before } = values;
  const filter = { type, integration, appKey: values['app-key'], after, before };
  return redriveAll(remote, { queue, filter, dryRun: values['dry-run'] });
}

async function redriveAll(remote: Remote, body: object): Promise<number> {
  let matched = 0;
  let moved = 0;
  let until: unknown;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const answer = await remote.post('/v1/dead-letters/redrive', { ...body, until });
    until = answer.until;
    matched += numberIn(answer, 'matched');
    moved += numberIn(answer, 'moved');
    if (answer.more !== true) {
      print({ matched, moved, left: answer.left });
      return 0;
    }
    process.stderr.write(`${matched} matched, ${moved} moved, ${String(answer.left)} left\n`);
  }
  throw new Error('There is no end of dead letters. Look at what fails first.');
}
