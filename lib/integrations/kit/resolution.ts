import type { EventDraft } from '../../events/event.ts';

/** A store that the platform reported. */
export interface NamedStore {
  readonly storeId: string;
  readonly merchantId: string;
  readonly name: string;
}

/**
 * What became of one hint. Whatever the platform showed is in `events` in every case: they are facts,
 * also when they are not the ones the hint was about.
 */
export interface Resolution {
  /**
   * `wait`: ask again later. `contradicted`: the platform answered for long enough, and does not show
   * what the hint says.
   */
  readonly outcome: 'resolved' | 'wait' | 'contradicted';
  readonly why?: string;
  /** The platform answered, and does not show what the hint says. */
  readonly answered?: boolean;
  /** The platform's API did not answer at all, so asking it about anything else is no use either. */
  readonly unavailable?: boolean;
  /** It answered in a shape that nobody here can read. */
  readonly unreadable?: boolean;
  readonly events: readonly EventDraft[];
  readonly stores: readonly NamedStore[];
  /** When the platform or our own limit said how long to wait. */
  readonly retryAfterMs?: number;
}
