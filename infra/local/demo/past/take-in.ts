import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Item } from '../../../../lib/store/table.ts';
import { businessDayAt } from '../../../../lib/time/shanghai.ts';
import { TABLE_NAME } from '../../emulators.ts';
import type { PastOrder } from './thread.ts';

const DAYS = 90;

/** DynamoDB takes so many a call. */
const BATCH = 25;

const noteSchema = z.object({ today: z.iso.date(), isDone: z.boolean() });

/**
 * What every start writes for itself, and what belongs to one run of the platforms: who they are, what they allow, up to
 * where they were read.
 */
const OF_THIS_RUN =
  /^(APP|APPS|API-KEY|BUDGET|BUYER-KEY|EDGE|HEARD|OPERATOR|PLATFORM-TOKEN|RECONCILING|REPETITION|SESSION|TOKEN)(#|$)/;

/**
 * Fills the table with the ninety days before the first start, once. A start that was stopped meanwhile goes on with the
 * same days, which make the same items.
 * @returns whether there was anything to do
 */
export async function takeInPast(
  client: DynamoDBClient,
  { data, bodyKeysFile, signal }: { data: string; bodyKeysFile: string; signal: AbortSignal },
): Promise<boolean> {
  const file = join(data, 'demo-past.json');
  const note = existsSync(file)
    ? noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : { today: businessDayAt(Date.now()), isDone: false };
  if (note.isDone) return false;
  writeFileSync(file, JSON.stringify(note));
  const order: PastOrder = { today: note.today, days: DAYS, bodyKeysFile };
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: order });
  signal.addEventListener('abort', () => void thread.terminate(), { once: true });
  let writing = Promise.resolve();
  thread.on('message', (items: Item[]) => {
    writing = writing.then(() => write(client, items, signal));
  });
  // A rejection is looked at where it is awaited.
  thread.on('error', () => {});
  await once(thread, 'exit');
  await writing;
  if (signal.aborted) return false;
  writeFileSync(file, JSON.stringify({ ...note, isDone: true }));
  return true;
}

async function write(
  client: DynamoDBClient,
  items: readonly Item[],
  signal: AbortSignal,
): Promise<void> {
  const own = items.filter(({ pk }) => !OF_THIS_RUN.test(pk));
  for (let at = 0; at < own.length && !signal.aborted; at += BATCH) {
    const puts = own.slice(at, at + BATCH).map((item) => ({
      PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE_NAME]: puts } }));
  }
}
