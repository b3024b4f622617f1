import type { OpenCallbackRecords } from '../../lib/callbacks/records.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Receiver } from '../../lib/integrations/kit/integration.ts';
import type { Log } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';

export interface IngestDeps {
  readonly findApp: (integration: string, appKey: string) => Promise<App | undefined>;
  readonly openCallbackRecords: (platform: Platform) => OpenCallbackRecords;
  /** @param group whose it is: see `groupOf` */
  readonly sendToIntake: (
    message: IntakeMessage,
    delaySeconds?: number,
    group?: string,
  ) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
  /** The list of receivers when absent. */
  readonly receiverOf?: (name: string) => Receiver | undefined;
}
