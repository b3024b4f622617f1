import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Emulators, startEmulators } from '../../infra/local/emulators.ts';
import type { Fields } from '../../lib/log/fields.ts';
import { processBatch } from '../../lib/queue/batch.ts';
import {
  attributionMessageSchema,
  type IntakeMessage,
  intakeMessageSchema,
  packBody,
  unpackBody,
} from '../../lib/queue/messages.ts';
import { Queue, readDepth } from '../../lib/queue/queue.ts';

const batchSchema = z.object({ Entries: z.array(z.object({ MessageBody: z.string() })) });

describe('a body in a message', () => {
  test('comes back as the bytes it was, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_096, size: 'max' }), (bytes) => {
        expect(Buffer.from(unpackBody(packBody(bytes))).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([0, 1, 1_023, 1_024, 1_025, 256 * 1024])('of %i bytes comes back whole', (length) => {
    // Prepare
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    // Act
    const message = packBody(bytes);
    // Assess
    expect(Buffer.compare(Buffer.from(unpackBody(message)), Buffer.from(bytes))).toBe(0);
    expect(message.body).toMatch(/^[A-Za-z0-9+/]*=*$/);
  });

  test('of 256 KiB of JSON becomes small enough for a queue', () => {
    const body = Buffer.from(JSON.stringify({ event: 'x', list: Array(20_000).fill('核销') }));
    expect(packBody(body).body.length).toBeLessThan(body.byteLength / 10);
  });

  test('that was not packed by us is refused', () => {
    const body = Buffer.from('no brotli').toString('base64');
    expect(() => unpackBody({ body, packed: true })).toThrow();
  });

  test('that would grow without end is refused', () => {
    // Prepare: 64 MiB of zeros in a few bytes
    const bomb = packBody(new Uint8Array(64 * 1024 * 1024));
    // Act, Assess
    expect(bomb.body.length).toBeLessThan(1_000);
    expect(() => unpackBody(bomb)).toThrow();
  });
});

describe('messages', () => {
  const store = { platform: 'douyin', storeId: 's', merchantId: 'm', hours: ['09'] };
  const ROLLUP = { type: 'rollup', v: 1, providerId: 'p', day: '2025-02-01', stores: [store] };

  test('on the attribution queue that are whole are read as they are', () => {
    expect(attributionMessageSchema.parse(ROLLUP)).toEqual(ROLLUP);
  });

  test.each([
    ['a version two ahead', { type: 'hint', v: 3, deliveryId: 'x' }],
    ['an unknown type', { type: 'other', v: 1 }],
    ['a missing id', { type: 'hint', v: 1 }],
    ['no object', 'hint'],
  ])('on the intake queue of %s are refused', (_what, value) => {
    expect(intakeMessageSchema.safeParse(value).success).toBe(false);
  });

  test.each([
    ['a platform nobody knows', { type: 'changed', v: 1, of: 'voucher', platform: 'x', id: '1' }],
    ['a day that is not', { ...ROLLUP, day: '2025-02-30' }],
    ['an hour that is not', { ...ROLLUP, stores: [{ ...store, hours: ['24'] }] }],
  ])('on the attribution queue with %s are refused', (_what, value) => {
    expect(attributionMessageSchema.safeParse(value).success).toBe(false);
  });
});

describe('a batch', () => {
  const numbered = z.object({ n: z.int() });
  const record = (messageId: string, body: string) => ({ messageId, body });
  const logged = () => {
    const lines: [string, Fields | undefined][] = [];
    return {
      lines,
      log: (_level: string, what: string, fields?: Fields) => {
        lines.push([what, fields]);
      },
    };
  };

  test('is worked on together, and all of it is done when nothing failed', async () => {
    // Prepare
    const Records = [1, 2, 3].map((n) => record(`m${n}`, JSON.stringify({ n })));
    const seen: number[][] = [];
    // Act
    const answer = await processBatch(
      { Records },
      (value) => numbered.parse(value),
      async (received) => {
        seen.push(received.map(({ message }) => message.n));
      },
      logged().log,
    );
    // Assess
    expect(seen).toEqual([[1, 2, 3]]);
    expect(answer).toEqual({ batchItemFailures: [] });
  });

  test('fails only for what nobody can read and what the worker gives back', async () => {
    // Prepare
    const Records = [
      record('good', '{"n":1}'),
      record('no-json', '{"n":'),
      record('bad', '{"n":2}'),
      record('no-number', '{"n":"x"}'),
      record('empty', ''),
    ];
    const { lines, log } = logged();
    // Act
    const answer = await processBatch(
      { Records },
      (value) => numbered.parse(value),
      async (received) => {
        for (const { message, fail } of received) {
          if (message.n === 2) {
            fail(new Error('not today'));
            fail(new Error('nor tomorrow'));
          }
        }
      },
      log,
    );
    // Assess
    const failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
    expect(failed).toEqual(['bad', 'empty', 'no-json', 'no-number']);
    expect(lines.every(([what]) => what === 'message-failed')).toBe(true);
  });

  test('of nothing readable calls no worker', async () => {
    // Prepare
    let isCalled = false;
    // Act
    const answer = await processBatch(
      { Records: [record('a', 'x')] },
      (value) => numbered.parse(value),
      async () => {
        isCalled = true;
      },
      logged().log,
    );
    // Assess
    expect(isCalled).toBe(false);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'a' }]);
  });

  test('fails whole when its worker throws, so that nothing is lost', async () => {
    const work = async () => {
      throw new Error('the table is gone');
    };
    const batch = { Records: [record('a', '{"n":1}')] };
    await expect(
      processBatch(batch, (value) => numbered.parse(value), work, logged().log),
    ).rejects.toThrow('the table is gone');
  });

  test('logs nothing of a message that nobody can read', async () => {
    // Prepare
    const { lines, log } = logged();
    const Records = [
      record('a', 'x13800138000'),
      record('b', '{"n":"13800138000"}'),
      record('c', '{"phone":13800138000,}'),
    ];
    // Act
    await processBatch(
      { Records },
      (value) => numbered.parse(value),
      async () => {},
      log,
    );
    // Assess
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toMatch(/1380|phone/);
  });
});

