import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MESSAGE_VERSION, packBody } from '../../../lib/queue/messages.ts';
import { beginWork } from '../../../lib/store/deliveries/unfinished.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { aroundCalls } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, expectProblem, makeProvider, read } from './support.ts';

const SECRET = 'a-buyer-of-the-test';
const NOW_MS = 1_760_000_000_000;
const WHY = '平台已确认为测试数据';

const droppedAnswer = z.strictObject({
  ...{ matched: z.int(), dropped: z.int(), left: z.int(), more: z.boolean() },
  until: z.iso.datetime({ offset: true }),
});

const letter = z.strictObject({
  ...{ letterId: z.string(), queue: z.string(), type: z.string(), receivedAt: z.string() },
  ...{ deliveryId: z.string().nullable(), integration: z.string().nullable() },
  ...{ appKey: z.string().nullable(), work: z.string().nullable() },
  ...{ reason: z.string(), droppedBy: z.literal('operator'), droppedAt: z.string() },
});
const listAnswer = z.strictObject({ letters: z.array(letter), next: z.string().nullable() });

let hexiao: HexiaoUnderTest;

beforeEach(async () => {
  hexiao = await HexiaoUnderTest.start({ now: () => NOW_MS });
});

afterEach(() => hexiao?.stop());

type QueueName = 'intake' | 'attribution';

async function bury(queue: QueueName, ...bodies: (object | string)[]): Promise<void> {
  const { sqs, queues } = hexiao.emulators;
  for (const body of bodies) {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    await sqs.send(new SendMessageCommand({ QueueUrl: queues[queue].deadLetterUrl, MessageBody }));
  }
}

const delivery = (n: number, over: object = {}) => ({
  ...{ type: 'delivery', v: MESSAGE_VERSION, deliveryId: n.toString(16).padStart(64, '0') },
  ...{ integration: 'douyin-life', appKey: 'app', receivedAt: toInstant(NOW_MS) },
  ...packBody(Buffer.from(JSON.stringify({ open_id: SECRET }))),
  ...over,
});

const changed = {
  ...{ type: 'changed', v: MESSAGE_VERSION, of: 'order', platform: 'douyin', id: 'o1' },
};

const drop = async (body: object) =>
  read(
    await ask(hexiao, 'POST', '/v1/dead-letters/drop', { body: { reason: WHY, ...body } }),
    droppedAnswer,
  );

const dropped = async (query = '') =>
  read(await ask(hexiao, 'GET', `/v1/dead-letters/dropped${query}`), listAnswer);

const pipeline = () => hexiao.call<{ idle: boolean; unfinished: number }>('GET', '/v1/pipeline');

describe('POST /v1/dead-letters/drop', () => {
  it('deletes what matches, keeps who did and why, and only then is anything idle', async () => {
    await bury('intake', delivery(1), delivery(2, { integration: 'meituan' }), '{');
    expect(await pipeline()).toMatchObject({ idle: false });

    expect(await drop({ queue: 'intake', filter: { integration: 'meituan' } })).toMatchObject({
      ...{ matched: 1, dropped: 1, left: 2, more: false },
    });
    expect(await pipeline()).toMatchObject({ idle: false });
    expect(await drop({ queue: 'intake' })).toMatchObject({ dropped: 2, left: 0 });

    expect(await pipeline()).toMatchObject({ idle: true });
    const { letters } = await dropped();
    expect(letters.map(({ type }) => type).toSorted()).toEqual([
      ...['delivery', 'delivery', 'unreadable'],
    ]);
    expect(letters[0]).toMatchObject({
      ...{ letterId: delivery(1).deliveryId, deliveryId: delivery(1).deliveryId, reason: WHY },
      ...{ queue: 'intake', work: null, droppedAt: toInstant(NOW_MS) },
    });
    expect(JSON.stringify(letters)).not.toContain(SECRET);
  });

  it('ends the unfinished work that a letter stood for: nobody sends it again', async () => {
    await beginWork(hexiao.table, 'unfinished', JSON.stringify(changed), toInstant(NOW_MS), NOW_MS);
    await bury('attribution', { ...changed, unfinished: true });
    expect(await pipeline()).toMatchObject({ unfinished: 1, idle: false });

    await drop({ queue: 'attribution', filter: { type: 'changed' } });

    expect(await pipeline()).toMatchObject({ unfinished: 0, idle: true });
    expect((await dropped()).letters).toMatchObject([{ work: JSON.stringify(changed) }]);
  });

  it('by a delivery’s id drops that one', async () => {
    await bury('intake', delivery(1), delivery(2));
    const { deliveryId } = delivery(2);
    expect(await drop({ queue: 'intake', filter: { deliveryId } })).toMatchObject({ dropped: 1 });
    expect((await dropped()).letters.map((each) => each.deliveryId)).toEqual([deliveryId]);
  });

  it('in a dry run drops nothing', async () => {
    await bury('intake', delivery(1));
    expect(await drop({ queue: 'intake', dryRun: true })).toMatchObject({ matched: 1, dropped: 0 });
    expect((await dropped()).letters).toEqual([]);
    expect(await pipeline()).toMatchObject({ idle: false });
  });

  it('that dies between the record and the delete has lost no letter', async () => {
    await bury('intake', delivery(1));
    let isArmed = true;
    aroundCalls(hexiao.emulators.sqs, async (next, { command }) => {
      if (!isArmed || command !== 'DeleteMessageBatchCommand') return next();
      throw new Error('killed');
    });
    const body = { queue: 'intake', reason: WHY };
    expect((await ask(hexiao, 'POST', '/v1/dead-letters/drop', { body })).status).toBe(500);
    isArmed = false;
    expect(await pipeline()).toMatchObject({ queues: { intake: { dead: 1 } }, idle: false });
  });

  it('is listed page after page, each letter once', async () => {
    await bury('intake', ...Array.from({ length: 12 }, (_, n) => delivery(n * 16 ** 63 || 1)));
    await bury(
      'attribution',
      ...Array.from({ length: 12 }, (_, n) => ({ ...changed, id: `${n}` })),
    );
    await drop({ queue: 'intake' });
    await drop({ queue: 'attribution' });
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: z.infer<typeof listAnswer> = await dropped(`?limit=5&cursor=${cursor}`);
      ids.push(...page.letters.map(({ letterId }) => letterId));
      cursor = page.next;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual((await dropped('?limit=200')).letters.map(({ letterId }) => letterId));
  });

  it.each([
    {},
    { queue: 'intake' },
    { queue: 'intake', reason: '  ' },
    { queue: 'other', reason: WHY },
    { queue: 'intake', reason: 'x'.repeat(501) },
  ])('without a reason or a queue is refused: %j', async (body) => {
    const reply = await ask(hexiao, 'POST', '/v1/dead-letters/drop', { body });
    expectProblem(reply, 400, 'request-invalid');
  });

  it('is the operator’s alone', async () => {
    const token = await makeProvider(hexiao, 'p1');
    const body = { queue: 'intake', reason: WHY };
    const reply = await ask(hexiao, 'POST', '/v1/dead-letters/drop', { body, token });
    expectProblem(reply, 403, 'role-forbidden');
    expectProblem(
      await ask(hexiao, 'GET', '/v1/dead-letters/dropped', { token }),
      ...([403, 'role-forbidden'] as const),
    );
  });
});
