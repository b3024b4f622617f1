import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  type DeadLetter,
  giveBack,
  type InHand,
  PER_CALL,
  remove,
  takeDeadLetters,
} from './dead-letters.ts';
import { readDepth } from './queue.ts';

/** A batch's bodies together, in bytes: the smallest limit of any region. */
const BATCH_BYTES = 256 * 1024;

/** Which dead letters are meant; an absent field matches everything. */
export interface RedriveFilter {
  readonly deliveryId?: string | undefined;
  readonly type?: string | undefined;
  readonly integration?: string | undefined;
  readonly appKey?: string | undefined;
  /** Instants in our one form; `after` is included, `before` is not. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface RedriveOptions {
  readonly filter: RedriveFilter;
  /** Counts what matches and moves nothing. */
  readonly dryRun: boolean;
  /**
   * Epoch ms: a message sent later is left, so that one that fails again while its redrive goes on is
   * not sent round for ever.
   */
  readonly untilMs: number;
  /** How long it may take. What is not looked at by then is for the next call. */
  readonly budgetMs: number;
}

export interface Redriven {
  readonly matched: number;
  readonly moved: number;
  /** In the dead-letter queue afterwards, by SQS's approximate count. */
  readonly left: number;
  /** Time was up before everything was looked at: call again. */
  readonly more: boolean;
}

/**
 * Moves dead letters back to their queue, as the SQS of some regions cannot. Each is sent first and
 * deleted after: a crash between leaves it in both places, which is harmless because every message may
 * come twice, and none is ever lost.
 */
export function redrive(
  client: SQSClient,
  urls: { readonly url: string; readonly deadLetterUrl: string },
  options: RedriveOptions,
): Promise<Redriven> {
  return goThrough(client, urls.deadLetterUrl, options, (wanted) => moveAll(client, urls, wanted));
}

/**
 * Goes through dead letters and deals with those that match. What does not match is hidden until the end,
 * so that the next is seen.
 * @param deal has to delete what it dealt with from the dead letters, and says how many that were
 */
export async function goThrough(
  client: SQSClient,
  deadLetterUrl: string,
  { filter, dryRun, untilMs, budgetMs }: RedriveOptions,
  deal: (wanted: readonly InHand[]) => Promise<number>,
): Promise<Redriven> {
  const deadlineMs = Date.now() + budgetMs;
  const passedOver: InHand[] = [];
  let matched = 0;
  let moved = 0;
  for await (const batch of takeDeadLetters(client, deadLetterUrl, deadlineMs)) {
    const wanted = batch.filter(
      ({ letter, sentMs }) => sentMs < untilMs && isMatch(letter, filter),
    );
    matched += wanted.length;
    if (!dryRun) moved += await deal(wanted);
    passedOver.push(...(dryRun ? batch : batch.filter((one) => !wanted.includes(one))));
  }
  const more = Date.now() >= deadlineMs;
  // With more to look at, they stay hidden for their minute: the next call begins behind them.
  if (!more) await giveBack(client, deadLetterUrl, passedOver);
  const { waiting, inFlight } = await readDepth(client, deadLetterUrl);
  return { matched, moved, left: waiting + inFlight, more };
}

/** @returns how many are moved; those that the queue refused stay where they are */
async function moveAll(
  client: SQSClient,
  { url, deadLetterUrl }: { url: string; deadLetterUrl: string },
  letters: readonly InHand[],
): Promise<number> {
  let moved = 0;
  for (const batch of batches(letters)) {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: batch.map(({ message }, index) => ({
          Id: String(index),
          MessageBody: asRedriven(message.Body ?? ''),
        })),
      }),
    );
    const refused = new Set(Failed.map(({ Id }) => Id));
    const sent = batch.filter((_, index) => !refused.has(String(index)));
    if (sent.length === 0) continue;
    await remove(client, deadLetterUrl, sent);
    moved += sent.length;
  }
  return moved;
}

/** A delivery says that it was tried before; every other body stays as it is, also one that nobody can read. */
function asRedriven(body: string): string {
  if (!body.startsWith('{"type":"delivery",')) return body;
  const marked = `{"redriven":true,${body.slice(1)}`;
  // One that just fits goes back as it is: by then it is no new one either.
  return Buffer.byteLength(marked) > BATCH_BYTES ? body : marked;
}

function isMatch(letter: DeadLetter, filter: RedriveFilter): boolean {
  const { deliveryId, type, integration, appKey, before, after } = filter;
  return (
    (deliveryId === undefined || letter.deliveryId === deliveryId) &&
    (type === undefined || letter.type === type) &&
    (integration === undefined || letter.integration === integration) &&
    (appKey === undefined || letter.appKey === appKey) &&
    (before === undefined || letter.receivedAt < before) &&
    (after === undefined || letter.receivedAt >= after)
  );
}

function batches(letters: readonly InHand[]): InHand[][] {
  const all: InHand[][] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.message.Body ?? '');
    const current = all.at(-1);
    if (current !== undefined && current.length < PER_CALL && bytes + size <= BATCH_BYTES) {
      current.push(letter);
      bytes += size;
    } else {
      all.push([letter]);
      bytes = size;
    }
  }
  return all;
}
