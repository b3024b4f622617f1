import type { EventDraft, EventSource } from '../../lib/events/event.ts';
import type { Integration, NamedStore } from '../../lib/integrations/kit/integration.ts';
import type { Log } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import type { Delivery } from '../../lib/store/deliveries/archive.ts';
import type { WaitingHint } from '../../lib/store/deliveries/waiting-hints.ts';
import type { Table } from '../../lib/store/table.ts';
import type { ChannelMaps } from './channels.ts';

export interface RecordDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly now: () => number;
  readonly log: Log;
  readonly buyerKey: () => Promise<string>;
  /** Head start for contract writes under way before an event of the same moment is booked. */
  readonly changedDelaySeconds: number;
  /** What this worker knows of apps' channel maps; absent: they are read for each batch. */
  readonly channelMaps?: ChannelMaps;
  /** How long raw bodies are kept; 90 days when absent. */
  readonly bodyDays?: number;
}

/** What one delivery came to. */
export interface Finding {
  readonly delivery: Delivery;
  readonly integration: Integration;
  readonly kind: string;
  /** Nobody knows the kind: its name is whatever the sender wrote. */
  readonly isKindUnknown?: true;
  /** `waiting`: its facts so far are written, but it is queried again. */
  readonly outcome: 'events' | 'hint' | 'kept' | 'parked' | 'quarantined' | 'waiting';
  readonly why?: string;
  readonly events: readonly EventDraft[];
  /** Where these facts come from. */
  readonly source: EventSource;
  readonly stores: readonly NamedStore[];
  /** The item of a hint that waited, to be deleted in the end. */
  readonly waiting: WaitingHint | undefined;
  /** Epoch ms: its facts are of no earlier time. */
  readonly sinceMs: number;
  /** Nobody worked on this delivery before, as far as its message shows: see `isFirstTry`. */
  readonly isFirst?: boolean;
  /** It is in the archive already, and was read again. */
  readonly again?: true | undefined;
  readonly fail: (error: unknown) => void;
}
