import { type Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AttributionMessage, attributionMessageSchema } from '../../lib/queue/messages.ts';
import { redrive } from '../../lib/queue/redrive.ts';
import {
  type DouyinUnderTest,
  postAll,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

/** Which histories attribution is notified of, where a redemption reports its order's payment once more. */

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;
let nowMs: number;
let orderId: string;
let certificateId: string;
let poiId: string;

beforeEach(async () => {
  nowMs = SAMPLE_TIME;
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch, now: () => nowMs });
  await registerApp(hexiao);
  const { world } = douyin;
  const { accountId } = world.addMerchant({ name: '商家' });
  ({ poiId } = world.addStore({ accountId, name: '店', city: '成都' }));
  const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 9_900 });
  const order = world.sell({ productId });
  ({ orderId } = order);
  certificateId = order.certificates[0]?.certificateId ?? '';
});

afterEach(() => hexiao?.stop());

/** What the platform has to say goes to the intake queue, at the time of the world. */
async function post(): Promise<void> {
  await postAll(hexiao, douyin.world.takeOutbox());
}

/** Takes what waits for attribution off its queue. */
async function notified(): Promise<string[]> {
  const messages = await hexiao.takeBatch('attribution');
  const read = messages.map(
    ({ Body = '' }): AttributionMessage => attributionMessageSchema.parse(JSON.parse(Body)),
  );
  return read.flatMap((one) => (one.type === 'changed' ? `${one.of} ${one.id}` : [])).sort();
}

const BOTH = () => [`order ${orderId}`, `voucher ${certificateId}`];

async function paid(): Promise<void> {
  await post();
  await hexiao.settle();
  nowMs += 1_000;
  douyin.setNow(nowMs);
  douyin.world.redeem(certificateId, poiId);
  await post();
}

/** As a worker finds it that gets the messages a second time. */
async function work(messages: readonly Message[], receives: number): Promise<void> {
  const again = messages.map((message) => ({
    ...message,
    Attributes: { ...message.Attributes, ApproximateReceiveCount: String(receives) },
  }));
  await hexiao.workOn('intake', again as Message[]);
}

test('notifies of the voucher alone where the payment stands from its own delivery', async () => {
  await paid();
  await hexiao.step('intake');
  expect(await notified()).toEqual([`voucher ${certificateId}`]);
});

test('notifies of both where the order query is the first to report the payment', async () => {
  douyin.world.takeOutbox();
  douyin.world.redeem(certificateId, poiId);
  await post();
  await hexiao.step('intake');
  expect(await notified()).toEqual(BOTH());
});

test('notifies of both when a worker gets the delivery a second time', async () => {
  await paid();
  await work(await hexiao.takeBatch('intake'), 2);
  expect(await notified()).toEqual(BOTH());
});

test('notifies of both when the payment was written by an earlier try of the same delivery', async () => {
  douyin.world.takeOutbox();
  douyin.world.redeem(certificateId, poiId);
  await post();
  const messages = await hexiao.takeBatch('intake');
  const { attribution } = hexiao.normalizeDeps;
  const refused = Object.assign(Object.create(attribution), {
    sendAll: async () => {
      throw new Error('not now');
    },
  });
  hexiao.use({ ...hexiao.normalizeDeps, attribution: refused });
  await hexiao.workOn('intake', messages);
  expect(await notified()).toEqual([]);
  hexiao.use({ ...hexiao.normalizeDeps, attribution });
  // Whatever its message shows of it: as if the receive had not been counted.
  await work(messages, 1);
  expect(await notified()).toEqual(BOTH());
});

test('notifies of both when the delivery was a dead letter', async () => {
  await paid();
  const { sqs, queues } = hexiao.emulators;
  for (const { Body } of await hexiao.takeBatch('intake')) {
    const QueueUrl = queues.intake.deadLetterUrl;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Body }));
  }
  const everything = { filter: {}, dryRun: false, untilMs: Date.now() + 60_000, budgetMs: 5_000 };
  expect(await redrive(sqs, queues.intake, everything)).toMatchObject({ moved: 1 });
  await hexiao.step('intake');
  expect(await notified()).toEqual(BOTH());
});

test('notifies of both when the delivery is not new any more', async () => {
  await paid();
  nowMs += 61_000;
  await hexiao.step('intake');
  expect(await notified()).toEqual(BOTH());
});
