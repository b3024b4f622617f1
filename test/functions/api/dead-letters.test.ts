import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MESSAGE_VERSION, packBody } from '../../../lib/queue/messages.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { aroundCalls } from '../../support/around.ts';
import { registerApp } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, expectProblem, makeProvider, read } from './support.ts';

const SECRET = 'a-buyer-of-the-test';

const letter = z.strictObject({
  type: z.string(),
  deliveryId: z.string().nullable(),
  integration: z.string().nullable(),
  appKey: z.string().nullable(),
  receivedAt: z.iso.datetime({ offset: true }),
  receiveCount: z.int(),
});

const listAnswer = z.strictObject({
  queue: z.enum(['intake', 'attribution']),
  groups: z.array(
    z.strictObject({
      ...{ type: z.string(), integration: z.string().nullable(), appKey: z.string().nullable() },
      ...{ count: z.int(), oldestAt: z.string(), newestAt: z.string() },
    }),
  ),
  letters: z.array(letter),
  more: z.boolean(),
});

const redriveAnswer = z.strictObject({
  matched: z.int(),
  moved: z.int(),
  left: z.int(),
  more: z.boolean(),
  until: z.iso.datetime({ offset: true }),
});

type QueueName = 'intake' | 'attribution';

let hexiao: HexiaoUnderTest;

beforeEach(async () => {
  hexiao = await HexiaoUnderTest.start();
});

afterEach(() => hexiao?.stop());

async function bury(queue: QueueName, ...bodies: (object | string)[]): Promise<void> {
  const { sqs, queues } = hexiao.emulators;
  for (const body of bodies) {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    await sqs.send(new SendMessageCommand({ QueueUrl: queues[queue].deadLetterUrl, MessageBody }));
  }
}

function delivery(n: number, over: object = {}): object {
  return {
    ...{ type: 'delivery', v: MESSAGE_VERSION, deliveryId: n.toString(16).padStart(64, '0') },
    ...{ integration: 'douyin-life', appKey: 'app', receivedAt: toInstant(1_760_000_000_000 + n) },
    ...packBody(Buffer.from(JSON.stringify({ open_id: SECRET }))),
    ...over,
  };
}

const changed = (id: string) => ({
  ...{ type: 'changed', v: MESSAGE_VERSION, of: 'voucher', platform: 'douyin', id },
});

const list = async (queue: QueueName, more = '') =>
  read(await ask(hexiao, 'GET', `/v1/dead-letters?queue=${queue}${more}`), listAnswer);

const redrive = async (body: object) =>
  read(await ask(hexiao, 'POST', '/v1/dead-letters/redrive', { body }), redriveAnswer);

async function standing(queue: QueueName): Promise<{ waiting: number; dead: number }> {
  type Pipeline = { queues: Record<QueueName, { waiting: number; dead: number }> };
  const { waiting, dead } = (await hexiao.call<Pipeline>('GET', '/v1/pipeline')).queues[queue];
  return { waiting, dead };
}

describe('GET /v1/dead-letters', () => {
  it('shows what was given up, grouped, without its body, and leaves it there', async () => {
    await bury('intake', delivery(1), delivery(2), delivery(3, { integration: 'meituan' }), '{');

    const reply = await ask(hexiao, 'GET', '/v1/dead-letters?queue=intake');

    const { groups, letters, more } = read(reply, listAnswer);
    expect(groups).toHaveLength(3);
    expect(groups).toContainEqual({
      ...{ type: 'delivery', integration: 'douyin-life', appKey: 'app', count: 2 },
      oldestAt: toInstant(1_760_000_000_001),
      newestAt: toInstant(1_760_000_000_002),
    });
    expect(groups.map(({ type }) => type)).toContain('unreadable');
    const ids = letters.map(({ deliveryId }) => deliveryId?.at(-1) ?? 'none');
    expect(ids.toSorted()).toEqual(['1', '2', '3', 'none']);
    expect(more).toBe(false);
    expect(reply.text).not.toContain(SECRET);
    expect(reply.text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 12));
    expect(await standing('intake')).toEqual({ waiting: 0, dead: 4 });
    expect((await list('intake')).letters).toHaveLength(4);
  });

  it('shows as many as requested, says that there are more, and holds none back', async () => {
    await bury('attribution', ...Array.from({ length: 25 }, (_, n) => changed(`${n}`)));
    const first = await list('attribution', '&limit=12');
    expect(first).toMatchObject({ more: true, groups: [{ type: 'changed', count: 12 }] });
    const all = await list('attribution', '&limit=100');
    expect(all).toMatchObject({ more: false, groups: [{ type: 'changed', count: 25 }] });
    // The second look saw those of the first again.
    expect(Math.max(...all.letters.map(({ receiveCount }) => receiveCount))).toBe(2);
  });
});

