import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../../infra/local/emulators.ts';
import { QUEUES } from '../../../infra/topology.ts';
import { runs } from '../../support/long.ts';
import { MemoryQueues } from './queues.ts';
import { MemorySqs } from './sqs.ts';

let emulators: Emulators;
let nowMs = 1_760_000_000_000;

/** A queue with its dead letters, wherever it is. */
interface Place {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly deadLetterUrl: string;
}
let there: Place;

const { maxReceiveCount, visibilityTimeoutSeconds } = QUEUES.intake;

function inMemory(choose?: (visible: number) => number): Place & { readonly queues: MemoryQueues } {
  const queues = new MemoryQueues({ now: () => nowMs, ...(choose && { choose }) });
  const memory = new MemorySqs(queues);
  const deadLetterUrl = memory.create('dead', { visibilitySeconds: 30 });
  const url = memory.create('queue', {
    visibilitySeconds: visibilityTimeoutSeconds,
    redrive: { maxReceives: maxReceiveCount, deadLetterUrl },
  });
  return { sqs: memory.client, url, deadLetterUrl, queues };
}

beforeAll(async () => {
  emulators = await startEmulators();
  there = { sqs: emulators.sqs, ...emulators.queues.intake };
});

beforeEach(async () => {
  for (const url of [there.url, there.deadLetterUrl]) {
    await there.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  }
});

afterAll(() => emulators?.stop());

const receive = ({ sqs, url: QueueUrl }: Pick<Place, 'sqs' | 'url'>, most = 10) =>
  sqs
    .send(
      new ReceiveMessageCommand({
        ...{ QueueUrl, MaxNumberOfMessages: most, WaitTimeSeconds: 0 },
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      }),
    )
    .then(({ Messages = [] }) => Messages);

const send = ({ sqs, url: QueueUrl }: Place, MessageBody: string, DelaySeconds?: number) =>
  sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody, ...(DelaySeconds && { DelaySeconds }) }),
  );

const depth = async ({ sqs, url: QueueUrl }: Place) => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Attributes;
};

/** What was received, without what each place names for itself. */
const shown = (messages: readonly Message[]) =>
  messages
    .map(({ Body, Attributes }) => `${Body} ${Attributes?.ApproximateReceiveCount}`)
    .sort((a, b) => (a < b ? -1 : 1));

const nameOf = (error: unknown) => {
  const name = error instanceof Error ? error.name : 'none';
  return name.split('.').at(-1);
};

type Step =
  | { readonly what: 'send'; readonly bodies: readonly string[] }
  | { readonly what: 'receive' }
  | { readonly what: 'delete' | 'show' | 'delete again' | 'show again'; readonly body: string };

const body = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .uniqueArray(body, { minLength: 1, maxLength: 3 })
    .map((bodies): Step => ({ what: 'send', bodies })),
  fc.constant<Step>({ what: 'receive' }),
  fc
    .tuple(fc.constantFrom('delete', 'show', 'show', 'delete again', 'show again'), body)
    .map(([what, one]) => ({ what, body: one }) as Step),
);

