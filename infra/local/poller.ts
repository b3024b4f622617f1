import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { errorFields, type Log } from '../../lib/log/log.ts';
import type { BatchResponse } from '../../lib/queue/batch.ts';
import { LOCAL_CREDENTIALS } from './emulators.ts';

/** What Lambda hands to an SQS handler. Source: AWS Lambda developer guide, "Using Lambda with SQS". */
export interface LambdaSqsEvent {
  readonly Records: LambdaSqsRecord[];
}

export interface LambdaSqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, never>;
  md5OfBody: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}

export interface PollerOptions {
  readonly sqs: SQSClient;
  readonly queue: string;
  readonly url: string;
  readonly batchSize: number;
  readonly handler: (event: LambdaSqsEvent) => Promise<BatchResponse>;
  readonly log: Log;
  /** Seconds before a failed message is seen again; the queue's own time-out when absent. */
  readonly retrySeconds?: number;
}

/** SQS hands out at most ten a call. */
const PER_RECEIVE = 10;

/**
 * An event source mapping on this machine: receives, calls the handler with Lambda's event, deletes
 * what did not fail. What failed becomes visible again and, after maxReceiveCount, goes to the
 * dead-letter queue: the queue does that, not we.
 */
export class Poller {
  private stopping = false;
  private done: Promise<void> = Promise.resolve();
  private readonly options: PollerOptions;

  constructor(options: PollerOptions) {
    this.options = options;
  }

  start(): void {
    this.done = this.run();
  }

  /** Lets the batch in hand end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const messages = await this.receiveBatch();
        if (messages.length > 0) await this.handle(messages);
      } catch (error) {
        this.options.log('error', 'poll-failed', {
          queue: this.options.queue,
          ...errorFields(error),
        });
        await sleep(500);
      }
    }
  }

  private async receiveBatch(): Promise<Message[]> {
    const batch: Message[] = [];
    while (batch.length < this.options.batchSize) {
      const { Messages = [] } = await this.options.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.options.url,
          MaxNumberOfMessages: Math.min(PER_RECEIVE, this.options.batchSize - batch.length),
          // Waits for the first message only; a batch is what is there by then.
          WaitTimeSeconds: batch.length === 0 ? 1 : 0,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      batch.push(...Messages);
      if (Messages.length < PER_RECEIVE) break;
    }
    return batch;
  }

  private async handle(messages: readonly Message[]): Promise<void> {
    const { queue, handler, log, retrySeconds } = this.options;
    const event = { Records: messages.map((message) => recordOf(message, queue)) };
    let failed: Set<string>;
    try {
      const response = await handler(event);
      failed = new Set(response.batchItemFailures.map((failure) => failure.itemIdentifier));
    } catch (error) {
      // As with Lambda: a handler that throws has failed its whole batch.
      log('error', 'handler-failed', { queue, ...errorFields(error) });
      failed = new Set(messages.map((message) => message.MessageId ?? ''));
    }
    const isFailed = (message: Message) => failed.has(message.MessageId ?? '');
    await this.delete(messages.filter((message) => !isFailed(message)));
    if (retrySeconds !== undefined) await this.retry(messages.filter(isFailed), retrySeconds);
  }

  private async delete(messages: readonly Message[]): Promise<void> {
    for (const chunk of chunks(messages)) {
      await this.options.sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: this.options.url, Entries: chunk.map(handleOf) }),
      );
    }
  }

  private async retry(messages: readonly Message[], seconds: number): Promise<void> {
    for (const chunk of chunks(messages)) {
      const Entries = chunk.map((message, index) => ({
        ...handleOf(message, index),
        VisibilityTimeout: seconds,
      }));
      await this.options.sqs.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.options.url, Entries }),
      );
    }
  }
}

function handleOf({ ReceiptHandle = '' }: Message, index: number) {
  return { Id: String(index), ReceiptHandle };
}

function recordOf(message: Message, queue: string): LambdaSqsRecord {
  const region = LOCAL_CREDENTIALS.AWS_REGION;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as Record<string, string>,
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:000000000000:hexiao-${queue}`,
    awsRegion: region,
  };
}

function chunks<T>(items: readonly T[]): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < items.length; at += PER_RECEIVE)
    all.push(items.slice(at, at + PER_RECEIVE));
  return all;
}
