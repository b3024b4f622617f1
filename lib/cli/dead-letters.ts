import { print } from './print.ts';
import { withProgress } from './progress.ts';
import { MAX_REQUESTS, numberIn, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

/** What `redrive` and `drop` share: which letters, and going on until none of them is left. */

export const DEAD_LETTER_OPTIONS = {
  list: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  type: { type: 'string' },
  integration: { type: 'string' },
  'app-key': { type: 'string' },
  after: { type: 'string' },
  before: { type: 'string' },
} as const;

const QUEUES = ['intake', 'attribution', 'notices'];

/** @throws UsageError */
export function queueIn(positionals: readonly string[]): string {
  const [queue = ''] = positionals;
  if (positionals.length === 1 && QUEUES.includes(queue)) return queue;
  throw new UsageError(`Say which queue: ${QUEUES.join(', ')}.`);
}

/** Hexiao does a few seconds' worth a request. @param done the field that counts what was done */
export async function workOff(
  remote: Remote,
  act: 'redrive' | 'drop',
  body: object,
  done: 'moved' | 'dropped',
): Promise<number> {
  const total = { matched: 0, [done]: 0 };
  const last = await withProgress(async (progress) => {
    let until: unknown;
    for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
      const answer = await remote.post(`/v1/dead-letters/${act}`, { ...body, until });
      until = answer.until;
      total.matched += numberIn(answer, 'matched');
      total[done] = (total[done] ?? 0) + numberIn(answer, done);
      if (answer.more !== true) return answer;
      const { matched } = total;
      const left = numberIn(answer, 'left');
      const all = matched + left;
      progress.at(
        `${matched} matched, ${total[done]} ${done}, ${left} left`,
        all === 0 ? undefined : matched / all,
      );
    }
    throw new Error('There is no end of dead letters. Look at what fails first.');
  });
  print({ ...total, left: last.left });
  return 0;
}