/** Does each step, and says what came of it. */
async function play(place: Place, steps: readonly Step[]): Promise<unknown[]> {
  const { sqs, url: QueueUrl } = place;
  const outcomes: unknown[] = [];
  const held = new Map<string, string>();
  const gone = new Map<string, string>();
  for (const one of steps) {
    try {
      if (one.what === 'send') {
        const Entries = one.bodies.map((MessageBody) => ({ Id: MessageBody, MessageBody }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      } else if (one.what === 'receive') {
        const messages = await receive(place);
        for (const { Body = '', ReceiptHandle = '' } of messages) held.set(Body, ReceiptHandle);
        outcomes.push(shown(messages));
      } else {
        const isAgain = one.what.endsWith('again');
        const ReceiptHandle = (isAgain ? gone : held).get(one.body);
        if (ReceiptHandle === undefined) continue;
        held.delete(one.body);
        gone.set(one.body, ReceiptHandle);
        const input = { QueueUrl, ReceiptHandle };
        if (one.what.startsWith('delete')) await sqs.send(new DeleteMessageCommand(input));
        else await sqs.send(new ChangeMessageVisibilityCommand({ ...input, VisibilityTimeout: 0 }));
      }
      outcomes.push(await depth(place));
    } catch (error) {
      outcomes.push(nameOf(error));
    }
  }
  outcomes.push(shown(await receive({ ...place, url: place.deadLetterUrl })));
  return outcomes;
}

describe('the queues in memory', () => {
  test('answer whatever is done to them as the emulator does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        for (const QueueUrl of [there.url, there.deadLetterUrl]) {
          await there.sqs.send(new PurgeQueueCommand({ QueueUrl }));
        }
        // Each body once, so that both places hand out the same.
        const sent = new Set<string>();
        const once = steps.map((one): Step => {
          if (one.what !== 'send') return one;
          const bodies = one.bodies.filter((each) => !sent.has(each));
          for (const each of bodies) sent.add(each);
          return bodies.length === 0 ? { what: 'receive' } : { what: 'send', bodies };
        });
        expect(await play(inMemory(), once)).toEqual(await play(there, once));
      }),
      { numRuns: runs(300) },
    );
  });

  test('give up a message that was received too often, here and there', async () => {
    const back = Array.from({ length: maxReceiveCount + 1 }, (): Step[] => [
      { what: 'receive' },
      { what: 'show', body: 'a' },
    ]).flat();
    const steps: Step[] = [{ what: 'send', bodies: ['a'] }, ...back];
    const here = await play(inMemory(), steps);
    expect(here).toEqual(await play(there, steps));
    expect(here.at(-1)).toHaveLength(1);
  });

  test.each([
    ['eleven entries', Array.from({ length: 11 }, (_, n) => ({ Id: String(n), MessageBody: 'x' }))],
    ['no entry', []],
    [
      'an id that stands twice',
      [
        { Id: '1', MessageBody: 'x' },
        { Id: '1', MessageBody: 'y' },
      ],
    ],
  ])('refuse a batch with %s, here and there, by the same name', async (_what, Entries) => {
    const names = await Promise.all(
      [inMemory(), there].map(({ sqs, url: QueueUrl }) =>
        sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })).catch(nameOf),
      ),
    );
    expect(names[0]).toBe(names[1]);
    expect(names[0]).toBeTypeOf('string');
  });

  test('take back a batch of deletions entry by entry, here and there', async () => {
    for (const place of [inMemory(), there]) {
      await send(place, 'a');
      const [message] = await receive(place);
      const { Successful } = await place.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: place.url,
          Entries: [{ Id: '0', ReceiptHandle: message?.ReceiptHandle }],
        }),
      );
      expect(Successful).toHaveLength(1);
      expect(await receive(place)).toEqual([]);
    }
  });

  test('show nothing before its time, and again when nobody deleted it in time', async () => {
    const place = inMemory();
    await send(place, 'a', 5);
    expect(await receive(place)).toEqual([]);
    expect(place.queues.nextVisibleMs(place.url)).toBe(nowMs + 5_000);
    nowMs += 5_000;
    expect(shown(await receive(place))).toEqual(['a 1']);
    nowMs += visibilityTimeoutSeconds * 1000 - 1;
    expect(await receive(place)).toEqual([]);
    nowMs += 1;
    expect(shown(await receive(place))).toEqual(['a 2']);
  });

  test('hand out in whatever order somebody chooses', async () => {
    const place = inMemory((visible) => visible - 1);
    for (const one of ['a', 'b', 'c']) await send(place, one);
    expect((await receive(place)).map(({ Body }) => Body)).toEqual(['c', 'b', 'a']);
  });

  test('let a caller die after its message was taken', async () => {
    const place = inMemory();
    const lost = new MemorySqs(place.queues, async () => ({
      after: () => {
        throw new Error('the answer was lost');
      },
    }));
    await expect(send({ ...place, sqs: lost.client }, 'a')).rejects.toThrow('the answer was lost');
    expect(shown(await receive(place))).toEqual(['a 1']);
  });
});
