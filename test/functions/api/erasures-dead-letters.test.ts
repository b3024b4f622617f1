import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE_VERSION, packBody } from '../../../lib/queue/messages.ts';
import { keys } from '../../../lib/store/keys.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { START_MS } from '../../lib/make.ts';
import { APP_KEY, registerApp } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask } from './support.ts';

const BUYER = '_000buyer-of-the-tests';
const ID = 'a'.repeat(64);

let hexiao: HexiaoUnderTest;

beforeEach(async () => {
  hexiao = await HexiaoUnderTest.start({ now: () => START_MS });
  // The workers' key, so that the erasure finds what they hashed.
  await hexiao.table.put(keys.buyerKey, { key: 'a key of the tests' });
  await registerApp(hexiao);
});

afterEach(() => hexiao?.stop());

async function bury(over: object = {}): Promise<void> {
  const order = {
    ...{ order_id: '1060000000000000001', account_id: '7300000000000000001', pay_amount: 9_900 },
    ...{ original_amount: 9_900, pay_time: START_MS / 1000 },
  };
  const content = JSON.stringify({ action: 'pay_success', msg_time: START_MS / 1000, order });
  const event = 'life_trade_order_notify';
  const body = JSON.stringify({ event, from_user_id: BUYER, content });
  const { sqs, queues } = hexiao.emulators;
  const message = {
    ...{ type: 'delivery', v: MESSAGE_VERSION, deliveryId: ID, integration: 'douyin-life' },
    ...{ appKey: APP_KEY, receivedAt: toInstant(START_MS), ...packBody(Buffer.from(body)) },
    ...over,
  };
  const MessageBody = JSON.stringify(message);
  await sqs.send(new SendMessageCommand({ QueueUrl: queues.intake.deadLetterUrl, MessageBody }));
}

interface Receipt {
  readonly finishedAt: string | null;
  readonly awaits: readonly string[];
  readonly awaitsOthers: boolean;
}

async function erase(): Promise<{ status: number; receipt: Receipt }> {
  const body = { platform: 'douyin', buyerId: BUYER, reason: '请求' };
  const { status, text } = await ask(hexiao, 'POST', '/v1/erasures', { body });
  return { status, receipt: JSON.parse(text) };
}

/** As `hexiao erase` does: on a machine that has no time, one request may not come to the end of the dead letters. */
async function eraseToTheEnd(): Promise<Receipt> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { status, receipt } = await erase();
    if (status === 200) return receipt;
    expect(receipt.awaits).toEqual([]);
  }
  throw new Error('it was never finished');
}

const buyers = async () => (await hexiao.entries()).map(({ buyer }) => buyer);

describe('an erasure while dead letters wait', () => {
  it('is not finished until they are read, and nothing comes back after it', async () => {
    await bury();
    const waiting = await erase();
    expect(waiting).toMatchObject({ status: 202, receipt: { finishedAt: null, awaits: [ID] } });

    // Redriven and on its way: no dead letter any more, and not read yet.
    await hexiao.call('POST', '/v1/dead-letters/redrive', { queue: 'intake' });
    expect(await erase()).toMatchObject({
      status: 202,
      receipt: { finishedAt: null, awaits: [ID] },
    });

    await hexiao.settle();
    expect(await buyers()).toEqual([expect.stringMatching(/./)]);
    expect(await eraseToTheEnd()).toMatchObject({ finishedAt: toInstant(START_MS), awaits: [] });
    expect(await buyers()).toEqual([null]);
  });

  it('is finished once they are dropped by somebody who says why', async () => {
    await bury();
    await erase();
    await hexiao.call('POST', '/v1/dead-letters/drop', { queue: 'intake', reason: '用户要求' });
    expect(await eraseToTheEnd()).toMatchObject({ awaits: [] });
    expect(await hexiao.entries()).toEqual([]);
  });

  it('waits also for one that nobody can read, and says so', async () => {
    await bury({ type: undefined, deliveryId: undefined });
    expect(await erase()).toMatchObject({
      ...{ status: 202, receipt: { finishedAt: null, awaits: [], awaitsOthers: true } },
    });
  });

  it('does not wait for another platform’s', async () => {
    await bury({ integration: 'meituan' });
    expect(await eraseToTheEnd()).toMatchObject({ awaits: [] });
  });
});
