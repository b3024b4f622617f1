import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type MemoryQueues, type QueueOptions, SqsError } from './queues.ts';
import type { Take } from './take.ts';

/** SQS takes no larger message, and no more in a batch; the smallest limit of any region. */
const MAX_BYTES = 256 * 1024;
const MAX_ENTRIES = 10;

interface Entry {
  readonly Id?: string | undefined;
}

/**
 * Stands where an `SQSClient` stands, for the commands that our code sends. Held to the emulator by
 * `test/world/store/sqs.test.ts`.
 */
export class MemorySqs {
  readonly queues: MemoryQueues;
  private readonly take: Take;

  constructor(queues: MemoryQueues, take: Take = async () => {}) {
    this.queues = queues;
    this.take = take;
  }

  /** The same queues for one worker, whose calls take turns. */
  seenBy(take: Take): SQSClient {
    return new MemorySqs(this.queues, take).client;
  }

  get client(): SQSClient {
    return this as unknown as SQSClient;
  }

  /** @returns its URL */
  create(name: string, options: QueueOptions): string {
    return this.queues.create(name, options);
  }

  async send(command: unknown): Promise<object> {
    const [what, isWrite, run] = this.plan(command);
    const fate = await this.take(what, isWrite ? 'write' : 'read');
    const answer = run();
    await fate?.after?.();
    return answer;
  }

  private plan(command: unknown): [string, boolean, () => object] {
    const { queues } = this;
    if (command instanceof SendMessageCommand) {
      const { QueueUrl: url, MessageBody = '', DelaySeconds, MessageGroupId } = command.input;
      const run = () => {
        checkBytes([MessageBody]);
        return { MessageId: queues.send(url, MessageBody, DelaySeconds, MessageGroupId) };
      };
      return [`send ${url} ${MessageBody}`, true, run];
    }
    if (command instanceof SendMessageBatchCommand) {
      const { QueueUrl: url, Entries = [] } = command.input;
      const run = () => {
        checkBytes(Entries.map((entry) => entry.MessageBody ?? ''));
        return each(Entries, ({ MessageBody = '', DelaySeconds, MessageGroupId }) => ({
          MessageId: queues.send(url, MessageBody, DelaySeconds, MessageGroupId),
        }));
      };
      return [`send ${url} ${Entries.map((one) => one.MessageBody).join(' ')}`, true, run];
    }
    if (command instanceof ReceiveMessageCommand) {
      const { QueueUrl: url, MaxNumberOfMessages = 1, VisibilityTimeout } = command.input;
      const run = () => {
        if (MaxNumberOfMessages < 1 || MaxNumberOfMessages > MAX_ENTRIES) {
          throw new SqsError('InvalidParameterValue', 'MaxNumberOfMessages is 1 to 10');
        }
        const messages = queues.receive(url, MaxNumberOfMessages, VisibilityTimeout);
        return messages.length === 0 ? {} : { Messages: messages };
      };
      return [`receive ${url}`, true, run];
    }
    if (command instanceof DeleteMessageCommand) {
      const { QueueUrl: url, ReceiptHandle = '' } = command.input;
      return [`delete ${url}`, true, () => queues.delete(url, ReceiptHandle)];
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const { QueueUrl: url, Entries = [] } = command.input;
      const run = () =>
        each(Entries, ({ ReceiptHandle = '' }) => queues.delete(url, ReceiptHandle));
      return [`delete ${url}`, true, run];
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { QueueUrl: url, ReceiptHandle = '', VisibilityTimeout = 0 } = command.input;
      return [`show ${url}`, true, () => queues.show(url, ReceiptHandle, VisibilityTimeout)];
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const { QueueUrl: url, Entries = [] } = command.input;
      const run = () =>
        each(Entries, ({ ReceiptHandle = '', VisibilityTimeout = 0 }) =>
          queues.show(url, ReceiptHandle, VisibilityTimeout),
        );
      return [`show ${url}`, true, run];
    }
    if (command instanceof GetQueueAttributesCommand) {
      const { QueueUrl: url } = command.input;
      return [`depth ${url}`, false, () => ({ Attributes: queues.depth(url) })];
    }
    if (command instanceof PurgeQueueCommand) {
      const { QueueUrl: url } = command.input;
      return [`purge ${url}`, true, () => queues.purge(url)];
    }
    throw new Error('the queues in memory know no such command');
  }
}

function checkBytes(bodies: readonly string[]): void {
  if (bodies.includes('')) throw new SqsError('MissingParameter', 'a message has a body');
  const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  if (bytes > MAX_BYTES) throw new SqsError('InvalidParameterValue', 'a message is too long');
}

/** A batch: each entry for itself, once the batch as such is in order. */
function each<E extends Entry>(entries: readonly E[], run: (entry: E) => object): object {
  const ids = entries.map(({ Id }) => Id);
  if (entries.length === 0) {
    throw new SqsError('AWS.SimpleQueueService.EmptyBatchRequest', 'a batch has entries');
  }
  if (entries.length > MAX_ENTRIES) {
    throw new SqsError('AWS.SimpleQueueService.TooManyEntriesInBatchRequest', 'a batch has ten');
  }
  if (new Set(ids).size < ids.length) {
    throw new SqsError('AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 'an id stands twice');
  }
  const done: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      done.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ Id: entry.Id, Code: error.name, SenderFault: true });
    }
  }
  return {
    ...(done.length === 0 ? {} : { Successful: done }),
    ...(failed.length === 0 ? {} : { Failed: failed }),
  };
}