describe('a queue', () => {
  let emulators: Emulators;
  let url: string;

  beforeAll(async () => {
    emulators = await startEmulators();
    url = emulators.queues.intake.url;
  });

  afterAll(async () => {
    await emulators?.stop();
  });

  const queue = () => new Queue<IntakeMessage>(emulators.sqs, url);
  const hint = (deliveryId: string): IntakeMessage => ({ type: 'hint', v: 1, deliveryId });

  /** Takes everything that is there. */
  async function drain(): Promise<IntakeMessage[]> {
    const taken: Message[] = [];
    for (let round = 0; round < 50; round += 1) {
      const { Messages = [] } = await emulators.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) break;
      for (const { ReceiptHandle } of Messages) {
        await emulators.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      }
      taken.push(...Messages);
    }
    return taken.map(({ Body = '' }) => intakeMessageSchema.parse(JSON.parse(Body)));
  }

  const ids = (messages: readonly IntakeMessage[]) =>
    messages.map((message) => ('deliveryId' in message ? message.deliveryId : '')).sort();

  test('carries a delivery of any bytes', async () => {
    // Prepare
    const body = Uint8Array.from({ length: 3_000 }, (_, index) => index % 256);
    const message: IntakeMessage = {
      type: 'delivery',
      v: 1,
      deliveryId: 'a',
      integration: 'douyin-life',
      appKey: 'aw0000000000test',
      receivedAt: '2025-10-09T16:53:20.000+08:00',
      ...packBody(body),
    };
    // Act
    await queue().send(message);
    // Assess
    const [received] = await drain();
    expect(received).toEqual(message);
    expect(received?.type === 'delivery' && unpackBody(received)).toEqual(body);
  });

  test.each([0, 1, 9, 10, 11, 37])('carries %i messages sent together', async (count) => {
    // Prepare
    const messages = Array.from({ length: count }, (_, index) => hint(`d${index}`));
    // Act
    await queue().sendAll(messages);
    // Assess
    expect(ids(await drain())).toEqual(ids(messages));
  });

  /** A client that says what it would send, and answers as told. */
  function recordingClient(answer: object) {
    const batches: string[][] = [];
    const client = new SQSClient({ region: 'us-east-1', endpoint: emulators.queueUrl });
    client.middlewareStack.add(
      () => async (args) => {
        const { Entries } = batchSchema.parse(args.input);
        batches.push(Entries.map((entry) => entry.MessageBody));
        return { response: undefined, output: { ...answer, $metadata: {} } };
      },
      { step: 'initialize' },
    );
    return { client, batches };
  }

  test('sends no batch of more than ten messages or 256 KiB', async () => {
    // Prepare
    const { client, batches } = recordingClient({});
    const messages = [
      ...Array.from({ length: 5 }, (_, index) => hint(`${index}${'核'.repeat(40_000)}`)),
      ...Array.from({ length: 25 }, (_, index) => hint(`d${index}`)),
    ];
    // Act
    await new Queue<IntakeMessage>(client, url).sendAll(messages);
    // Assess
    for (const bodies of batches) {
      expect(bodies.length).toBeLessThanOrEqual(10);
      const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
      expect(bytes).toBeLessThanOrEqual(256 * 1024);
    }
    expect(batches.flat()).toEqual(messages.map((message) => JSON.stringify(message)));
    client.destroy();
  });

  test('carries messages that are together larger than a batch may be', async () => {
    // Prepare: five of 100 KB each
    const messages = Array.from({ length: 5 }, (_, index) =>
      hint(`${index}${'x'.repeat(100_000)}`),
    );
    // Act
    await queue().sendAll(messages);
    // Assess
    expect(ids(await drain())).toEqual(ids(messages));
  });

  test('keeps a delayed message back, and counts it as waiting', async () => {
    // Act: longer than SQS allows is as long as it allows
    await queue().sendAll([hint('later')], 100_000);
    await queue().send(hint('later too'), 60);
    // Assess
    expect(await drain()).toEqual([]);
    expect(await readDepth(emulators.sqs, url)).toEqual({ waiting: 2, inFlight: 0 });
  });

  test('that is not there throws, so that nothing is acknowledged', async () => {
    // Prepare
    const gone = new Queue<IntakeMessage>(emulators.sqs, `${url}-gone`);
    // Act, Assess
    await expect(gone.send(hint('x'))).rejects.toThrow();
    await expect(gone.sendAll([hint('x')])).rejects.toThrow();
  });

  test('that refuses one message of a batch throws', async () => {
    // Prepare
    const { client } = recordingClient({
      Failed: [{ Id: '1', SenderFault: false, Code: 'InternalError' }],
    });
    // Act, Assess
    const refusing = new Queue<IntakeMessage>(client, url);
    await expect(refusing.sendAll([hint('a'), hint('b')])).rejects.toThrow('refused 1 of 2');
    client.destroy();
  });
});
