import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { fingerprint } from '../crypto/hash.ts';

/** SQS takes ten messages and 256 KiB a batch. */
const BATCH_SIZE = 10;
const BATCH_BYTES = 256 * 1024;
/** And no longer delay than this. */
export const MAX_DELAY_SECONDS = 900;

export type Delays = number | readonly (number | undefined)[];

/**
 * The group of an app's or a provider's messages. On standard queues SQS hands out those of quiet groups first where one
 * group has many in flight; an id of at most 128 plain characters names it.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export function groupOf(...whose: readonly [string, ...string[]]): string {
  return fingerprint('group', ...whose).slice(0, 32);
}

/** One queue we send to. A send that returns was stored; one that throws may or may not have been. */
export class Queue<Message> {
  readonly client: SQSClient;
  readonly url: string;

  constructor(client: SQSClient, url: string) {
    this.client = client;
    this.url = url;
  }

  /** @param group whose message it is, by `groupOf`: one who floods the queue delays others little */
  async send(message: Message, delaySeconds?: number, group?: string): Promise<void> {
    await this.client.send(
      new SendMessageCommand({
        QueueUrl: this.url,
        MessageBody: JSON.stringify(message),
        ...delay(delaySeconds),
        ...inGroup(group),
      }),
    );
  }

  /**
   * @param delaySeconds of all of them, or of each
   * @param groups whose message each is, by `groupOf`
   * @throws when any of the messages was refused: the caller repeats them all, which is harmless
   */
  async sendAll(
    messages: readonly Message[],
    delaySeconds?: Delays,
    groups: readonly (string | undefined)[] = [],
  ): Promise<void> {
    const entries = messages.map((message, index) => ({
      MessageBody: JSON.stringify(message),
      ...delay(typeof delaySeconds === 'object' ? delaySeconds[index] : delaySeconds),
      ...inGroup(groups[index]),
    }));
    for (const batch of batches(entries)) {
      const { Failed } = await this.client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.url,
          Entries: batch.map((entry, index) => ({ Id: String(index), ...entry })),
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

/** SQS takes no empty one. */
function inGroup(group: string | undefined): { MessageGroupId?: string } {
  return group === undefined || group === '' ? {} : { MessageGroupId: group };
}

function batches<E extends { readonly MessageBody: string }>(entries: readonly E[]): E[][] {
  const all: E[][] = [];
  let current: E[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody);
    if (current.length === BATCH_SIZE || (current.length > 0 && bytes + size > BATCH_BYTES)) {
      all.push(current);
      current = [];
      bytes = 0;
    }
    current.push(entry);
    bytes += size;
  }
  if (current.length > 0) all.push(current);
  return all;
}
