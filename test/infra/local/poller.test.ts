import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulators, startEmulators } from '../../../infra/local/emulators.ts';
import { type LambdaSqsEvent, Poller } from '../../../infra/local/poller.ts';
import { QUEUES } from '../../../infra/topology.ts';
import { silent } from '../../../lib/log/log.ts';
import { readDepth } from '../../../lib/queue/queue.ts';

describe('the event source mapping of the local run', () => {
  let emulators: Emulators;

  beforeAll(async () => {
    emulators = await startEmulators();
  });

  afterAll(() => emulators?.stop());

  it('deletes what was done, and gives what failed to the dead-letter queue after its last receive', async () => {
    const { url, deadLetterUrl } = emulators.queues.intake;
    const events: LambdaSqsEvent[] = [];
    for (const body of ['good', 'bad', 'good']) {
      await emulators.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    }
    const poller = new Poller({
      sqs: emulators.sqs,
      queue: 'intake',
      url,
      batchSize: 50,
      retrySeconds: 0,
      log: silent,
      async handler(event) {
        events.push(event);
        const bad = event.Records.filter((record) => record.body === 'bad');
        return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      },
    });

    poller.start();
    const dead = async () => (await readDepth(emulators.sqs, deadLetterUrl)).waiting;
    await expect.poll(dead).toBe(1);
    await poller.stop();

    expect(await readDepth(emulators.sqs, url)).toEqual({ waiting: 0, inFlight: 0 });
    const records = events.flatMap((event) => event.Records);
    expect(records.filter((record) => record.body === 'good')).toHaveLength(2);
    expect(records.filter((record) => record.body === 'bad')).toHaveLength(
      QUEUES.intake.maxReceiveCount,
    );
    const last = records.findLast((record) => record.body === 'bad');
    expect(last).toMatchObject({
      eventSource: 'aws:sqs',
      attributes: { ApproximateReceiveCount: String(QUEUES.intake.maxReceiveCount) },
    });
  });

  it('takes a handler that throws for a batch that failed whole', async () => {
    const { url } = emulators.queues.attribution;
    await emulators.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }));
    let calls = 0;
    const poller = new Poller({
      ...{ sqs: emulators.sqs, queue: 'attribution', url, batchSize: 10, retrySeconds: 0 },
      log: silent,
      async handler() {
        calls += 1;
        if (calls < 3) throw new Error('broken');
        return { batchItemFailures: [] };
      },
    });

    poller.start();
    await expect.poll(() => calls).toBe(3);
    await poller.stop();

    expect(await readDepth(emulators.sqs, url)).toEqual({ waiting: 0, inFlight: 0 });
  });
});
