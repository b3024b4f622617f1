import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** SQS takes ten messages and 256 KiB a batch. */
const BATCH_SIZE = 10;
const BATCH_BYTES = 256 * 1024;
/** And no longer delay than this. */
export const MAX_DELAY_SECONDS = 900;

/** One queue we send to. A send that returns was stored; one that throws may or may not have been. */
export class Queue<Message> {
  readonly client: SQSClient;
  readonly url: string;

  constructor(client: SQSClient, url: string) {
    this.client = client;
    this.url = url;
  }

  async send(message: Message, delaySeconds?: number): Promise<void> {
    await this.client.send(
      new SendMessageCommand({
        QueueUrl: this.url,
        MessageBody: JSON.stringify(message),
        ...delay(delaySeconds),
      }),
    );
  }

  /** @throws when any of the messages was refused: the caller repeats them all, which is harmless */
  async sendAll(messages: readonly Message[], delaySeconds?: number): Promise<void> {
    for (const batch of batches(messages.map((message) => JSON.stringify(message)))) {
      const { Failed } = await this.client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.url,
          Entries: batch.map((body, index) => ({
            Id: String(index),
            MessageBody: body,
            ...delay(delaySeconds),
          })),
        }),
      );
      if (Failed !== undefined && Failed.length > 0) {
        throw new Error(`the queue refused ${Failed.length} of ${batch.length} messages`);
      }
    }
  }
}

export interface Depth {
  /** Ready or delayed. */
  readonly waiting: number;
  readonly inFlight: number;
}

/** How much is on a queue, by SQS's own (approximate) count. */
export async function readDepth(client: SQSClient, url: string): Promise<Depth> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  const count = (name: keyof typeof Attributes) => Number(Attributes[name] ?? 0);
  return {
    waiting: count('ApproximateNumberOfMessages') + count('ApproximateNumberOfMessagesDelayed'),
    inFlight: count('ApproximateNumberOfMessagesNotVisible'),
  };
}

/** A client for the region and, in a local run, the endpoint that the environment names. */
export function queueClient(): SQSClient {
  return new SQSClient({});
}

function delay(seconds: number | undefined): { DelaySeconds?: number } {
  return seconds === undefined ? {} : { DelaySeconds: Math.min(seconds, MAX_DELAY_SECONDS) };
}

function batches(bodies: readonly string[]): string[][] {
  const all: string[][] = [];
  let current: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    if (current.length === BATCH_SIZE || (current.length > 0 && bytes + size > BATCH_BYTES)) {
      all.push(current);
      current = [];
      bytes = 0;
    }
    current.push(body);
    bytes += size;
  }
  if (current.length > 0) all.push(current);
  return all;
}
