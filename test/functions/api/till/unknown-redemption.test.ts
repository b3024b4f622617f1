import { afterEach, expect, it } from 'vitest';
import { type AttributionMessage, MESSAGE_VERSION } from '../../../../lib/queue/messages.ts';
import { Queue } from '../../../../lib/queue/queue.ts';
import { PLACES } from './race-scenes.ts';
import { problemOf, Till } from './support.ts';

/** The platforms where a reversal is our call. */
const REVERSING = ['douyin-life', 'douyin-miniapp', 'kuaishou-miniapp', 'kuaishou-shop', 'meituan'];

let till: Till;

afterEach(() => till?.close());

it.each(REVERSING)('%s: a named use that nobody knows never reaches the platform', async (name) => {
  // Prepare
  const appKey = 'app-of-a-till';
  const place = await PLACES[name]?.(appKey, Date.now);
  if (place?.reverse === undefined) throw new Error(`${name} takes nothing back`);
  const { integration, secrets, settings } = place.app;
  const shop = { integration, platform: place.platform, appKey, secrets, settings };
  till = await Till.open(shop, place.api);
  const { voucherId } = place.reverse as { voucherId: string };
  const asked = {
    ...{ ...place.reverse, requestId: 'reversal-1' },
    ...{ redemptionId: `no-such-use~${voucherId}`, orderId: 'o1' },
  };
  // Act: something is on its way, and then nothing is
  const { sqs, queues } = till.hexiao.emulators;
  const queue = new Queue<AttributionMessage>(sqs, queues.attribution.url);
  const { platform } = place;
  await queue.send({ type: 'changed', v: MESSAGE_VERSION, of: 'voucher', platform, id: 'another' });
  const early = await till.reverse(asked);
  const calls = till.callCount;
  await till.hexiao.settle();
  const late = await till.reverse(asked);
  // Assess
  expect(problemOf(early)).toMatchObject({ status: 503, code: 'platform-unavailable' });
  expect(problemOf(late)).toMatchObject({ status: 422, code: 'platform-refused' });
  expect(till.callCount).toBe(calls);
});
