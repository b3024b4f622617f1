import { DEAD_LETTER_OPTIONS, queueIn, workOff } from './dead-letters.ts';
import { printPages } from './print.ts';
import { need, pagesOf, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `For good. --dry-run counts them, --list shows what was dropped, and why.
`;

export const drop: Verb = { details: DETAILS, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    ...DEAD_LETTER_OPTIONS,
    reason: { type: 'string' },
    delivery: { type: 'string' },
  });
  if (values.list) {
    const dropped = pagesOf((cursor) =>
      remote.get('/v1/dead-letters/dropped', { limit: 200, cursor }),
    );
    await printPages(dropped, { rows: 'letters', columns: COLUMNS, json: values.json });
    return 0;
  }
  const queue = queueIn(positionals);
  const reason = need(values.reason, '--reason');
  const { delivery: deliveryId, type, integration, after, before } = values;
  const filter = { deliveryId, type, integration, appKey: values['app-key'], after, before };
  const body = { queue, reason, filter, dryRun: values['dry-run'] };
  return workOff(remote, 'drop', body, 'dropped');
}

const COLUMNS = [
  ...['letterId', 'queue', 'type', 'integration', 'appKey', 'receivedAt', 'work'],
  ...['reason', 'droppedBy', 'droppedAt'],
];
