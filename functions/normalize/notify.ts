import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { isBooked, type Stream } from '../../lib/store/streams.ts';
import type { RecordDeps } from './finding.ts';

/** A history that changed, and how long its booking has to wait for contract writes under way. */
export interface ChangedStream {
  readonly stream: Stream;
  readonly delaySeconds: number;
  /** Whose delivery changed it. */
  readonly group: string;
}

/** Notifies attribution of histories that changed, each once. @throws when the queue refused any of them */
export async function notifyAttribution(
  changed: readonly ChangedStream[],
  { attribution }: Pick<RecordDeps, 'attribution'>,
): Promise<void> {
  const unique = new Map<string, ChangedStream>();
  for (const one of changed) {
    const { of, platform, id } = one.stream;
    const key = JSON.stringify([of, platform, id]);
    const before = unique.get(key)?.delaySeconds ?? 0;
    unique.set(key, { ...one, delaySeconds: Math.max(before, one.delaySeconds) });
  }
  const messages: AttributionMessage[] = [];
  const delays: number[] = [];
  const groups: string[] = [];
  for (const { stream, delaySeconds, group } of unique.values()) {
    if (!isBooked(stream)) continue;
    const { of, platform, id } = stream;
    messages.push({ type: 'changed', v: MESSAGE_VERSION, of, platform, id });
    delays.push(delaySeconds);
    groups.push(group);
  }
  await attribution.sendAll(messages, delays, groups);
}
