import { text } from 'node:stream/consumers';
import { print } from './print.ts';
import { withProgress } from './progress.ts';
import { type Answer, MAX_REQUESTS, need, type Remote, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `--buyer - reads the id from standard input, which keeps it out of the
shell's history. Stopped half-way, the same command goes on; --again begins
anew. Exits with 1 while dead letters may be the buyer's, or while a message
of theirs waits for the platform's answer.
`;

export const erase: Verb = { details: DETAILS, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    platform: { type: 'string' },
    reason: { type: 'string' },
    order: { type: 'string', multiple: true, default: [] },
    voucher: { type: 'string', multiple: true, default: [] },
    buyer: { type: 'string' },
    again: { type: 'boolean', default: false },
  });
  if (positionals[0] === 'receipt') {
    const id = need(positionals[1], 'the receipt’s id');
    print(await remote.get(`/v1/erasures/${encodeURIComponent(id)}`));
    return 0;
  }
  const { buyer, order: orderIds, voucher: voucherIds } = values;
  const platform = need(values.platform, '--platform');
  const reason = need(values.reason, '--reason');
  const buyerId = buyer === '-' ? (await text(process.stdin)).trim() : buyer;
  return eraseAll(remote, { platform, reason, orderIds, voucherIds, buyerId }, values.again);
}

const AWAITS =
  'Not finished: what was read is erased. What "awaits" lists waits for the platform’s answer, or is a dead\n' +
  'letter that may be theirs: redrive or drop those (npm run hexiao -- redrive intake, drop intake). Give the\n' +
  'same command again later.\n';

async function eraseAll(remote: Remote, body: object, again: boolean): Promise<number> {
  const receipt = await withProgress(async (progress) => {
    let scanned: unknown;
    for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
      // Only the first begins anew; the ones after go on with it.
      const answer = await remote.post('/v1/erasures', { ...body, again: again && requests === 0 });
      // It awaits something, and there is nothing left to look at before.
      const isStuck = isAwaiting(answer) && answer.scanned === scanned;
      if (typeof answer.finishedAt === 'string' || isStuck) return answer;
      ({ scanned } = answer);
      progress.at(`${String(answer.scanned)} items looked at`);
    }
    throw new Error('It does not end. Read the receipt, and look at the log.');
  });
  print(receipt);
  if (typeof receipt.finishedAt === 'string') return 0;
  process.stderr.write(AWAITS);
  return 1;
}

function isAwaiting({ awaits, awaitsOthers }: Answer): boolean {
  return (Array.isArray(awaits) && awaits.length > 0) || awaitsOthers === true;
}
