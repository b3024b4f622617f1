import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { toInstant } from '../time/shanghai.ts';

/** SQS takes and gives ten messages a call. */
export const PER_CALL = 10;

/** What is in hand is nobody else's for this long; longer than a request may take. */
const IN_HAND_SECONDS = 60;

/** A dead letter without its body, which holds personal data. */
export interface DeadLetter {
  /** As the message says; `unreadable` where it is no message of ours. */
  readonly type: string;
  readonly deliveryId: string | null;
  readonly integration: string | null;
  readonly appKey: string | null;
  /** When the delivery came; for every other message, when it was sent first. */
  readonly receivedAt: string;
  /** How often it was received, by SQS's count: each look at the dead letters adds one. */
  readonly receiveCount: number;
}

/** A dead letter in hand: it is hidden from others until it is given back or its time is over. */
export interface InHand {
  readonly letter: DeadLetter;
  readonly message: Message;
  /** Epoch ms of its send to the queue that gave it up. */
  readonly sentMs: number;
}

/**
 * Takes dead letters, ten at a time, until none is left or the deadline has passed. Nothing is deleted:
 * what is not given back comes back by itself.
 * @param deadlineMs epoch ms by our own clock
 */
export async function* takeDeadLetters(
  client: SQSClient,
  url: string,
  deadlineMs: number,
): AsyncGenerator<InHand[]> {
  while (Date.now() < deadlineMs) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: PER_CALL,
        VisibilityTimeout: IN_HAND_SECONDS,
        // A long poll asks all of SQS's servers, so that empty means empty.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      }),
    );
    if (Messages.length === 0) return;
    yield Messages.map(toInHand);
  }
}

/** Shows them to others again. One whose time is over is back already, so a refusal is none of ours. */
export async function giveBack(
  client: SQSClient,
  url: string,
  letters: readonly InHand[],
): Promise<void> {
  for (const entries of entriesOf(letters)) {
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
}

/** Deletes them: they are sent back, or somebody dropped them. */
export async function remove(
  client: SQSClient,
  url: string,
  letters: readonly InHand[],
): Promise<void> {
  for (const Entries of entriesOf(letters)) {
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
}

/** The entries of each call that they need. */
function* entriesOf(letters: readonly InHand[]) {
  for (let at = 0; at < letters.length; at += PER_CALL) {
    yield letters.slice(at, at + PER_CALL).map(({ message }, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle,
    }));
  }
}

function toInHand(message: Message): InHand {
  const { SentTimestamp, ApproximateReceiveCount } = message.Attributes ?? {};
  const sentMs = Number(SentTimestamp ?? 0);
  const said = readSaid(message.Body ?? '');
  const letter = {
    type: said('type') ?? 'unreadable',
    deliveryId: said('deliveryId'),
    integration: said('integration'),
    appKey: said('appKey'),
    receivedAt: said('receivedAt') ?? toInstant(sentMs),
    receiveCount: Number(ApproximateReceiveCount ?? 0),
  };
  return { letter, message, sentMs };
}

/**
 * What a body says of itself, read loosely: the reason that it is here may be that nobody can read it.
 */
function readSaid(body: string): (name: string) => string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = null;
  }
  const fields = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  const texts = new Map(fields.filter((field): field is [string, string] => isShort(field[1])));
  return (name) => texts.get(name) ?? null;
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200;
}
