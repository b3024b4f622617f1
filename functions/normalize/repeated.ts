import { findIntegration } from '../../lib/integrations/registry.ts';
import { groupOf } from '../../lib/queue/queue.ts';
import { archivedChanges, type Delivery } from '../../lib/store/deliveries/archive.ts';
import type { BookedStream } from '../../lib/store/streams.ts';
import type { Table } from '../../lib/store/table.ts';
import type { RecordDeps } from './finding.ts';
import { notifyAttribution } from './notify.ts';

/** A delivery that is done, and came once more: what it changed. */
export interface Repeated {
  readonly changed: readonly BookedStream[];
  /** Whose delivery it is, on the queues. */
  readonly group: string;
  readonly fail: (error: unknown) => void;
}

/** @returns undefined for a delivery that is not archived: it is not done */
export async function readRepeated(
  table: Table,
  { deliveryId, integration, appKey }: Pick<Delivery, 'deliveryId' | 'integration' | 'appKey'>,
  fail: Repeated['fail'],
): Promise<Repeated | undefined> {
  const changed = await archivedChanges(table, deliveryId);
  const platform = findIntegration(integration)?.platform;
  if (changed === undefined) return undefined;
  const group = groupOf(integration, appKey);
  if (platform === undefined) return { changed: [], group, fail };
  return { changed: changed.map(({ of, id }) => ({ of, platform, id })), group, fail };
}

/**
 * A platform repeats a message when it is not sure of us, and the message to attribution may be what got
 * lost. So attribution is notified again: it books what is missing, and where nothing is, it writes nothing.
 */
export async function tellAgain(
  repeated: readonly Repeated[],
  deps: Pick<RecordDeps, 'attribution' | 'changedDelaySeconds'>,
): Promise<void> {
  try {
    await notifyAttribution(
      repeated.flatMap(({ changed, group }) =>
        changed.map((stream) => ({ stream, delaySeconds: deps.changedDelaySeconds, group })),
      ),
      deps,
    );
  } catch (error) {
    for (const { fail } of repeated) fail(error);
  }
}
