import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { recordedFacts } from '../../lib/store/recorded.ts';
import type { BookedStream } from '../../lib/store/streams.ts';
import type { Table } from '../../lib/store/table.ts';
import { instantToMs } from '../../lib/time/shanghai.ts';

/**
 * The embedded queue is in memory. A run that was killed leaves facts that nobody books, and entries that
 * nobody adds up. Its next start has what was recorded last looked at again.
 */

/** A queue on this machine is never longer behind than this. */
const RECENT_MS = 3_600_000;

/** Stands while no run is going on that may have left something undone. */
const fileIn = (data: string) => join(data, 'stopped');

/** To be called when nothing is left on the queues. */
export function noteStop(data: string): void {
  writeFileSync(fileIn(data), '');
}

/** @returns whether the last run ended with empty queues; this one begins, so the question is good once */
export function takeStop(data: string): boolean {
  const wasStopped = existsSync(fileIn(data));
  rmSync(fileIn(data), { force: true });
  return wasStopped;
}

/**
 * Notifies attribution of everything recorded in the hour up to the last fact there is: it books what is
 * missing and asks for the totals of the rest.
 * @returns of how many vouchers and orders
 */
export async function notifyOfRecent(
  table: Table,
  attribution: Queue<AttributionMessage>,
): Promise<number> {
  const latestMs = new Map<string, number>();
  let lastMs = 0;
  for await (const { stream, recordedAt } of recordedFacts(table)) {
    const { of, platform, id } = stream;
    const key = JSON.stringify({ of, platform, id } satisfies BookedStream);
    const atMs = instantToMs(recordedAt);
    latestMs.set(key, Math.max(atMs, latestMs.get(key) ?? 0));
    lastMs = Math.max(lastMs, atMs);
  }
  const recent = [...latestMs].filter(([, atMs]) => atMs >= lastMs - RECENT_MS);
  const messages = recent.map(([key]): AttributionMessage => {
    const stream = JSON.parse(key) as BookedStream;
    // What was booked may not have been told to anybody: as for work that failed, all of it is looked at.
    return { type: 'changed', v: MESSAGE_VERSION, ...stream, unfinished: true };
  });
  await attribution.sendAll(messages);
  return messages.length;
}