describe('POST /v1/dead-letters/redrive', () => {
  it('moves what matches back to its queue as it is, marked as redriven, and leaves the rest', async () => {
    const moving = [delivery(1), delivery(2)];
    const staying = [delivery(3, { integration: 'meituan' }), delivery(4, { appKey: 'other' })];
    await bury('intake', ...moving, ...staying, 'not ours');
    const filter = { type: 'delivery', integration: 'douyin-life', appKey: 'app' };

    expect(await redrive({ queue: 'intake', filter })).toMatchObject({
      ...{ matched: 2, moved: 2, left: 3, more: false },
    });

    const bodies = (await hexiao.takeBatch('intake')).map(({ Body = '' }) => Body);
    expect(bodies.toSorted()).toEqual(
      moving.map((each) => JSON.stringify({ redriven: true, ...each })),
    );
    expect((await list('intake')).letters).toHaveLength(3);
  });

  it('in a dry run counts what it would move, and moves nothing', async () => {
    await bury('attribution', changed('1'), changed('2'), { ...changed('3'), type: 'rollup' });
    const body = { queue: 'attribution', filter: { type: 'changed' }, dryRun: true };
    expect(await redrive(body)).toMatchObject({ matched: 2, moved: 0, left: 3, more: false });
    expect(await standing('attribution')).toEqual({ waiting: 0, dead: 3 });
    expect(await redrive({ ...body, dryRun: false })).toMatchObject({
      matched: 2,
      moved: 2,
      left: 1,
    });
  });

  it('keeps to a window of times: from after, up to before', async () => {
    await bury('intake', ...[1, 2, 3, 4].map((n) => delivery(n)));
    const at = (n: number) => toInstant(1_760_000_000_000 + n);
    const filter = { after: at(2), before: at(4) };
    expect(await redrive({ queue: 'intake', filter, dryRun: true })).toMatchObject({ matched: 2 });
  });

  it('without a filter moves all, more than a batch, and what it moved is done', async () => {
    await registerApp(hexiao);
    await bury('attribution', ...Array.from({ length: 33 }, (_, n) => changed(`${n}`)));
    expect(await redrive({ queue: 'attribution' })).toMatchObject({ moved: 33, left: 0 });
    await hexiao.settle();
    expect(await standing('attribution')).toEqual({ waiting: 0, dead: 0 });
  });

  it('leaves what was sent after the time that an earlier answer gave: no message goes round for ever', async () => {
    const { until } = await redrive({ queue: 'intake' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bury('intake', delivery(1));
    expect(await redrive({ queue: 'intake', until })).toMatchObject({ moved: 0, left: 1 });
  });

  it('that dies between sending and deleting has doubled a message and lost none', async () => {
    // Prepare: the first delete never goes out
    await bury('intake', delivery(1), delivery(2));
    let isArmed = true;
    aroundCalls(hexiao.emulators.sqs, async (next, { command }) => {
      if (!isArmed || command !== 'DeleteMessageBatchCommand') return next();
      throw new Error('killed');
    });
    // Act
    expect(
      (await ask(hexiao, 'POST', '/v1/dead-letters/redrive', { body: { queue: 'intake' } })).status,
    ).toBe(500);
    isArmed = false;
    // Assess
    expect(await standing('intake')).toEqual({ waiting: 2, dead: 2 });
  });
});

describe('dead letters', () => {
  it.each([
    ['GET', '/v1/dead-letters', undefined],
    ['GET', '/v1/dead-letters?queue=other', undefined],
    ['GET', '/v1/dead-letters?queue=intake&limit=0', undefined],
    ['POST', '/v1/dead-letters/redrive', {}],
    ['POST', '/v1/dead-letters/redrive', { queue: 'intake', filter: { before: 'yesterday' } }],
    ['POST', '/v1/dead-letters/redrive', { queue: 'intake', filter: { kind: 'x' } }],
  ])('%s %s with %j is refused', async (method, path, body) => {
    expectProblem(await ask(hexiao, method, path, body && { body }), 400, 'request-invalid');
  });

  it('are the operator’s alone', async () => {
    const token = await makeProvider(hexiao, 'p1');
    const body = { queue: 'intake' };
    for (const [method, path] of [
      ['GET', '/v1/dead-letters?queue=intake'],
      ['POST', '/v1/dead-letters/redrive'],
    ] as const) {
      const asking = method === 'POST' ? { body } : {};
      expectProblem(await ask(hexiao, method, path, { ...asking, token }), 403, 'role-forbidden');
      expectProblem(
        await ask(hexiao, method, path, { ...asking, token: null }),
        401,
        'token-missing',
      );
    }
  });
});
