import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  type DouyinUnderTest,
  post,
  postAll,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, read } from './support.ts';

const depth = z.strictObject({ waiting: z.int(), inFlight: z.int(), dead: z.int() });

const answer = z.strictObject({
  queues: z.strictObject({ intake: depth, attribution: depth, notices: depth }),
  hints: z.int(),
  unfinished: z.int(),
  behind: z.int(),
  parked: z.int(),
  quarantined: z.int(),
  idle: z.boolean(),
  losing: z.strictObject({
    ...{ businessDay: z.iso.date(), lossAlarmBp: z.int(), apps: z.array(z.unknown()) },
  }),
});

const EMPTY = { waiting: 0, inFlight: 0, dead: 0 };
const NOTHING = {
  queues: { intake: EMPTY, attribution: EMPTY, notices: EMPTY },
  ...{ hints: 0, unfinished: 0, behind: 0, parked: 0, quarantined: 0, idle: true },
  losing: { businessDay: '2025-10-08', lossAlarmBp: 100, apps: [] },
};

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;
let platformIsDown: boolean;

beforeEach(async () => {
  platformIsDown = false;
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({
    fetch: async (input, init) => {
      if (platformIsDown) throw new TypeError('fetch failed');
      return douyin.fetch(input, init);
    },
    now: () => SAMPLE_TIME,
  });
  await registerApp(hexiao);
});

afterEach(() => hexiao?.stop());

async function pipeline(): Promise<z.infer<typeof answer>> {
  return read(await ask(hexiao, 'GET', '/v1/pipeline'), answer);
}

/** A sale and its redemption: two messages. */
function messages() {
  const { world } = douyin;
  const { accountId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId, name: '店', city: '成都' });
  const { productId } = world.addProduct({ accountId, name: '券', priceFen: 1_000 });
  const { certificates } = world.sell({ productId });
  world.redeem(certificates[0]?.certificateId ?? '', poiId);
  return world.takeOutbox();
}

describe('GET /v1/pipeline', () => {
  it('is idle when nothing ever came', async () => {
    expect(await pipeline()).toEqual(NOTHING);
  });

  it('counts what waits and what a worker has in its hands, on every queue, until all is done', async () => {
    await postAll(hexiao, messages());
    expect(await pipeline()).toMatchObject({
      queues: { intake: { waiting: 2, inFlight: 0 } },
      idle: false,
    });

    const intake = await hexiao.takeBatch('intake');
    expect(await pipeline()).toMatchObject({
      queues: { intake: { waiting: 0, inFlight: 2 }, attribution: EMPTY, notices: EMPTY },
      idle: false,
    });

    await hexiao.giveBack('intake', intake);
    expect((await pipeline()).queues.intake).toMatchObject({ waiting: 2, inFlight: 0 });
    await hexiao.step('intake');
    const told = await pipeline();
    expect(told.queues.intake).toEqual(EMPTY);
    expect(told.queues.attribution.waiting).toBeGreaterThan(0);
    expect(told.idle).toBe(false);

    const changed = await hexiao.takeBatch('attribution');
    const working = await pipeline();
    expect(working.queues.attribution.inFlight).toBe(changed.length);
    expect(working.idle).toBe(false);

    await hexiao.giveBack('attribution', changed);
    await hexiao.settle();
    expect(await pipeline()).toEqual(NOTHING);
  });

  it('is not idle while a hint waits for a platform that does not answer, and is once it did', async () => {
    platformIsDown = true;
    await postAll(hexiao, messages());
    await hexiao.settle();
    const waiting = await pipeline();
    expect(waiting).toMatchObject({ hints: 1, parked: 0, quarantined: 0, idle: false });
    // The message that wakes it is delayed, and counts as waiting.
    expect(waiting.queues.intake).toEqual({ waiting: 1, inFlight: 0, dead: 0 });

    platformIsDown = false;
    await hexiao.settleUntil(async () => (await pipeline()).idle);
    expect(await pipeline()).toEqual(NOTHING);
  });

  it('is not idle while a hint waits, though its message got lost', async () => {
    platformIsDown = true;
    await postAll(hexiao, messages());
    await hexiao.settle();
    const { sqs, queues } = hexiao.emulators;
    await expect.poll(() => hexiao.takeBatch('intake')).toHaveLength(1);
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queues.intake.deadLetterUrl, MessageBody: 'x' }),
    );
    expect(await pipeline()).toMatchObject({ hints: 1, idle: false });
  });

  it('counts what was parked and quarantined, once each, and is idle with them', async () => {
    const unknown = ['life_of_tomorrow', 'life_of_yesterday'].map((event) =>
      JSON.stringify({ event, content: '{}' }),
    );
    const unreadable = ['not JSON', '{"event":"life_trade_order_notify","content":"{}"}', '[]'];
    for (const body of [...unknown, ...unreadable, ...unknown, ...unreadable]) {
      expect((await post(hexiao, body)).status).toBe(200);
    }
    expect((await pipeline()).idle).toBe(false);
    await hexiao.settle();
    expect(await pipeline()).toEqual({ ...NOTHING, parked: 2, quarantined: 3 });
  });

  it('is not idle while anything is dead', async () => {
    const { sqs, queues } = hexiao.emulators;
    for (const QueueUrl of [queues.intake.deadLetterUrl, queues.attribution.deadLetterUrl]) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'given up' }));
    }
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queues.intake.deadLetterUrl, MessageBody: 'given up' }),
    );
    const { queues: shown, idle } = await pipeline();
    expect([shown.intake.dead, shown.attribution.dead]).toEqual([2, 1]);
    expect(idle).toBe(false);
  });

  it('counts a message that no worker can read as dead in the end', async () => {
    const { sqs, queues } = hexiao.emulators;
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.attribution.url, MessageBody: '{}' }));
    await hexiao.settle();
    expect((await pipeline()).queues.attribution).toEqual({ waiting: 0, inFlight: 0, dead: 1 });
  });
});
