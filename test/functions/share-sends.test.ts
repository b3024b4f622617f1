import { describe, expect, test } from 'vitest';
import { ShareSends } from '../../functions/normalize/share-sends.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';

/** Counts requests as a queue of AWS does: each call is one, of ten messages at most. */
class CountedQueue extends Queue<AttributionMessage> {
  readonly requests: string[][] = [];
  isRefusing = false;

  constructor() {
    super(undefined as never, 'counted');
  }

  override async sendAll(messages: readonly AttributionMessage[]): Promise<void> {
    if (this.isRefusing) throw new Error('refused');
    this.requests.push(messages.map((one) => ('id' in one ? one.id : '')));
  }
}

const changed = (id: string): AttributionMessage => ({
  ...{ type: 'changed', v: MESSAGE_VERSION, of: 'voucher', platform: 'douyin', id },
});

/** An order whose platform answers when the test says so. */
function order(shared: ShareSends, id: string) {
  let answer = () => {};
  const answered = new Promise<void>((go) => {
    answer = go;
  });
  const done = shared.share(async (attribution) => {
    await answered;
    await attribution.sendAll([changed(id)], 1);
  });
  return { answer, done };
}

describe('orders that send at about the same time', () => {
  test('send in one request as soon as none of them is left to come', async () => {
    const queue = new CountedQueue();
    const shared = new ShareSends(queue);
    const all = ['a', 'b', 'c'].map((id) => order(shared, id));
    for (const { answer } of all) answer();
    await Promise.all(all.map(({ done }) => done));
    expect(queue.requests).toEqual([['a', 'b', 'c']]);
  });

  test('wait a moment for one whose platform is slow, and no longer', async () => {
    const queue = new CountedQueue();
    const shared = new ShareSends(queue);
    const slow = order(shared, 'slow');
    const quick = [order(shared, 'a'), order(shared, 'b')];
    for (const { answer } of quick) answer();
    await Promise.all(quick.map(({ done }) => done));
    expect(queue.requests).toEqual([['a', 'b']]);
    slow.answer();
    await slow.done;
    expect(queue.requests).toEqual([['a', 'b'], ['slow']]);
  });

  test('do not wait for one that fails before it sends, or sends nothing', async () => {
    const queue = new CountedQueue();
    const shared = new ShareSends(queue);
    const failing = shared.share(async () => {
      throw new Error('no answer');
    });
    const silent = shared.share(async () => {});
    const good = order(shared, 'a');
    good.answer();
    await expect(failing).rejects.toThrow('no answer');
    await Promise.all([silent, good.done]);
    expect(queue.requests).toEqual([['a']]);
  });

  test('all fail where the queue refuses what they sent together', async () => {
    const queue = new CountedQueue();
    queue.isRefusing = true;
    const shared = new ShareSends(queue);
    const all = ['a', 'b'].map((id) => order(shared, id));
    for (const { answer } of all) answer();
    const outcomes = await Promise.allSettled(all.map(({ done }) => done));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
