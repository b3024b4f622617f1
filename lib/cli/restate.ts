import { setTimeout as sleep } from 'node:timers/promises';
import { print } from './print.ts';
import { withProgress } from './progress.ts';
import { type Answer, need, numberIn, type Remote, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `列出各服务商的增减。
Prints who gains and loses what; with --dry-run nothing is booked. It goes
on in Hexiao when this command is stopped: see status.
`;

export const restate: Verb = { details: DETAILS, run };

const POLL_MS = 1_000;
const OVER = ['done', 'cancelled', 'failed'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    ...WINDOW_OPTIONS,
    reason: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  });
  const [what, given] = positionals;
  if (what !== undefined) {
    const path = `/v1/restatements/${encodeURIComponent(need(given, 'the restatement’s id'))}`;
    print(what === 'cancel' ? await remote.post(`${path}/cancel`) : await remote.get(path));
    return 0;
  }
  const { restatementId } = await remote.post('/v1/restatements', {
    ...windowOf(values),
    reason: need(values.reason, '--reason'),
    dryRun: values['dry-run'],
  });
  if (values['no-wait']) {
    print({ restatementId });
    return 0;
  }
  const ended = await ending(remote, `/v1/restatements/${String(restatementId)}`);
  print(ended);
  return ended.status === 'done' ? 0 : 1;
}

export const WINDOW_OPTIONS = {
  platform: { type: 'string' },
  merchant: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'no-wait': { type: 'boolean', default: false },
} as const;

type WindowValues = { [Name in 'platform' | 'merchant' | 'from' | 'to']?: string | undefined };

/** @throws UsageError */
export function windowOf({ platform, merchant, from, to }: WindowValues) {
  return {
    platform: need(platform, '--platform'),
    merchantId: need(merchant, '--merchant'),
    from: need(from, '--from'),
    to: need(to, '--to'),
  };
}

/** Waits until a job is over, and says how far it is. It goes on by itself when this is stopped. */
export async function ending(remote: Remote, path: string): Promise<Answer> {
  return withProgress(async (progress) => {
    for (;;) {
      const state = await remote.get(path);
      if (OVER.includes(String(state.status))) return state;
      const counts = isAnswer(state.progress) ? state.progress : {};
      const placesTotal = numberIn(counts, 'placesTotal');
      const share = placesTotal === 0 ? undefined : numberIn(counts, 'placesDone') / placesTotal;
      progress.at(`${String(state.status)} ${JSON.stringify(counts)}`, share);
      await sleep(POLL_MS);
    }
  });
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null;
}
