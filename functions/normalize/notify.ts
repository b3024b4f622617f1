import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { isBooked, type Stream } from '../../lib/store/streams.ts';
import type { RecordDeps } from './finding.ts';

/** Notifies attribution of histories that changed, each once. @throws when the queue refused any of them */
export async function notifyAttribution(
  streams: readonly Stream[],
  { attribution, changedDelaySeconds }: Pick<RecordDeps, 'attribution' | 'changedDelaySeconds'>,
): Promise<void> {
  const unique = new Map(
    streams.map(({ of, platform, id }) => [
      JSON.stringify([of, platform, id]),
      { of, platform, id },
    ]),
  );
  const messages = [...unique.values()].filter(isBooked).map(
    ({ of, platform, id }): AttributionMessage => ({
      ...{ type: 'changed', v: MESSAGE_VERSION, of, platform, id },
    }),
  );
  await attribution.sendAll(messages, changedDelaySeconds);
}
