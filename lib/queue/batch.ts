import type { Log } from '../log/log.ts';
import { errorFields } from '../log/log.ts';

/** The part of Lambda's SQS event that we read. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

/** Lambda's answer about a batch: everything not named here is deleted from the queue. */
export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * Reads each record with `parse` and hands the readable ones on together, so that a worker may
 * coalesce. The worker says which records failed; a record nobody can read fails alone.
 */
export async function processBatch<Message>(
  event: SqsEvent,
  parse: (value: unknown) => Message,
  work: (messages: readonly Received<Message>[]) => Promise<void>,
  log: Log,
): Promise<BatchResponse> {
  const failed = new Set<string>();
  const received: Received<Message>[] = [];
  for (const record of event.Records) {
    const fail = (error: unknown) => {
      failed.add(record.messageId);
      log('error', 'message-failed', { messageId: record.messageId, ...errorFields(error) });
    };
    try {
      const receives = Number(record.attributes?.ApproximateReceiveCount ?? 1);
      received.push({ message: parse(JSON.parse(record.body)), receives, fail });
    } catch (error) {
      fail(error);
    }
  }
  if (received.length > 0) await work(received);
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** A message and the way to say that it was not dealt with. */
export interface Received<Message> {
  readonly message: Message;
  /** How often it was handed out, this time included; 1 when absent. */
  readonly receives?: number;
  readonly fail: (error: unknown) => void;
}

/** Fails the messages that requested a piece of work when it fails. @returns undefined then */
export async function attempt<T>(
  messages: readonly Pick<Received<unknown>, 'fail'>[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    for (const one of messages) one.fail(error);
    return undefined;
  }
}
