import { parseArgs } from 'node:util';
import { DEAD_LETTER_OPTIONS, queueIn, workOff } from './dead-letters.ts';
import { printList } from './print.ts';
import { REMOTE_OPTIONS, Remote } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `--list shows them, --dry-run counts them.
`;

export const redrive: Verb = { details: DETAILS, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...REMOTE_OPTIONS, ...DEAD_LETTER_OPTIONS },
  });
  const queue = queueIn(positionals);
  const remote = new Remote(values);
  if (values.list) {
    const answer = await remote.get('/v1/dead-letters', { queue, limit: 1_000 });
    printList(answer, { rows: 'letters', columns: COLUMNS, json: values.json });
    return 0;
  }
  const { type, integration, after, before } = values;
  const filter = { type, integration, appKey: values['app-key'], after, before };
  return workOff(remote, 'redrive', { queue, filter, dryRun: values['dry-run'] }, 'moved');
}

const COLUMNS = ['type', 'deliveryId', 'integration', 'appKey', 'receivedAt', 'receiveCount'];
